"""Identifiers as SIP Server makes them: `<GUID>-<n>` on the wire (reference: SIP Server section 1.5).

Each kind of identifier has a GUID of its own that lasts for one run of the server, and a counter.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator


class GenesysIdentifiers:
    """Implements `cordboard.sip.identifiers.Identifiers`; `guid` gives a new GUID, asked three times at the start."""

    def __init__(self, host: str, guid: Callable[[], str]) -> None:
        self._host = host
        self._branches = _numbered(f"z9hG4bK{guid()}")
        self._tags = _numbered(guid())
        self._call_ids = _numbered(guid())
        self._sessions = _numbered("incoming")
        self._transactions = _numbered("request")

    def branch(self) -> str:
        return next(self._branches)

    def tag(self) -> str:
        return next(self._tags)

    def call_id(self) -> str:
        return f"{next(self._call_ids)}@{self._host}"

    def session(self) -> str:
        return next(self._sessions)

    def transaction(self) -> str:
        return next(self._transactions)


def _numbered(prefix: str) -> Iterator[str]:
    return (f"{prefix}-{number}" for number in itertools.count(1))
