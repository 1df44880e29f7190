"""The way of the packets: in Python, or compiled."""
