"""The two errors of the protocol packages: we broke the rules, or they did."""

from __future__ import annotations


class ProtocolError(Exception):
    """Base of both; never raised itself."""


class LocalProtocolError(ProtocolError):
    """Our own code asked for something the protocol does not allow now."""


class RemoteProtocolError(ProtocolError):
    """The peer sent something that cannot be used; `status_hint` is the SIP status that says so."""

    def __init__(self, why: str, status_hint: int = 400) -> None:
        super().__init__(why)
        self.status_hint = status_hint
