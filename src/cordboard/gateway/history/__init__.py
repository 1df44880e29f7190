"""What is remembered of each call: its trace, its record, and whether it was a bad one."""
