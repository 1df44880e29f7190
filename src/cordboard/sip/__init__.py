"""SIP (RFC 3261 and friends), pure: messages in, messages out, time as an argument."""
