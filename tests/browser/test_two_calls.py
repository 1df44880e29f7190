"""An agent with two calls: one is up, the other on hold; the second is announced by a soft beep."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Locator, expect

from kit.lab import RunningLab, running_lab
from kit.lab_agent import PATIENCE, AgentPage
from kit.lab_customer import Customer

pytestmark = pytest.mark.asyncio(loop_scope="session")

AGENT, FIRST, SECOND = 620.0, 440.0, 880.0  # Hz
ANN, BOB = "+15550101", "+15550102"


def card(agent: AgentPage, number: str) -> Locator:
    return agent.by("call-card").filter(has_text=number)


async def press(agent: AgentPage, number: str, button: str) -> None:
    await card(agent, number).get_by_test_id(button).click(timeout=PATIENCE * 1000)


async def is_in(agent: AgentPage, number: str, state: str) -> None:
    await expect(card(agent, number)).to_have_attribute("data-state", state, timeout=PATIENCE * 1000)


async def signed_in(lab: RunningLab, browser: Browser, *, gws: bool) -> AgentPage:
    if gws:
        agent = await lab.agent(browser, microphone=AGENT)
        await agent.ready()
        return agent
    agent = await lab.softphone(browser, microphone=AGENT)
    await agent.connect("sip")
    return agent


async def talks_to(agent: AgentPage, customer: Customer, tone: float) -> None:
    await customer.hears(AGENT)
    await agent.hears_among(tone)


@pytest.mark.parametrize("gws", [True, False], ids=["with GWS", "without GWS"])
async def test_a_second_call_is_answered_and_the_first_taken_back(browser: Browser, gws: bool) -> None:
    async with running_lab() as lab:
        agent = await signed_in(lab, browser, gws=gws)
        ann = await lab.customer("5001", tone=FIRST, caller=ANN)
        await is_in(agent, ANN, "ringing")
        await agent.plays("ring")
        await press(agent, ANN, "call-answer")
        await talks_to(agent, ann, FIRST)

        bob = await lab.customer("5001", tone=SECOND, caller=BOB)
        await is_in(agent, BOB, "ringing")
        await agent.plays("waiting")
        await talks_to(agent, ann, FIRST)
        await press(agent, BOB, "call-answer")
        await is_in(agent, ANN, "held")
        await is_in(agent, BOB, "talking")
        await ann.hears_music()
        await talks_to(agent, bob, SECOND)

        await press(agent, ANN, "call-retrieve")
        await is_in(agent, BOB, "held")
        await is_in(agent, ANN, "talking")
        await bob.hears_music()
        await talks_to(agent, ann, FIRST)

        await press(agent, ANN, "call-hangup")
        await ann.is_in("ended")
        await press(agent, BOB, "call-retrieve")
        await talks_to(agent, bob, SECOND)
        await press(agent, BOB, "call-hangup")
        await bob.is_in("ended")
        await lab.all_idle(agent)


async def test_a_second_call_is_rejected_and_the_first_goes_on(browser: Browser) -> None:
    async with running_lab() as lab:
        agent = await signed_in(lab, browser, gws=False)
        ann = await lab.customer("5001", tone=FIRST, caller=ANN)
        await press(agent, ANN, "call-answer")
        await talks_to(agent, ann, FIRST)
        bob = await lab.customer("5001", tone=SECOND, caller=BOB)
        await press(agent, BOB, "call-reject")
        await bob.is_in("ended")
        await agent.plays("none")
        await talks_to(agent, ann, FIRST)
        await press(agent, ANN, "call-hangup")
        await ann.is_in("ended")
        await lab.all_idle(agent)


async def test_calling_a_second_number_holds_the_first_call(browser: Browser) -> None:
    async with running_lab() as lab:
        agent = await signed_in(lab, browser, gws=False)
        ann = await lab.customer("5001", tone=FIRST, caller=ANN)
        await press(agent, ANN, "call-answer")
        await talks_to(agent, ann, FIRST)
        await agent.dial(BOB)
        bob = await lab.called(BOB, tone=SECOND)
        await is_in(agent, ANN, "held")
        await ann.hears_music()
        await talks_to(agent, bob, SECOND)
        await bob.hang_up()
        await press(agent, ANN, "call-retrieve")
        await talks_to(agent, ann, FIRST)
        await ann.hang_up()
        await lab.all_idle(agent)
