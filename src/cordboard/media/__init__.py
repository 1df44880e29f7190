"""The media engine port and its engines."""
