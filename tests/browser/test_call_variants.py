"""How calls come about: dialled by the phone, through GWS, from the desktop, and from agent to agent."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page

from kit.lab import RunningLab, running_lab
from kit.lab_agent import AgentPage
from kit.lab_customer import Customer

pytestmark = pytest.mark.asyncio(loop_scope="session")

AGENT, COLLEAGUE, CUSTOMER = 620.0, 860.0, 440.0  # Hz
NUMBER, BUSY, PATIENT = "+15550102", "+15550486", "+15550408"  # answers, refuses, rings for ever
UNKNOWN = "12345"


async def both_hear(agent: AgentPage, customer: Customer) -> None:
    await agent.hears(CUSTOMER)
    await customer.hears(AGENT)


async def connected(lab: RunningLab, browser: Browser, *, gws_dials: bool) -> AgentPage:
    """The softphone alone, with both lights green."""
    agent = await lab.softphone(browser, microphone=AGENT)
    await agent.by("field-use-gws").set_checked(gws_dials)
    await agent.connect("sip")
    await agent.connect("gws")
    return agent


def dials_at_gws(page: Page) -> list[str]:
    """The requests by which a page dials through GWS, from now on."""
    found: list[str] = []
    page.on("request", lambda request: found.append(request.url) if "/devices/" in request.url else None)
    return found


async def test_dialled_by_the_phone_itself(browser: Browser) -> None:
    async with running_lab() as lab:
        agent = await connected(lab, browser, gws_dials=False)
        at_gws = dials_at_gws(agent.page)
        await agent.dial("+1 555 0102")
        await agent.card("dialing")
        customer = await lab.called(NUMBER, tone=CUSTOMER)
        await both_hear(agent, customer)
        await agent.card("talking")
        await agent.press("call-hangup")
        await customer.is_in("ended")
        await lab.all_idle(agent)
        assert at_gws == []
        assert not await agent.rang()


async def test_the_phone_alone_without_gws_hears_its_echo(browser: Browser) -> None:
    async with running_lab() as lab:
        agent = await lab.softphone(browser, microphone=AGENT)
        await agent.connect("sip")
        await agent.dial("600")
        await agent.hears(AGENT)
        await agent.press("call-hangup")
        await lab.all_idle(agent)

        await agent.dial(BUSY)
        await agent.shows("message-text", f"{BUSY}: The other side is busy.")
        await lab.all_idle(agent)

        await agent.dial(PATIENT)
        await agent.plays("ringback")
        await agent.press("call-hangup")
        await lab.all_idle(agent)


async def test_dialled_through_gws(browser: Browser) -> None:
    """SIP Server calls the agent first, and the phone picks up by itself."""
    async with running_lab() as lab:
        agent = await connected(lab, browser, gws_dials=True)
        await agent.is_in("Not Ready")
        at_gws = dials_at_gws(agent.page)
        await agent.dial(NUMBER)
        customer = await lab.called(NUMBER, tone=CUSTOMER)
        await both_hear(agent, customer)
        await agent.card("talking")
        await customer.hang_up()
        await lab.all_idle(agent)
        await agent.is_in("Not Ready")
        assert len(at_gws) == 1
        assert not await agent.rang()


async def test_dialled_in_the_desktop(browser: Browser) -> None:
    async with running_lab() as lab:
        agent = await lab.agent(browser, microphone=AGENT)
        await agent.by("desk-dial-number").fill(NUMBER)
        await agent.press("desk-dial")
        await agent.shows("desk-call-state", "Dialing")
        customer = await lab.called(NUMBER, tone=CUSTOMER)
        await both_hear(agent, customer)
        await agent.shows("desk-call-state", "Connected")
        await agent.card("talking")
        await agent.press("desk-op-Hangup")
        await customer.is_in("ended")
        await lab.all_idle(agent)
        await agent.is_in("Not Ready")
        assert not await agent.rang()


async def test_calls_through_gws_that_nobody_takes(browser: Browser) -> None:
    async with running_lab() as lab:
        agent = await lab.agent(browser, microphone=AGENT)
        await agent.dial(BUSY)
        await agent.shows("message-text", f"{BUSY}: The other side is busy.")
        await lab.all_idle(agent)

        await agent.dial(UNKNOWN)
        await agent.shows("message-text", f"Calling {UNKNOWN} did not start: invalid called DN.")
        await lab.all_idle(agent)

        await agent.dial(PATIENT)
        await agent.plays("ringback")
        await agent.shows("desk-call-state", "Dialing")
        await agent.press("call-hangup")
        await lab.all_idle(agent)
        assert not await agent.rang()


async def test_from_agent_to_agent(browser: Browser) -> None:
    async with running_lab() as lab:
        one = await lab.agent(browser, "5001", microphone=AGENT)
        other = await lab.agent(browser, "5002", microphone=COLLEAGUE)

        async def talk() -> None:
            await other.shows("desk-call-state", "Ringing")
            await other.shows("desk-call-who", "5001")
            await other.press("desk-op-Answer")
            await one.hears(COLLEAGUE)
            await other.hears(AGENT)
            for agent in (one, other):
                await agent.card("talking")
                await agent.shows("desk-call-state", "Connected")

        await one.dial("5002")
        await talk()
        await other.press("call-hangup")
        await lab.all_idle(one, other)

        await one.by("desk-dial-number").fill("5002")
        await one.press("desk-dial")
        await talk()
        await one.press("desk-op-Hangup")
        await lab.all_idle(one, other)

        await one.dial("5002")
        await other.card("ringing")
        await one.press("call-hangup")
        await lab.all_idle(one, other)
        assert not await one.rang()
        assert await other.rang()
