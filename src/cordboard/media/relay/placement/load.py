"""How busy a worker is, which worker a new call goes to, and when none can take it. Pure: times and loads come in."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

MEASURED_EVERY = 1.0  # seconds
UNKNOWN_CALL = 0.002  # of a core: what a call is taken to cost while nothing has been measured
DEAREST_CALL = 0.005  # what it is taken to cost at most: a worker with few calls may be busy with something else
HYSTERESIS = 0.1  # below the limit, before calls are taken again


class LoadMeter:
    """The share of a core that a process has used since the last `read`, 0.0 to 1.0, in hundredths."""

    def __init__(self, now: float, busy: float) -> None:
        """Both in seconds: of the clock, and of the processor."""
        self._now, self._busy = now, busy

    def read(self, now: float, busy: float) -> float:
        share = (busy - self._busy) / max(now - self._now, 0.001)
        self._now, self._busy = now, busy
        return round(min(max(share, 0.0), 1.0), 2)


class Loaded(Protocol):
    """A worker; `load` was measured when it had `load_calls` calls."""

    @property
    def calls(self) -> Collection[str]: ...

    @property
    def load(self) -> float: ...

    @property
    def load_calls(self) -> int: ...


def expected(worker: Loaded) -> float:
    """Its load with the calls that came and went since it was measured."""
    each = min(worker.load / worker.load_calls, DEAREST_CALL) if worker.load_calls else UNKNOWN_CALL
    return max(0.0, worker.load + each * (len(worker.calls) - worker.load_calls))


def preference(worker: Loaded) -> tuple[float, int]:
    """The least is the best. Load counts in tenths: less than that is chance, and calls are spread by number."""
    return round(expected(worker), 1), len(worker.calls)


class LoadLimit:
    """Whether new calls are refused: from `limit` on, until the load is `HYSTERESIS` below it."""

    def __init__(self, percent: int) -> None:
        """0: never."""
        self._limit = percent / 100
        self.shedding = False

    def judge(self, least: float) -> bool:
        """`least` is the load of the least busy worker; whether it is news."""
        before = self.shedding
        below = least <= max(self._limit - HYSTERESIS, 0.0) if before else least < self._limit
        self.shedding = self._limit > 0 and not below
        return self.shedding is not before
