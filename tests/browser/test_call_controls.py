"""What an agent does during a call: mute, digits, hold and retrieve, on either plane."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser

from kit.lab import RunningLab, running_lab
from kit.lab_agent import AgentPage
from kit.lab_customer import Customer

pytestmark = pytest.mark.asyncio(loop_scope="session")

AGENT, CUSTOMER = 620.0, 440.0  # Hz
NUMBER = "+15550102"


async def both_hear(agent: AgentPage, customer: Customer) -> None:
    await agent.hears(CUSTOMER)
    await customer.hears(AGENT)


@asynccontextmanager
async def at_the_desktop(browser: Browser) -> AsyncIterator[tuple[AgentPage, Customer, RunningLab]]:
    """An agent with desktop talks to a customer who called; in the end the agent hangs up and is ready for the next."""
    async with running_lab() as lab:
        agent = await lab.agent(browser, microphone=AGENT)
        await agent.ready()
        customer = await lab.customer("8000", tone=CUSTOMER)
        await agent.press("call-answer")
        await both_hear(agent, customer)
        await agent.shows("desk-call-state", "Connected")
        yield agent, customer, lab
        await agent.press("call-hangup")
        await customer.is_in("ended")
        await lab.all_idle(agent)
        await agent.is_in("Ready")


@asynccontextmanager
async def without_gws(browser: Browser) -> AsyncIterator[tuple[AgentPage, Customer, RunningLab]]:
    """A phone without GWS talks to a customer it called; in the end the customer hangs up."""
    async with running_lab() as lab:
        agent = await lab.softphone(browser, microphone=AGENT)
        await agent.connect("sip")
        await agent.dial(NUMBER)
        customer = await lab.called(NUMBER, tone=CUSTOMER)
        await both_hear(agent, customer)
        yield agent, customer, lab
        await customer.hang_up()
        await lab.all_idle(agent)


async def test_mute(browser: Browser) -> None:
    async with at_the_desktop(browser) as (agent, customer, _):
        await agent.press("call-mute")
        await agent.shows("call-state", "Connected, muted")
        await customer.hears_silence()
        await agent.hears(CUSTOMER)
        await agent.press("call-mute")
        await both_hear(agent, customer)


async def test_digits_of_the_phone_the_desktop_and_the_customer(browser: Browser) -> None:
    async with at_the_desktop(browser) as (agent, customer, _):
        await agent.press("call-keypad", "call-key-1", "call-key-*", "call-key-0", "call-key-#")
        await customer.has_digits("1*0#")
        await agent.by("desk-value").fill("42")
        await agent.press("desk-op-SendDtmf")
        await customer.has_digits("1*0#42")
        await customer.send_digits("73")
        await both_hear(agent, customer)
        await agent.card("talking")


async def test_digits_of_a_phone_that_called(browser: Browser) -> None:
    async with without_gws(browser) as (agent, customer, _):
        await agent.press("call-keypad", "call-key-9", "call-key-9", "call-key-5")
        await customer.has_digits("995")
        await both_hear(agent, customer)


async def test_hold_in_the_softphone_goes_through_gws(browser: Browser) -> None:
    async with at_the_desktop(browser) as (agent, customer, _):
        for _ in range(2):
            await agent.press("call-hold")
            await agent.card("held")
            await agent.shows("desk-call-state", "On hold")
            await agent.hears_nothing()
            await customer.hears_music()
            await agent.press("call-retrieve")
            await both_hear(agent, customer)
            await agent.card("talking")
            await agent.shows("desk-call-state", "Connected")


async def test_hold_without_gws(browser: Browser) -> None:
    """By the page's own re-INVITE."""
    async with without_gws(browser) as (agent, customer, _):
        for _ in range(2):
            await agent.press("call-hold")
            await agent.card("held")
            await customer.hears_music()
            await agent.hears_nothing()
            await agent.press("call-retrieve")
            await both_hear(agent, customer)
            await agent.card("talking")


async def test_held_in_the_desktop_retrieved_in_the_softphone_and_ended_while_held(browser: Browser) -> None:
    async with at_the_desktop(browser) as (agent, customer, _):
        await agent.press("desk-op-Hold")
        await agent.card("held")
        await customer.hears_music()
        await agent.press("call-retrieve")
        await both_hear(agent, customer)
        await agent.press("call-hold")
        await agent.card("held")
        await customer.hears_music()


async def test_the_customer_hangs_up_while_held(browser: Browser) -> None:
    async with without_gws(browser) as (agent, customer, _):
        await agent.press("call-hold")
        await agent.card("held")
        await customer.hears_music()
