"""A headless WebRTC agent: SIP over WebSocket, ICE, DTLS-SRTP and a tone, for bench, doctor and tests."""
