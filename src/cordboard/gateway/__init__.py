"""Pages on one side, SIP Server on the other: the registrar of seats, the trunk, one error boundary per call."""
