"""Every Genesys word: GWS resources, operations, capabilities, notifications; SIP Server dialect."""
