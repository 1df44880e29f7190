"""The compiled part of the packet path, and how it is built and loaded."""
