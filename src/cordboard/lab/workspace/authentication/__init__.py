"""The authentication service, /auth/v3."""
