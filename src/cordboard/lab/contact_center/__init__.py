"""The lab's contact centre: its people, its routing points and the router. Pure; SIP Server's look-alike obeys it."""
