"""Timers of the lab: one that follows a machine's deadline, and any number that are set once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Wake:
    """Calls `due` at the time that was last set; time is the event loop's."""

    def __init__(self, due: Callable[[], None]) -> None:
        self._due = due
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._at: float | None = None

    def set(self, at: float | None) -> None:
        """The machine's deadline now; None: no time."""
        if at == self._at:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._at = at
        self._timer = None if at is None else self._loop.call_at(at, self._fire)

    def _fire(self) -> None:
        self._at = self._timer = None
        self._due()

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()


class Later:
    """Things to do after a while; `close` forgets what is still to be done."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._timers: set[asyncio.TimerHandle] = set()

    def do(self, seconds: float, action: Callable[[], None]) -> None:
        """At once for no time at all, so that nothing is overtaken without need."""
        if seconds <= 0:
            return action()
        timer: asyncio.TimerHandle

        def due() -> None:
            self._timers.discard(timer)
            action()

        timer = self._loop.call_later(seconds, due)
        self._timers.add(timer)

    def close(self) -> None:
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
