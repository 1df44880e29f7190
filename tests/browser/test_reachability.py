"""A page that cannot take calls: SIP Server is told before a customer is sent there, and again when it can."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser

from kit.chromium import new_page
from kit.lab import RunningLab, running_lab, until, until_async
from kit.lab_agent import AgentPage

pytestmark = pytest.mark.asyncio(loop_scope="session")

AGENT, CUSTOMER = 620.0, 440.0  # Hz
FOUND_WITHIN = 6.0  # seconds: a ping each second, two answers missing after two seconds each, and a little
BACK_WITHIN = 3.0


async def phone(lab: RunningLab, browser: Browser) -> AgentPage:
    agent = await lab.softphone(browser, microphone=AGENT)
    await agent.press("connect-sip")
    await agent.light("sip", "on")
    await until(lambda: reachable(lab), "the DN is not reachable")
    return agent


def reachable(lab: RunningLab) -> bool:
    seat = lab.lab.product.gateway.seats.seat("5001")
    return seat is not None and seat.reachable


def bound(lab: RunningLab) -> bool:
    return lab.lab.telephone.sip_server.stack.machine.switch.registrar.binding("5001") is not None


async def is_refused(lab: RunningLab) -> None:
    """A customer who is sent to the DN is told so at once."""
    began = time.monotonic()
    customer = await lab.customer("5001", tone=CUSTOMER)
    await customer.is_in("ended")
    assert time.monotonic() - began < 2.0


async def is_answered(lab: RunningLab, agent: AgentPage) -> None:
    customer = await lab.customer("5001", tone=CUSTOMER)
    await agent.card("ringing")
    await agent.press("call-answer")
    await agent.hears(CUSTOMER)
    await customer.hang_up()
    await lab.all_idle(agent)


@asynccontextmanager
async def stopped(agent: AgentPage) -> AsyncIterator[None]:
    """The page's code stands still, its connection does not: the browser goes on answering WebSocket pings."""
    session = await agent.page.context.new_cdp_session(agent.page)
    await session.send("Debugger.enable")
    paused = asyncio.Event()
    session.on("Debugger.paused", lambda _: paused.set())
    async with asyncio.TaskGroup() as group:
        group.create_task(session.send("Runtime.evaluate", {"expression": "debugger"}))
        await asyncio.wait_for(paused.wait(), 3)
        try:
            yield
        finally:
            await session.send("Debugger.resume")


@pytest.mark.parametrize("unreachable", ["480", "deregister"])
async def test_a_page_that_stands_still(browser: Browser, unreachable: str) -> None:
    async with running_lab(gateway__ping_seconds=1, gateway__unreachable=unreachable) as lab:
        agent = await phone(lab, browser)
        async with stopped(agent):
            await until(lambda: not reachable(lab), "nobody noticed", FOUND_WITHIN)
            if unreachable == "deregister":
                await until(lambda: not bound(lab), "the DN is registered")
            else:
                assert bound(lab)
                await is_refused(lab)
        await until(lambda: reachable(lab) and bound(lab), "the DN is not back", BACK_WITHIN)
        await is_answered(lab, agent)


async def test_a_page_that_is_busy_for_seconds(browser: Browser) -> None:
    async with running_lab(gateway__ping_seconds=1) as lab:
        agent = await phone(lab, browser)
        loop = "for (const end = Date.now() + 8000; Date.now() < end; );"
        await agent.page.evaluate(f"() => void setTimeout(() => {{ {loop} }})")
        await until(lambda: not reachable(lab), "nobody noticed", FOUND_WITHIN)
        await is_refused(lab)
        await until(lambda: reachable(lab), "the DN is not back", 3.0 + BACK_WITHIN)
        await is_answered(lab, agent)


