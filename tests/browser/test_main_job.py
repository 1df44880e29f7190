"""The main job: a customer's call is answered in the browser because the agent pressed Answer in GWS."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest
from playwright.async_api import Browser

from kit.lab import RunningLab, running_lab
from kit.nginx import lab_behind_nginx

pytestmark = pytest.mark.asyncio(loop_scope="session")

Laboratory = Callable[[], AbstractAsyncContextManager[RunningLab]]


@pytest.fixture(params=[running_lab, lab_behind_nginx], ids=["by http", "through nginx"])
def laboratory(request: pytest.FixtureRequest) -> Laboratory:
    """The lab, or the lab that browsers reach by TLS and WSS through nginx alone, its loader in the desktop's page."""
    made: Laboratory = request.param
    return made


async def test_answered_in_the_desktop_held_retrieved_and_ended(browser: Browser, laboratory: Laboratory) -> None:
    async with laboratory() as lab:
        agent = await lab.agent(browser, "5001", microphone=620.0)
        await agent.ready()
        customer = await lab.customer("8000", tone=440.0)

        await agent.shows("desk-call-state", "Ringing")
        await agent.shows("desk-data", "Billing")
        await agent.shows("call-state", "Incoming call")
        await agent.shows("call-data", "Billing")

        pressed = time.monotonic()
        await agent.press("desk-op-Answer")
        await asyncio.gather(agent.hears(440.0, within=2.0), customer.hears(620.0, within=2.0))
        assert time.monotonic() - pressed < 2.0
        await agent.shows("desk-call-state", "Connected")
        assert len(await agent.cards()) == 1

        await agent.press("desk-op-Hold")
        await agent.shows("desk-call-state", "On hold")
        await agent.shows("call-state", "On hold")
        await agent.hears_nothing()
        await customer.hears_music()

        await agent.press("desk-op-Retrieve")
        await agent.hears(440.0)
        await customer.hears(620.0)

        await agent.press("desk-op-Hangup")
        await agent.shows_no("desk-call")
        await agent.idle()
        await customer.is_in("ended")
        await lab.is_idle(within=1.0)


async def test_answered_in_the_softphone(browser: Browser, laboratory: Laboratory) -> None:
    async with laboratory() as lab:
        agent = await lab.agent(browser)
        await agent.ready()
        customer = await lab.customer("8000", tone=440.0)
        await agent.press("call-answer")
        await agent.hears(440.0, within=3.0)
        await customer.hears(620.0)
        await agent.shows("desk-call-state", "Connected")
        await customer.hang_up()
        await agent.idle()
        await agent.shows_no("desk-call")
        await lab.is_idle()
