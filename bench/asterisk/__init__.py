"""Cordboard beside Asterisk 22: the same work on the same machine in the same run."""
