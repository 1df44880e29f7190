"""The leg towards SIP Server."""
