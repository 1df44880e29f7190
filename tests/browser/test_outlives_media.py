"""A call and what carries its media: killed, and the call goes on in another by an offer to both sides. The gaps are
measured by a tone both ways and printed.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser

from cordboard.config import Address
from kit.lab import RunningLab, running_lab, softphone_in, until
from kit.lab_agent import AgentPage
from kit.lab_customer import Customer
from kit.rtpengine import daemons
from kit.sound_gap import LineLog, PageLog, report

pytestmark = pytest.mark.asyncio(loop_scope="module")

AGENT, CUSTOMER = 620.0, 440.0  # Hz
SETTLED = 1.5  # seconds


@dataclass(slots=True)
class Measured:
    """A call with both ends listened to."""

    lab: RunningLab
    agent: AgentPage
    customer: Customer
    line: LineLog
    ears: PageLog

    async def talk(self) -> None:
        await self.agent.hears(CUSTOMER)
        await self.customer.hears(AGENT)

    async def kill(self, what: str, kill: Callable[[RunningLab], object] | None = None) -> float:
        """Kill what carries the call; the longest silence at either end, printed."""
        begin = time.time()
        (kill or kill_carrier)(self.lab)
        await asyncio.sleep(SETTLED)
        await self.talk()
        end = time.time() - 0.2
        gaps = self.line.gap(AGENT, begin, end), self.ears.gap(begin, end)
        report(what, agent_to_customer=gaps[0], customer_to_agent=gaps[1])
        return max(gaps)

    async def ends(self) -> None:
        await self.agent.card("talking")
        await self.agent.press("call-hangup")
        await self.customer.is_in("ended")
        await self.lab.is_idle()
        await self.agent.idle()


def kill_carrier(lab: RunningLab) -> None:
    """`kill -9` the worker of the one call that there is."""
    (worker,) = [worker for worker in lab.lab.product.engine.workers.running.values() if worker.calls]
    os.kill(worker.pid, signal.SIGKILL)


async def ringing(lab: RunningLab, browser: Browser) -> Measured:
    agent = await lab.agent(browser, microphone=AGENT)
    ears = await PageLog.of(agent.page, CUSTOMER)
    await agent.page.reload()  # the listener is there from the next load on
    agent = AgentPage(agent.page, await softphone_in(agent.page))
    await agent.registered()
    await agent.ready()
    customer = await lab.customer("8000", tone=CUSTOMER)
    await agent.card("ringing")
    (call,) = [each for each in lab.lab.telephone.customers.calls if each.id == customer.id]
    return Measured(lab, agent, customer, LineLog(call.rtp.party), ears)


async def whole(lab: RunningLab) -> None:
    workers = lab.lab.product.engine.workers
    await until(lambda: workers.missing == 0, "the replacement", 5.0)


async def test_the_other_worker_has_the_call_at_once(browser: Browser) -> None:
    """While they talk, while the agent holds, and while the page has no connection: then it counts as gone, as nothing
    is heard of it, and has its call again when it is back."""
    async with running_lab(media__workers=2) as lab:
        call = await ringing(lab, browser)
        await call.agent.press("call-answer")
        await call.talk()
        begin = time.time()
        assert await call.kill("media worker killed, another one there") < 2.0
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
        await call.ends()


async def test_the_replacement_of_the_only_worker_has_the_call_as_soon_as_it_runs(browser: Browser) -> None:
    """While it rings, and while they talk."""
    async with running_lab(media__workers=1) as lab:
        call = await ringing(lab, browser)
        kill_carrier(lab)
        await whole(lab)
        await call.agent.press("call-answer")
        await call.talk()
        assert await call.kill("media worker killed, the only one") < 4.0
        await call.ends()


async def test_another_rtpengine_has_the_call_of_one_that_died(browser: Browser) -> None:
    """Nobody tells the gateway of its death: the gap is how long a daemon may be silent, a second here."""
    async with daemons(2) as started:
        addresses = tuple(Address(*daemon.ng) for daemon in started)
        settings = {"media__engine": "rtpengine", "rtpengine__daemons": addresses, "rtpengine__give_up_seconds": 1}
        async with running_lab(**settings) as lab:
            call = await ringing(lab, browser)
            await call.agent.press("call-answer")
            await call.talk()

            def kill(_: RunningLab) -> None:
                (carrier,) = [each.name for each in lab.lab.product.engine.daemons.all if each.calls]
                (daemon,) = [each for each in started if carrier == f"{each.ng[0]}:{each.ng[1]}"]
                daemon.process.kill()

            assert await call.kill("rtpengine killed, another one there", kill) < 6.0
            await call.ends()
