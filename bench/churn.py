"""Calls that come and go at a steady rate, so many at a time, and what became of each."""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from dataclasses import dataclass, field

from bench.crowd import TIRED, Conversation, Crowd
from cordboard.phone.packets.port import StreamFigures

MOST_LOSS = 0.001
REMEMBERED = 20  # reasons of failures
SPREAD = (0.5, 1.5)  # of the usual length of a call


@dataclass(slots=True)
class Tally:
    """What became of the calls; `reasons` are those of the first failures."""

    placed: int = 0
    ended: int = 0
    failed: int = 0
    sent: int = 0
    lost: int = 0
    foreign: int = 0
    worst_gap: float = 0.0  # seconds between two packets of a call
    reasons: list[str] = field(default_factory=list)

    def fail(self, why: str) -> None:
        """One call has failed."""
        self.failed += 1
        if len(self.reasons) < REMEMBERED:
            self.reasons.append(why)

    def hear(self, way: str, figures: StreamFigures) -> None:
        """What one end of a call has sent and heard."""
        self.sent += figures.sent
        self.lost += figures.lost
        self.foreign += figures.foreign
        self.worst_gap = max(self.worst_gap, figures.longest_gap)
        if not figures.heard:
            self.fail(f"{way} did not hear the other's tone")
        elif figures.foreign:
            self.fail(f"{way} heard another call")
        elif figures.lost > MOST_LOSS * max(1000, figures.received):
            self.fail(f"{way} lost {figures.lost} of {figures.received} packets")


class Churn:
    """`calls` at a time, each about `length` seconds long; `run` until cancelled."""

    def __init__(self, crowd: Crowd, calls: int, length: float) -> None:
        self.tally = Tally()
        self.standing = 0
        self._crowd = crowd
        self._calls = calls
        self._length = length
        self._idle = deque(crowd.agents)
        self._random = random.Random(1)

    @property
    def rate(self) -> float:
        """Calls a second that come, and go."""
        return self._calls / self._length

    async def run(self, ramp: float) -> None:
        """Begin all calls within `ramp` seconds; then each one that ends is followed by another."""
        async with asyncio.TaskGroup() as group:
            for number in range(self._calls):
                group.create_task(self._line(number * ramp / self._calls))

    async def _line(self, delay: float) -> None:
        """One call after the other."""
        await asyncio.sleep(delay)
        length = self._length * self._random.random()  # the first ones do not end together either
        while True:
            dn = self._idle.popleft()
            await self._call(dn, length)
            self._idle.append(dn)
            length = self._length * self._random.uniform(*SPREAD)

    async def _call(self, dn: str, length: float) -> None:
        self.tally.placed += 1
        try:
            conversation = await self._crowd.converse(dn)
        except TIRED as failure:
            self.tally.fail(f"not set up: {type(failure).__name__} {failure}")
            await asyncio.sleep(1)
            return
        self.standing += 1
        try:
            await self._talk(conversation, max(length, 1.0))
        finally:
            self.standing -= 1

    async def _talk(self, conversation: Conversation, length: float) -> None:
        began = time.monotonic()
        try:
            async with asyncio.timeout(length):
                await conversation.far.ended()
            self.tally.fail(f"ended after {time.monotonic() - began:.1f} s by itself: {conversation.far.reason}")
        except TimeoutError:
            conversation.hang_up()
            await conversation.page.ended()
            self.tally.ended += 1
            self.tally.hear("the far end", conversation.far.figures())
            self.tally.hear("the agent", conversation.page.figures())
