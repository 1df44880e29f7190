"""A call and what carries its media: killed, and the call goes on in another by an offer to both sides. The gaps are
measured by a tone both ways and printed.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable

import pytest
from playwright.async_api import Browser

from cordboard.config import Address
from kit.heard_call import HeardCall, ringing, talking
from kit.lab import RunningLab, running_lab, until
from kit.rtpengine import daemons

pytestmark = pytest.mark.asyncio(loop_scope="session")

SETTLED = 1.5  # seconds


def kill_carrier(lab: RunningLab) -> None:
    """`kill -9` the worker of the one call that there is."""
    (worker,) = [worker for worker in lab.lab.product.engine.workers.running.values() if worker.calls]
    os.kill(worker.pid, signal.SIGKILL)


async def killed(call: HeardCall, lab: RunningLab, what: str, kill: Callable[[RunningLab], object]) -> float:
    """Kill what carries the call; the longest silence at either end, printed."""
    call.now()
    kill(lab)
    await asyncio.sleep(SETTLED)
    return max(await call.gaps(what))


async def ends(call: HeardCall, lab: RunningLab) -> None:
    await call.agent.card("talking")
    await call.agent.press("call-hangup")
    await call.customer.is_in("ended")
    await lab.all_idle(call.agent)


async def whole(lab: RunningLab) -> None:
    workers = lab.lab.product.engine.workers
    await until(lambda: workers.missing == 0, "the replacement", 5.0)


async def test_the_other_worker_has_the_call_at_once(browser: Browser) -> None:
    """While they talk, while the agent holds, and while the page has no connection: then it counts as gone, as nothing
    is heard of it, and has its call again when it is back."""
    async with running_lab(media__workers=2) as lab:
        call = await talking(lab, browser)
        begin = time.time()
        assert await killed(call, lab, "media worker killed, another one there", kill_carrier) < 2.0
        assert call.line.streams(begin - 0.1, time.time()) == 2, "one of each worker"
        await whole(lab)

        await call.agent.press("call-hold")
        await call.customer.hears_music()
        kill_carrier(lab)
        await asyncio.sleep(SETTLED)
        await call.customer.hears_music()
        await call.agent.card("held")
        await call.agent.press("call-retrieve")
        await call.talk()
        await whole(lab)

        async with lab.connections_lost():
            await call.agent.light("sip", "connecting")
            kill_carrier(lab)
            await call.customer.hears_music()
        await call.agent.light("sip", "on")
        await call.talk()
        await ends(call, lab)


async def test_the_replacement_of_the_only_worker_has_the_call_as_soon_as_it_runs(browser: Browser) -> None:
    """While it rings, and while they talk."""
    async with running_lab(media__workers=1) as lab:
        call = await ringing(lab, browser)
        kill_carrier(lab)
        await whole(lab)
        await call.answered()
        assert await killed(call, lab, "media worker killed, the only one", kill_carrier) < 4.0
        await ends(call, lab)


async def test_another_rtpengine_has_the_call_of_one_that_died(browser: Browser) -> None:
    """Nobody tells the gateway of its death: the gap is how long a daemon may be silent, a second here."""
    async with daemons(2) as started:
        addresses = tuple(Address(*daemon.ng) for daemon in started)
        settings = {"media__engine": "rtpengine", "rtpengine__daemons": addresses, "rtpengine__give_up_seconds": 1}
        async with running_lab(**settings) as lab:
            call = await talking(lab, browser)

            def kill(_: RunningLab) -> None:
                (carrier,) = [each.name for each in lab.lab.product.engine.daemons.all if each.calls]
                (daemon,) = [each for each in started if carrier == f"{each.ng[0]}:{each.ng[1]}"]
                daemon.process.kill()

            assert await killed(call, lab, "rtpengine killed, another one there", kill) < 6.0
            await ends(call, lab)
