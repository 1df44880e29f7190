"""What can be wrong with a session description."""

from __future__ import annotations


class SdpError(Exception):
    """The peer's description cannot be used; `status_hint` says why: 400 unreadable, 488 not acceptable here."""

    def __init__(self, why: str, status_hint: int = 400) -> None:
        super().__init__(why)
        self.status_hint = status_hint


class NotAcceptable(SdpError):
    """Readable, but nothing that we can take part in (RFC 3261 section 21.4.26)."""

    def __init__(self, why: str) -> None:
        super().__init__(why, 488)


class NoCommonCodec(NotAcceptable):
    """Offer and answerer have no audio codec in common."""
