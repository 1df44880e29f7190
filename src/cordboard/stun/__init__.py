"""STUN messages and the ICE-lite responder (RFC 8489, RFC 8445), pure."""
