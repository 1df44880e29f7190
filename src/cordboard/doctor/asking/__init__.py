"""How the doctor asks: small clients for HTTP, WebSocket, TLS, SIP, CometD, STUN and TURN, and for a call."""
