"""The worker's loop: sockets that became readable and timers that came due, one after the other, on epoll itself.

No asyncio: its transports cost more than the relaying (2.6 times the run time per packet, measured), and a media
worker needs none of its words. A handler that raises is reported through `on_failure` and never ends the loop.
"""

from __future__ import annotations

import heapq
import itertools
import select
import socket
import time
from collections.abc import Callable

Action = Callable[[], None]
Failure = Callable[[Exception], None]

EVENTS_PER_TURN = 256
CROWDED = 2000.0  # events a second; from then on packets are served by the batch
PERIOD = 0.0015  # seconds from batch to batch: nothing to a listener
SHORTEST_REST = 0.0001
LOOK_EVERY = 0.1
LONGEST_WAIT = 0.25  # seconds: a signal that stops the loop is seen after so long at most


class Timer:
    """An action that will happen once; `cancel` is final and harmless when repeated."""

    __slots__ = ("action",)

    def __init__(self, action: Action) -> None:
        self.action: Action | None = action

    def cancel(self) -> None:
        self.action = None


class PacketLoop:
    """Runs until `stop`. Times are those of `now`, the monotonic clock."""

    now = staticmethod(time.monotonic)

    def __init__(self, on_failure: Failure) -> None:
        self._epoll = select.epoll()
        self._readers: dict[int, Action] = {}
        self._writers: dict[int, Action] = {}
        self._timers: list[tuple[float, int, Timer]] = []
        self._order = itertools.count()
        self.on_failure = on_failure
        self._events, self._events_since = 0, time.monotonic()
        self._crowded = False
        self._stopped = False

    def watch(self, sock: socket.socket, on_readable: Action) -> None:
        """Call `on_readable` whenever the socket has something to read, until `forget`."""
        self._readers[sock.fileno()] = on_readable
        self._epoll.register(sock.fileno(), select.EPOLLIN)

    def watch_writable(self, sock: socket.socket, on_writable: Action | None) -> None:
        """Call `on_writable` too when a watched socket can be written to again; None ends that."""
        number = sock.fileno()
        if on_writable is None:
            self._writers.pop(number, None)
            self._epoll.modify(number, select.EPOLLIN)
        else:
            self._writers[number] = on_writable
            self._epoll.modify(number, select.EPOLLIN | select.EPOLLOUT)

    def forget(self, sock: socket.socket) -> None:
        """Before the socket is closed."""
        number = sock.fileno()
        self._writers.pop(number, None)
        if self._readers.pop(number, None) is not None:
            self._epoll.unregister(number)

    def at(self, when: float, action: Action) -> Timer:
        """Do `action` once when the clock has reached `when`."""
        timer = Timer(action)
        heapq.heappush(self._timers, (when, next(self._order), timer))
        return timer

    def stop(self) -> None:
        """End `run` after the present turn."""
        self._stopped = True

    def run(self) -> None:
        """Serve sockets and timers until `stop`, which may have been called already."""
        while not self._stopped:
            self.turn(LONGEST_WAIT)

    def turn(self, longest: float) -> None:
        """Wait for at most `longest` seconds and serve what has come."""
        readers, writers = self._readers, self._writers
        events = self._epoll.poll(self._wait(longest), EVENTS_PER_TURN)
        began = time.monotonic()
        for number, mask in events:
            handler = (writers if mask == select.EPOLLOUT else readers).get(number)
            if handler is not None:
                try:
                    handler()
                except Exception as failure:
                    self.on_failure(failure)
        self.run_due_timers()
        self._rest(began, len(events))

    def _rest(self, began: float, events: int) -> None:
        """Where much comes, let some come together: a turn begins a period after the one before."""
        now = time.monotonic()
        self._events += events
        passed = now - self._events_since
        if passed > LOOK_EVERY:
            self._crowded = self._events > CROWDED * passed
            self._events, self._events_since = 0, now
        if self._crowded:
            pause = began + PERIOD - now
            if pause > SHORTEST_REST:
                time.sleep(pause)

    def handler_of(self, number: int, mask: int) -> Action | None:
        """What is to be done about an event of epoll."""
        return (self._writers if mask == select.EPOLLOUT else self._readers).get(number)

    def _wait(self, longest: float) -> float:
        if not self._timers:
            return longest
        return min(longest, max(0.0, self._timers[0][0] - time.monotonic()))

    def run_due_timers(self) -> None:
        """Do what has come due; one that comes due meanwhile waits for the next turn."""
        if not self._timers:
            return
        now = time.monotonic()
        while self._timers and self._timers[0][0] <= now:
            _, _, timer = heapq.heappop(self._timers)
            if timer.action is not None:
                try:
                    timer.action()
                except Exception as failure:
                    self.on_failure(failure)

    def close(self) -> None:
        self._epoll.close()
