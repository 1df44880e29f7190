"""A call at a routing point: what it hears there, and whom it is given to."""
