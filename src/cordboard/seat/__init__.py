"""The one truth about a DN: its page, its registration at SIP Server, its calls."""
