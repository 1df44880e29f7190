"""A Genesys to develop against: SIP Server, GWS and customers, look-alikes on loopback."""
