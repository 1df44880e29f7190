"""Calls that nobody answers here: the customer gives up, the agent rejects, the page goes away, nobody reacts."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from kit.lab import RunningLab, running_lab, until
from kit.lab_agent import AgentPage
from kit.lab_customer import Customer

pytestmark = pytest.mark.asyncio(loop_scope="session")

AGENT, COLLEAGUE, CUSTOMER = 620.0, 860.0, 440.0  # Hz


async def ready_agent(lab: RunningLab, browser: Browser, dn: str = "5001", microphone: float = AGENT) -> AgentPage:
    agent = await lab.agent(browser, dn, microphone=microphone)
    await agent.ready()
    return agent


async def ringing(lab: RunningLab, agent: AgentPage) -> Customer:
    """A customer calls the routing point and is offered to this agent."""
    customer = await lab.customer("8000", tone=CUSTOMER)
    await agent.card("ringing")
    await agent.shows("desk-call-state", "Ringing")
    return customer


async def taken_by(agent: AgentPage, customer: Customer, voice: float) -> None:
    """This agent answers the call that came back, and hangs up after a word."""
    await agent.card("ringing")
    await agent.press("call-answer")
    await agent.hears(CUSTOMER)
    await customer.hears(voice)
    await agent.press("call-hangup")
    await customer.is_in("ended")


async def test_the_customer_gives_up_while_it_rings(browser: Browser) -> None:
    async with running_lab() as lab:
        agent = await ready_agent(lab, browser)
        customer = await ringing(lab, agent)
        await customer.hang_up()
        await lab.all_idle(agent)
        await agent.shows("message-text", "Missed call")
        await agent.is_in("Ready")


async def test_a_rejected_call_goes_back_to_the_queue(browser: Browser) -> None:
    """The customer hears music; the next Ready agent is offered the call."""
    async with running_lab() as lab:
        colleague = await lab.agent(browser, "5002", microphone=COLLEAGUE)
        agent = await ready_agent(lab, browser)
        customer = await ringing(lab, agent)
        sent = lab.sent_to_sip_server()
        await agent.press("call-reject")
        await agent.idle()
        await until(lambda: any(each.startswith("SIP/2.0 486 ") for each in sent), "no 486 to SIP Server")
        await agent.is_in("Ready")
        await customer.hears_music()
        await customer.hang_up()
        await lab.all_idle(agent)

        customer = await ringing(lab, agent)
        await colleague.ready()
        await agent.press("call-reject")
        await taken_by(colleague, customer, COLLEAGUE)
        await lab.all_idle(agent, colleague)
        await agent.is_in("Ready")


async def test_a_page_that_is_closed_while_it_rings(browser: Browser) -> None:
    """The call goes on to a colleague, and soon SIP Server is told that the DN is gone."""
    async with running_lab(gateway__page_gone_seconds=1) as lab:
        colleague = await lab.agent(browser, "5002", microphone=COLLEAGUE)
        agent = await ready_agent(lab, browser)
        customer = await ringing(lab, agent)
        sent = lab.sent_to_sip_server()
        await colleague.ready()
        await agent.page.close()
        await colleague.card("ringing", within=5.0)
        await taken_by(colleague, customer, COLLEAGUE)
        assert any(each.startswith("SIP/2.0 480 ") for each in sent)
        await until(lambda: not lab.in_service("5001"), "5001 is registered at SIP Server", 5.0)
        assert lab.in_service("5002")
        await lab.all_idle(colleague)


async def test_a_call_that_rings_too_long_goes_back(browser: Browser) -> None:
    """The agent who did not react is made Not Ready; the call waits for the next one."""
    async with running_lab(lab__no_answer_timeout=2) as lab:
        agent = await ready_agent(lab, browser)
        customer = await ringing(lab, agent)
        await agent.is_in("Not Ready")
        await agent.idle()
        await agent.shows("message-text", "Missed call")
        await customer.hears_music()
        await agent.ready()
        await taken_by(agent, customer, AGENT)
        await lab.all_idle(agent)
