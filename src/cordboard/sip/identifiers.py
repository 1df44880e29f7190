"""Where the core gets what must be unique: a port, so that the pure half draws no random numbers."""

from __future__ import annotations

from typing import Protocol


class Identifiers(Protocol):
    """Each call gives a new value, unique in space and time (RFC 3261 sections 8.1.1.4, 8.1.1.7, 19.3)."""

    def branch(self) -> str:
        """A Via branch, magic cookie `z9hG4bK` included."""

    def tag(self) -> str:
        """A From or To tag of at least 32 random bits."""

    def call_id(self) -> str:
        """A Call-ID."""

    def session(self) -> str:
        """The name of an incoming session."""

    def transaction(self) -> str:
        """The name of an incoming request."""
