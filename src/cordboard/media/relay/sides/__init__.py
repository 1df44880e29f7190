"""One call in a worker: its two sides and the two ways between them."""
