"""RTP, RTCP, RFC 4733 digits, G.711 tables and tones, pure."""
