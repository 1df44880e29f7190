"""Standing calls, more and more of them, until a server does not carry their sound well any more."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from bench.crowd import TIRED, Conversation, Crowd
from bench.processes import cpu_seconds
from bench.search import Search

MOST_LOSS = 0.001
MOST_LATENCY = 0.030  # seconds, p99
SETTLE = 1.0
RECOVER = 3.0
WINDOW = 3.0
WINDOWS = 3
MOST_WINDOWS = 5
DIAL_RATE = 30.0  # calls a second, so that setting up is not what is measured
MOST_LATE = 0.005  # seconds of p99 by which the load's own ticks may be late


@dataclass(frozen=True, slots=True)
class Window:
    """How the sound of all calls was for some seconds. `latency` is p99 in seconds, `server` a share of a core."""

    calls: int
    loss: float
    latency: float
    server: float
    foreign: int
    lateness: float

    @property
    def good(self) -> bool:
        return self.loss < MOST_LOSS and self.latency < MOST_LATENCY and not self.foreign

    @property
    def text(self) -> str:
        return (
            f"{self.calls} calls: loss {self.loss:.3%}, p99 {self.latency * 1000:.1f} ms, "
            f"server {self.server:.0%} of a core, load late by {self.lateness * 1000:.1f} ms"
        )

    @property
    def trusted(self) -> bool:
        """The load itself kept its time: what is bad is the server's doing."""
        return self.lateness < MOST_LATE


class Standing:
    """The calls of a crowd that stand now, one per agent."""

    def __init__(self, crowd: Crowd, dial_rate: float = DIAL_RATE) -> None:
        self._crowd = crowd
        self._dial_rate = dial_rate
        self.calls: dict[str, Conversation] = {}

    async def reach(self, level: int) -> str:
        """Sign agents in, dial or hang up until so many stand; why that failed, or an empty text."""
        self._drop_ended()
        if level:
            await self._crowd.sign_in(count=level)
        while len(self.calls) > level:
            self.calls.popitem()[1].hang_up()
        free = [dn for dn in self._crowd.agents if dn not in self.calls]
        began, failures = time.monotonic(), list[str]()
        async with asyncio.TaskGroup() as group:
            for number, dn in enumerate(free[: level - len(self.calls)]):
                await asyncio.sleep(max(0.0, began + number / self._dial_rate - time.monotonic()))
                group.create_task(self._dial(dn, failures))
        return f"{len(failures)} calls failed: {failures[0]}" if failures else ""

    async def _dial(self, dn: str, failures: list[str]) -> None:
        try:
            self.calls[dn] = await self._crowd.converse(dn)
        except TIRED as failure:
            failures.append(f"{type(failure).__name__} {failure}")

    def _drop_ended(self) -> None:
        self.calls = {dn: call for dn, call in self.calls.items() if not call.over}

    async def measure(self, seconds: float = WINDOW) -> Window:
        """The sound of the next seconds."""
        try:
            return await self._measure(seconds)
        except KeyError:  # the streams of a call that ended meanwhile
            return Window(0, 1.0, seconds, 1.0, 0, 0.0)

    async def _measure(self, seconds: float) -> Window:
        self._drop_ended()
        streams = [stream for call in self.calls.values() for stream in call.streams]
        packets, pids = self._crowd.packets, self._crowd.server.pids
        packets.reset(streams)
        began, before = time.monotonic(), cpu_seconds(*pids)
        await asyncio.sleep(seconds)
        server = (cpu_seconds(*pids) - before) / (time.monotonic() - began)
        found = packets.total(streams)
        missing = max(found.lost / max(1, found.lost + found.received), 1 - found.received / max(1, found.sent))
        loss = missing if missing > 0 else 0.0
        lateness = packets.loop_figures().lateness.p99
        return Window(len(self.calls), loss, found.latency.p99, server, found.foreign, lateness)

    async def end(self) -> None:
        """Hang all of them up."""
        await self.reach(0)


async def highest_level(standing: Standing, search: Search, tell: Callable[[str], None]) -> list[Window]:
    """Search for the most calls with good sound; the median windows of all levels, in the order of trying.

    A level is as good as the median of its windows. `tell` gets a line for each.
    """
    found: list[Window] = []
    while (level := search.next) is not None:
        failure = await standing.reach(level)
        await asyncio.sleep(SETTLE if search.bad is None else RECOVER)
        usual = await _usual(standing)
        good = not failure and usual.calls == level and usual.good
        found.append(usual)
        tell(f"{usual.text}{'' if good else ', too many'} {failure}".rstrip())
        search.tell(level, good=good)
    await standing.end()
    return found


async def _usual(standing: Standing) -> Window:
    """The middle of those windows in which the load kept its time, if it ever did."""
    windows: list[Window] = []
    while len(windows) < MOST_WINDOWS and sum(window.trusted for window in windows) < WINDOWS:
        windows.append(await standing.measure())
    return middle([window for window in windows if window.trusted] or windows)


def middle(windows: list[Window]) -> Window:
    """Each figure's median."""

    def median(name: str) -> float:
        return float(statistics.median(getattr(window, name) for window in windows))

    return Window(
        min(window.calls for window in windows),
        median("loss"),
        median("latency"),
        median("server"),
        max(window.foreign for window in windows),
        median("lateness"),
    )
