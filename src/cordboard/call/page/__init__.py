"""The page's leg: a JsSIP user agent behind a WebSocket that comes and goes."""
