"""The embedded engine: SRTP to the page, RTP to the trunk, in worker processes."""
