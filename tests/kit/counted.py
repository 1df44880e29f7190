"""Identifiers that are counted instead of drawn, so that a test can be run again."""

from __future__ import annotations

from itertools import count


class CountedIdentifiers:
    """Implements `cordboard.sip.identifiers.Identifiers`; `prefix` keeps two sources apart."""

    def __init__(self, prefix: str = "") -> None:
        self._prefix = prefix
        self._numbers = count(1)

    def branch(self) -> str:
        return f"z9hG4bK{self._prefix}{next(self._numbers)}"

    def tag(self) -> str:
        return f"{self._prefix}tag{next(self._numbers)}"

    def call_id(self) -> str:
        return f"{self._prefix}call{next(self._numbers)}"

    def session(self) -> str:
        return f"{self._prefix}session{next(self._numbers)}"

    def transaction(self) -> str:
        return f"{self._prefix}transaction{next(self._numbers)}"
