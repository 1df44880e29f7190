"""The core's driver: it wakes the core when something is due, however often the deadline has moved."""

from __future__ import annotations

import asyncio

from cordboard.net.driver import CoreDriver
from cordboard.sip.events import Flow, Input, Output, Received, Tick

FLOW = Flow("UDP", "test", ("127.0.0.1", 5060))
SOON = 0.02  # seconds


class Sleeper:
    """A core that wants to be woken once; notes when it was."""

    def __init__(self) -> None:
        self.deadline: float | None = None
        self.woken: list[float] = []

    def handle(self, input: Input, now: float) -> list[Output]:
        if isinstance(input, Tick):
            self.woken.append(now)
            self.deadline = None
        return []


async def driven(*deadlines: float | None) -> tuple[list[float], float]:
    """When a core was woken whose deadline was moved to each of these, and when it was begun."""
    core = Sleeper()
    driver = CoreDriver(core, lambda flow, data: None, lambda output: None)
    began = driver.now
    for after in deadlines:
        core.deadline = None if after is None else began + after
        driver.feed(Received(FLOW, b""))
    await asyncio.sleep(4 * SOON)
    driver.close()
    return core.woken, began


async def test_a_core_is_woken_at_its_deadline() -> None:
    woken, began = await driven(SOON)
    assert len(woken) == 1
    assert woken[0] >= began + SOON


async def test_a_deadline_that_moved_away_wakes_once_and_not_too_early() -> None:
    woken, began = await driven(SOON, 2 * SOON)
    assert len(woken) == 1
    assert woken[0] >= began + 2 * SOON


async def test_a_deadline_that_came_nearer_is_kept() -> None:
    woken, began = await driven(100.0, SOON)
    assert len(woken) == 1
    assert woken[0] < began + 100.0


async def test_a_deadline_that_is_gone_wakes_nobody() -> None:
    woken, _ = await driven(SOON, None)
    assert woken == []
