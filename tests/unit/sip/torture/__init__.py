"""Torture tests: messages after RFC 4475 and RFC 5118, and what each layer makes of them."""