async def test_a_call_that_comes_before_the_freeze_was_noticed(browser: Browser) -> None:
    """The last answer is a few seconds old: the page is asked once more, and the customer is not left to ring."""
    async with running_lab(gateway__ping_seconds=60, gateway__ping_before_call=1000) as lab:
        agent = await phone(lab, browser)
        async with stopped(agent):
            await asyncio.sleep(1.2)
            assert reachable(lab)
            await is_refused(lab)
        await is_answered(lab, agent)


async def test_a_hidden_page_answers(browser: Browser) -> None:
    """Chromium slows the timers of a hidden page down; what the gateway says to it is no timer."""
    async with running_lab(gateway__ping_seconds=1) as lab:
        agent = await phone(lab, browser)
        session = await agent.page.context.new_cdp_session(agent.page)
        await session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        in_front = await new_page(agent.page.context)
        await in_front.goto("about:blank")
        await in_front.bring_to_front()
        await slow_timers(agent)
        await asyncio.sleep(FOUND_WITHIN)
        assert reachable(lab)
        customer = await lab.customer("5001", tone=CUSTOMER)
        await agent.card("ringing")
        await customer.hang_up()
        await lab.all_idle(agent)


async def slow_timers(agent: AgentPage) -> None:
    """Intensive throttling at once: a timer of this page that is set from now on runs in a minute."""
    slow = "window.setTimeout = (call, _, ...more) => real(call, 60000, ...more);"
    await agent.page.evaluate(f"() => {{ const real = window.setTimeout; {slow} }}")


@pytest.mark.parametrize("unreachable", ["480", "deregister"])
async def test_a_microphone_that_is_taken_away(browser: Browser, unreachable: str) -> None:
    async with running_lab(gateway__unreachable=unreachable) as lab:
        agent = await phone(lab, browser)
        await without_microphone(agent)
        await until(lambda: not reachable(lab), "nobody noticed", 2.0)
        await agent.shows("message-text", "No microphone: it is not allowed for this page.")
        await agent.shows("message-help", "allow the microphone for this page; until then no calls come")
        if unreachable == "deregister":
            await until(lambda: not bound(lab), "the DN is registered")
        else:
            await is_refused(lab)
        await with_microphone(agent)
        await until(lambda: reachable(lab) and bound(lab), "the DN is not back", BACK_WITHIN)
        await until_async(no_message(agent), "the message is still there")
        await is_answered(lab, agent)


def no_message(agent: AgentPage) -> Callable[[], Awaitable[bool]]:
    async def is_so() -> bool:
        return await agent.page.evaluate("cordboard.messages") == []

    return is_so


async def without_microphone(agent: AgentPage) -> None:
    """The agent takes the permission back in the browser's settings."""
    await permission(agent, "denied")


async def with_microphone(agent: AgentPage) -> None:
    await permission(agent, "granted")


async def permission(agent: AgentPage, setting: str) -> None:
    session = await agent.page.context.new_cdp_session(agent.page)
    context = (await session.send("Target.getTargetInfo"))["targetInfo"]["browserContextId"]
    wanted = {"permission": {"name": "microphone"}, "setting": setting, "browserContextId": context}
    await session.send("Browser.setPermission", wanted)


async def test_a_headset_that_is_unplugged(browser: Browser) -> None:
    """The browser tells of it by devicechange, and its list of devices has no microphone any more."""
    async with running_lab() as lab:
        agent = await phone(lab, browser)
        await plug(agent, "[{ kind: 'audiooutput' }]")
        await until(lambda: not reachable(lab), "nobody noticed", 2.0)
        await agent.shows("message-text", "No microphone: none was found.")
        await is_refused(lab)
        await plug(agent, "[{ kind: 'audioinput' }]")
        await until(lambda: reachable(lab), "the DN is not back", BACK_WITHIN)
        await is_answered(lab, agent)


async def plug(agent: AgentPage, devices: str) -> None:
    await agent.page.evaluate(
        f"""() => {{ navigator.mediaDevices.enumerateDevices = async () => {devices};
        navigator.mediaDevices.dispatchEvent(new Event("devicechange")); }}"""
    )
