"""The Bayeux protocol: messages and the server machine, pure."""
