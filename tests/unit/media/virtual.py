"""A worker's surroundings without sockets and without time."""

from __future__ import annotations

import heapq
import itertools
import socket
from collections.abc import Callable

from cordboard.media.relay.path.loop import Timer
from cordboard.stun.message import Address


class VirtualLoop:
    """`pass_time` runs the timers that come due; nothing else happens."""

    def __init__(self) -> None:
        self.time = 1000.0
        self._timers: list[tuple[float, int, Timer]] = []
        self._order = itertools.count()

    def now(self) -> float:
        return self.time

    def at(self, when: float, action: Callable[[], None]) -> Timer:
        timer = Timer(action)
        heapq.heappush(self._timers, (when, next(self._order), timer))
        return timer

    @property
    def waiting(self) -> int:
        """Timers that are still to come."""
        return sum(timer.action is not None for _, _, timer in self._timers)

    def pass_time(self, seconds: float) -> None:
        end = self.time + seconds
        while self._timers and self._timers[0][0] <= end:
            when, _, timer = heapq.heappop(self._timers)
            self.time = max(self.time, when)
            if timer.action is not None:
                timer.action()
        self.time = end


class VirtualSocket:
    """What is put into `incoming` is received, what is sent stands in `sent`."""

    family = socket.AF_INET

    def __init__(self) -> None:
        self.incoming: list[tuple[bytes, Address]] = []
        self.sent: list[tuple[bytes, Address]] = []
        self.full = False

    def recvfrom(self, size: int) -> tuple[bytes, Address]:
        if not self.incoming:
            raise BlockingIOError
        data, source = self.incoming.pop(0)
        return data[:size], source

    def sendto(self, data: bytes, destination: Address) -> int:
        if self.full:
            raise BlockingIOError
        self.sent.append((data, destination))
        return len(data)

    def getsockname(self) -> Address:
        return ("127.0.0.1", 20100)
