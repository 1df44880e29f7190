"""The SIP Server look-alike: registrar, call flows, agent states, routing point (reference: SIP Server
interoperability)."""
