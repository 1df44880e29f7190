"""A site's capture held against the lab's SIP Server: the way to learn from a real one."""
