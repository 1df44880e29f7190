"""How often somebody may try to sign in: a few failures per user and per address, then a wait."""

from __future__ import annotations

from collections import OrderedDict

WINDOW = 300.0  # seconds that a failure counts
MOST_FAILURES = {"user": 5, "address": 20}
MOST_KEYS = 10_000
AT_ONCE = 4  # sign-ins that are examined at the same time


class Attempts:
    """Remembers failures; nothing of a password. Bounded: the key that was silent longest is forgotten first."""

    def __init__(self) -> None:
        self._failures: OrderedDict[tuple[str, str], list[float]] = OrderedDict()
        self.under_way = 0

    def wait(self, user: str, address: str, now: float) -> float:
        """Seconds until another attempt is examined; 0.0 for at once."""
        waits = [self._wait(kind, value, now) for kind, value in (("user", user), ("address", address))]
        return max(waits) if self.under_way < AT_ONCE else max(1.0, *waits)

    def failed(self, user: str, address: str, now: float) -> None:
        """Note a failure."""
        for key in (("user", user), ("address", address)):
            times = [*self._recent(key, now), now]
            self._failures[key] = times[-MOST_FAILURES[key[0]] :]
            self._failures.move_to_end(key)
        while len(self._failures) > MOST_KEYS:
            self._failures.popitem(last=False)

    def succeeded(self, user: str) -> None:
        """The user's failures are forgotten, the address's are not: else one known password opens the way to others."""
        self._failures.pop(("user", user), None)

    def _wait(self, kind: str, value: str, now: float) -> float:
        times = self._recent((kind, value), now)
        return times[0] + WINDOW - now if len(times) >= MOST_FAILURES[kind] else 0.0

    def _recent(self, key: tuple[str, str], now: float) -> list[float]:
        return [time for time in self._failures.get(key, ()) if now - time < WINDOW]
