"""Engines with two processes that carry calls, and a way to kill the one that carries a certain call.

async with CARRIERS["relay"]() as carried:
    await carried.engine.page_offer("call")
    await carried.kill("call")
    ...
    await carried.whole()
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from unittest.mock import patch

from cordboard.media.port import MediaEngine
from cordboard.media.relay.settings import Loop
from kit.phone import until
from kit.relay import relay
from kit.rtpengine import daemons, engine_over

QUICK = {"ping_seconds": 0.1, "give_up_seconds": 0.4}


@dataclass(frozen=True, slots=True)
class Carried:
    """`whole` brings back what was killed."""

    engine: MediaEngine
    kill: Callable[[str], Awaitable[None]]
    whole: Callable[[], Awaitable[None]]


@asynccontextmanager
async def two_workers() -> AsyncIterator[Carried]:
    with patch("cordboard.media.relay.workers.CALLS_FIRST_SECONDS", 0.0):
        async with relay(workers=2, report_seconds=0.4, loop=Loop.PYTHON) as engine:

            async def kill(call: str) -> None:
                worker = engine.workers.placement.carrying(call)
                assert worker is not None
                os.kill(worker.pid, signal.SIGKILL)

            async def whole() -> None:
                assert await until(lambda: len(engine.workers.running) == 2, 20.0)

            yield Carried(engine, kill, whole)


@asynccontextmanager
async def two_daemons() -> AsyncIterator[Carried]:
    async with daemons(2) as started, engine_over(started, **QUICK) as engine:

        async def kill(call: str) -> None:
            name = engine._calls[call].wire.daemon.name
            (daemon,) = [each for each in started if f"{each.ng[0]}:{each.ng[1]}" == name]
            await daemon.kill()

        async def whole() -> None:
            await asyncio.gather(*(daemon.start() for daemon in started if daemon.process is None))
            assert await until(lambda: len(engine.daemons.well) == 2, 10.0)

        yield Carried(engine, kill, whole)


CARRIERS: dict[str, Callable[[], AbstractAsyncContextManager[Carried]]] = {
    "relay": two_workers,
    "rtpengine": two_daemons,
}
