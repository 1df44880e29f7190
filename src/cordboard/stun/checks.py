"""Connectivity checks that wait for their answer (RFC 8445 section 14.3, RFC 8489 section 6.2.1)."""

from __future__ import annotations

from cordboard.stun.pairs import Pair
from cordboard.stun.vocabulary import Timing


class Check:
    """A request on its way; `controlling` is the role that it claimed."""

    __slots__ = ("controlling", "data", "due", "nominates", "pair", "sent", "transaction")

    def __init__(self, pair: Pair, transaction: bytes, data: bytes, controlling: bool, nominates: bool) -> None:
        self.pair = pair
        self.transaction = transaction
        self.data = data
        self.controlling = controlling
        self.nominates = nominates
        self.sent = 0
        self.due = 0.0


class Checks:
    """Those without an answer so far."""

    __slots__ = ("_open", "_timing")

    def __init__(self, timing: Timing) -> None:
        self._timing = timing
        self._open: dict[bytes, Check] = {}

    def __contains__(self, transaction: bytes) -> bool:
        return transaction in self._open

    def __bool__(self) -> bool:
        return bool(self._open)

    @property
    def deadline(self) -> float | None:
        return min((check.due for check in self._open.values()), default=None)

    @property
    def nominating(self) -> bool:
        """Whether a nomination is on its way."""
        return any(check.nominates for check in self._open.values())

    def add(self, check: Check, now: float) -> None:
        self._open[check.transaction] = check
        self._sent(check, now)

    def due(self, now: float) -> tuple[list[Check], list[Check]]:
        """Those to be sent again, and those to be given up."""
        again, given_up = [], []
        for check in [check for check in self._open.values() if check.due <= now]:
            if check.sent < self._timing.transmissions:
                self._sent(check, now)
                again.append(check)
            else:
                del self._open[check.transaction]
                given_up.append(check)
        return again, given_up

    def pop(self, transaction: bytes) -> Check | None:
        return self._open.pop(transaction, None)

    def of(self, pair: Pair) -> list[Check]:
        return [check for check in self._open.values() if check.pair is pair]

    def forget(self, pair: Pair) -> None:
        """Whatever is still on its way for that pair."""
        for check in self.of(pair):
            del self._open[check.transaction]

    def clear(self) -> None:
        self._open.clear()

    def _sent(self, check: Check, now: float) -> None:
        check.sent += 1
        last = check.sent >= self._timing.transmissions
        check.due = now + self._timing.retransmit * (16 if last else 2 ** (check.sent - 1))
