"""Load by many phones: log-in storms, call rates, long holds, and what came of them."""
