"""How busy the workers are, and which of them has which call."""
