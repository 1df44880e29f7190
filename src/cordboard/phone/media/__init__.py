"""The sound of a phone's call: descriptions as a page writes them, ICE, DTLS-SRTP, and a stream of the packet loop."""
