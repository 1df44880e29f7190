"""Consent to go on sending: what is asked of the peer while a path is in use (RFC 7675 section 5.1)."""

from __future__ import annotations

from cordboard.stun.message import Address
from cordboard.stun.vocabulary import Timing

OUTSTANDING = 8  # requests whose answers may still come


class Consent:
    """Of one path. Each request is a transaction of its own and never repeated."""

    __slots__ = ("_asked", "_due", "_timing", "_until", "remote")

    def __init__(self, timing: Timing) -> None:
        self._timing = timing
        self._asked: list[bytes] = []
        self._due = self._until = 0.0
        self.remote: Address | None = None

    @property
    def deadline(self) -> float | None:
        return min(self._due, self._until) if self.remote is not None else None

    def begin(self, remote: Address, chance: int, now: float) -> None:
        """A path was selected; `chance`, 0 to 255, spreads the times."""
        self.remote = remote
        self._asked.clear()
        self._until = now + self._timing.consent_lasts
        self._plan(chance, now)

    def lost(self, now: float) -> Address | None:
        """The path that nobody wants any more, if that has come to be so."""
        if self.remote is None or now < self._until:
            return None
        lost, self.remote = self.remote, None
        return lost

    def is_due(self, now: float) -> bool:
        return self.remote is not None and now >= self._due

    def asks(self, transaction: bytes, now: float) -> None:
        """A request goes out."""
        self._asked = [*self._asked[1 - OUTSTANDING :], transaction]
        self._plan(transaction[0], now)

    def asked(self, transaction: bytes) -> bool:
        return transaction in self._asked

    def granted(self, now: float) -> None:
        self._asked.clear()
        self._until = now + self._timing.consent_lasts

    def _plan(self, chance: int, now: float) -> None:
        self._due = now + self._timing.consent_every * (0.8 + 0.4 * chance / 255)
