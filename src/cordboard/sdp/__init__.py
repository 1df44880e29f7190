"""Session descriptions (RFC 8866): the WebRTC profile, the plain RTP profile, and the way between them."""
