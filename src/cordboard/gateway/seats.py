"""The seats of this gateway and their timers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

from cordboard.seat.seat import Seat, SeatInput, SeatOutput, Tick
from cordboard.seat.store import SeatStore


class Seats:
    """Feeds seats and wakes them; `on_output` gets each output with its seat, in order."""

    def __init__(self, store: SeatStore, on_output: Callable[[Seat, SeatOutput], None]) -> None:
        self._store = store
        self._on_output = on_output
        self._loop = asyncio.get_running_loop()
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def seat(self, dn: str) -> Seat | None:
        return self._store.seat(dn)

    def __iter__(self) -> Iterator[Seat]:
        return iter(self._store)

    @property
    def reachable(self) -> int:
        """How many DNs have a page that can take calls."""
        return sum(seat.reachable for seat in self._store)

    def feed(self, dn: str, input: SeatInput) -> None:
        seat = self._store.seat(dn)
        if seat is None:
            return
        for output in seat.handle(input, self._loop.time()):
            self._on_output(seat, output)
        self._schedule(seat)

    def _schedule(self, seat: Seat) -> None:
        if timer := self._timers.pop(seat.dn, None):
            timer.cancel()
        if seat.deadline is not None:
            self._timers[seat.dn] = self._loop.call_at(seat.deadline, self.feed, seat.dn, Tick())

    def close(self) -> None:
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
