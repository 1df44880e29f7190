"""/workspace/v3/voice: seats, their DNs and calls, and the messages about them."""
