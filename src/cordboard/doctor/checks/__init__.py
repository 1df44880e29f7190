"""The checks, by the part of a site that they look at."""
