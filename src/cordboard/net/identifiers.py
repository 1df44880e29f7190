"""The identifier source of running programs: random, as RFC 3261 section 19.3 asks."""

from __future__ import annotations

import itertools
import secrets


class RandomIdentifiers:
    """Implements `cordboard.sip.identifiers.Identifiers`."""

    def __init__(self, host: str = "") -> None:
        self._host = host
        self._counter = itertools.count(1)

    def branch(self) -> str:
        return "z9hG4bK" + secrets.token_hex(8)

    def tag(self) -> str:
        return secrets.token_hex(6)

    def call_id(self) -> str:
        name = secrets.token_hex(12)
        return f"{name}@{self._host}" if self._host else name

    def session(self) -> str:
        return f"session-{next(self._counter)}"

    def transaction(self) -> str:
        return f"transaction-{next(self._counter)}"
