"""What a call means when it has two legs: a pure machine that speaks call events and media requests."""
