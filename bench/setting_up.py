"""Calls set up and torn down at a steady rate: WebRTC on the agent's side, plain RTP on the far end's."""

from __future__ import annotations

import asyncio
import os
import time
from collections import deque
from dataclasses import dataclass, field

from bench.crowd import TIRED, Crowd
from bench.processes import cpu_seconds
from bench.search import Search
from cordboard.phone.load.figures import percentile

WITHIN = 5.0  # seconds in which a call must be heard both ways
REST = 0.1  # seconds between two calls of an agent
SLOW = 0.5  # seconds of p95 from which a rate does not count as kept


@dataclass(slots=True)
class Round:
    """What came of one rate. Times in seconds; `server` and `load` are seconds on a core."""

    rate: float
    took: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    seconds: float = 0.0
    server: float = 0.0
    load: float = 0.0

    @property
    def calls(self) -> int:
        return len(self.took) + len(self.failed)

    @property
    def clean(self) -> bool:
        """Every call was heard both ways, and soon."""
        return bool(self.took) and not self.failed and percentile(sorted(self.took), 0.95) < SLOW

    @property
    def per_call(self) -> float:
        """Seconds of the server's time for each call."""
        return self.server / self.calls

    @property
    def load_share(self) -> float:
        """How much of its core the load program used."""
        return self.load / self.seconds


async def at_rate(crowd: Crowd, rate: float, seconds: float) -> Round:
    """So many calls a second; each is hung up as soon as both ends have heard the other."""
    found = Round(rate)
    idle = deque(crowd.agents)
    before = time.monotonic(), cpu_seconds(*crowd.server.pids), cpu_seconds(os.getpid())
    async with asyncio.TaskGroup() as group:
        for number in range(round(rate * seconds)):
            await asyncio.sleep(max(0.0, before[0] + number / rate - time.monotonic()))
            if not idle:
                found.failed.append("all agents were busy")
                continue
            group.create_task(_one(crowd, idle.popleft(), idle, found))
    found.seconds = time.monotonic() - before[0]
    found.server = cpu_seconds(*crowd.server.pids) - before[1]
    found.load = cpu_seconds(os.getpid()) - before[2]
    return found


async def _one(crowd: Crowd, dn: str, idle: deque[str], found: Round) -> None:
    began = time.monotonic()
    try:
        conversation = await crowd.converse(dn, WITHIN)
        found.took.append(time.monotonic() - began)
        conversation.hang_up()
    except TIRED as failure:
        found.failed.append(f"{type(failure).__name__} {failure}")
    await asyncio.sleep(REST)
    idle.append(dn)


async def highest_rate(crowd: Crowd, seconds: float, last: int) -> tuple[Search, list[Round]]:
    """The highest rate that is kept cleanly, by steps; a bad step is tried once more before it counts."""
    search, rounds = Search(first=60, factor=1.35, last=last, precision=0.1), []
    while (rate := search.next) is not None:
        found = await at_rate(crowd, rate, seconds)
        if not found.clean:
            await asyncio.sleep(2 * WITHIN / 5)
            found = await at_rate(crowd, rate, seconds)
        rounds.append(found)
        search.tell(rate, good=found.clean)
    return search, rounds
