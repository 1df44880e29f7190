"""A page that is loaded again, one that loses its connection, and one that is not let in."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from kit.lab import RunningLab, running_lab, softphone_in
from kit.lab_agent import AgentPage
from kit.lab_customer import Customer

pytestmark = pytest.mark.asyncio(loop_scope="session")

AGENT, CUSTOMER = 620.0, 440.0  # Hz


async def reload(agent: AgentPage) -> AgentPage:
    """The agent's page after F5, when the phone in it has registered by itself."""
    await agent.page.reload()
    again = AgentPage(agent.page, await softphone_in(agent.page))
    await again.registered()
    return again


async def ringing(lab: RunningLab, agent: AgentPage) -> Customer:
    """A customer calls and is offered to the agent."""
    customer = await lab.customer("8000", tone=CUSTOMER)
    await agent.card("ringing")
    return customer


async def answered(lab: RunningLab, agent: AgentPage) -> Customer:
    """A customer calls and is answered."""
    customer = await ringing(lab, agent)
    await agent.press("call-answer")
    await agent.hears(CUSTOMER)
    await customer.hears(AGENT)
    return customer


async def test_loaded_again_while_idle(browser: Browser) -> None:
    async with running_lab() as lab:
        agent = await lab.agent(browser, microphone=AGENT)
        await agent.ready()
        sent = lab.sent_to_sip_server()
        agent = await reload(agent)
        await agent.is_in("Ready")
        assert [each for each in sent if each.startswith("REGISTER")] == []
        assert lab.in_service("5001")
        customer = await answered(lab, agent)
        await customer.hang_up()
        await lab.all_idle(agent)
        await agent.is_in("Ready")


async def test_loaded_again_while_it_rings(browser: Browser) -> None:
    """In time the call rings on; else it has gone back to the queue, and is offered again."""
    async with running_lab() as lab:
        agent = await lab.agent(browser, microphone=AGENT)
        await agent.ready()
        customer = await ringing(lab, agent)
        agent = await reload(agent)
        await agent.card("ringing", within=12.0)
        await agent.press("call-answer")
        await agent.hears(CUSTOMER)
        await customer.hears(AGENT)
        await agent.press("call-hangup")
        await customer.is_in("ended")
        await lab.all_idle(agent)


async def test_a_connection_lost_while_it_rings(browser: Browser) -> None:
    """In time it rings on; a call that has gone meanwhile ceases to ring."""
    async with running_lab() as lab:
        agent = await lab.agent(browser, microphone=AGENT)
        await agent.ready()
        customer = await ringing(lab, agent)
        async with lab.connections_lost():
            await agent.light("sip", "connecting")
        await agent.light("sip", "on")
        await agent.card("ringing", within=12.0)
        await agent.press("call-answer")
        await agent.hears(CUSTOMER)
        await customer.hears(AGENT)
        await agent.press("call-hangup")
        await lab.all_idle(agent)

        customer = await ringing(lab, agent)
        async with lab.connections_lost():
            await agent.light("sip", "connecting")
            await customer.hang_up()
            await lab.is_idle()
        await agent.light("sip", "on")
        await agent.idle()
        await agent.shows("message-text", "Missed call")
        await lab.all_idle(agent)


async def test_wrong_passwords_are_said_and_right_ones_help(browser: Browser) -> None:
    async with running_lab() as lab:
        agent = await lab.softphone(browser)
        await agent.by("field-gws-password").fill("wrong")
        await agent.press("connect-gws")
        await agent.light("gws", "failed")
        await agent.shows("message-text", "GWS")
        await agent.shows("message-help", "Check user name and password, then connect again.")
        await agent.by("field-password").fill("wrong")
        await agent.press("connect-sip")
        await agent.light("sip", "failed")
        await agent.shows("message-text", "sign in")
        await agent.shows("message-help", "Check DN and password")

        await agent.by("field-gws-password").fill("agent5001")
        await agent.connect("gws")
        await agent.by("field-password").fill("GenesysAgent5001!")
        await agent.connect("sip")
        await agent.is_in("Not Ready")


async def test_a_second_page_of_the_dn_gets_the_calls_and_the_first_is_told(browser: Browser) -> None:
    """Two phones with the same DN: no duel of registrations, the newest rings, the older says so."""
    async with running_lab() as lab:
        first = await lab.softphone(browser, microphone=AGENT)
        await first.press("connect-sip")
        await first.light("sip", "on")
        second = await lab.softphone(browser, microphone=AGENT)
        await second.press("connect-sip")
        await second.light("sip", "on")
        await first.shows("message-text", "Another page uses this DN")
        await first.light("sip", "failed")
        customer = await lab.customer("5001", tone=CUSTOMER)
        await second.card("ringing")
        await second.press("call-answer")
        await second.hears(CUSTOMER)
        assert await first.cards() == []
        await customer.hang_up()
        await lab.all_idle(second)
