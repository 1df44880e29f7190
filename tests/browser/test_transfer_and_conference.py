"""Transfers and conferences by the softphone's buttons: after a word with the third party, or at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser, Locator, expect

from cordboard.rtp.tone import strength
from kit.lab import RunningLab, running_lab, until
from kit.lab_agent import PATIENCE, AgentPage
from kit.lab_customer import Customer

pytestmark = pytest.mark.asyncio(loop_scope="session")

ADA, BEN, CUSTOMER = 620.0, 880.0, 440.0  # Hz
NUMBER = "+15550100"


@dataclass(slots=True)
class Three:
    """5001 talks to a customer; 5002 is there."""

    lab: RunningLab
    ada: AgentPage
    ben: AgentPage
    customer: Customer

    async def ask(self, button: str, way: str) -> None:
        """Ada opens the form of the button and asks for 5002."""
        await self.ada.press(button)
        await self.ada.by("call-join-number").locator("visible=true").fill("5002")
        await self.ada.by(f"call-join-{way}").locator("visible=true").click()

    async def consults(self, button: str) -> None:
        """Ada talks to Ben, the customer hears music."""
        await self.ask(button, "consult")
        await self.ben.card("ringing")
        await self.ben.press("call-answer")
        await self.ben.hears(ADA)
        await self.ada.hears_among(BEN)
        await self.customer.hears_music()
        await expect(card(self.ada, NUMBER)).to_have_attribute("data-state", "held")
        await expect(card(self.ada, "5002")).to_have_attribute("data-state", "talking")

    async def customer_hears_all(self, *frequencies: float) -> None:
        party = self.lab.party(self.customer)

        def heard() -> bool:
            sound = party.heard(0.3)
            return all(strength(sound, each) > 0.2 for each in frequencies)

        await until(heard, f"the customer hears all of {frequencies}", PATIENCE)


def card(agent: AgentPage, number: str) -> Locator:
    return agent.by("call-card").filter(has_text=number)


@asynccontextmanager
async def three(browser: Browser) -> AsyncIterator[Three]:
    async with running_lab() as lab:
        ada = await lab.agent(browser, "5001", microphone=ADA)
        ben = await lab.agent(browser, "5002", microphone=BEN)
        await ada.ready()
        customer = await lab.customer("8000", tone=CUSTOMER, caller=NUMBER)
        await ada.card("ringing")
        await ada.press("call-answer")
        await ada.hears(CUSTOMER)
        await customer.hears(ADA)
        yield Three(lab, ada, ben, customer)
        await lab.all_idle(ada, ben)


async def test_transfer_after_a_word(browser: Browser) -> None:
    async with three(browser) as call:
        await call.consults("call-transfer")
        await card(call.ada, "5002").get_by_test_id("call-transfer").click()
        await call.ada.idle()
        await call.ben.hears(CUSTOMER)
        await call.customer.hears(BEN)
        await call.ben.shows("call-who", NUMBER)
        await call.ben.card("talking")
        await call.ben.press("call-hangup")
        await call.customer.is_in("ended")


async def test_transfer_at_once(browser: Browser) -> None:
    async with three(browser) as call:
        await call.ask("call-transfer", "directly")
        await call.ben.card("ringing")
        await call.ben.press("call-answer")
        await call.ada.idle()
        await call.ben.hears(CUSTOMER)
        await call.customer.hears(BEN)
        await call.customer.hang_up()


async def test_a_consultation_is_ended_and_the_customer_taken_back(browser: Browser) -> None:
    async with three(browser) as call:
        await call.consults("call-transfer")
        await card(call.ada, "5002").get_by_test_id("call-reconnect").click()
        await call.ben.idle()
        await call.ada.card("talking")
        await call.ada.hears(CUSTOMER)
        await call.customer.hears(ADA)
        await call.ada.press("call-hangup")
        await call.customer.is_in("ended")


async def test_customer_and_colleague_are_swapped(browser: Browser) -> None:
    async with three(browser) as call:
        await call.consults("call-transfer")
        await card(call.ada, NUMBER).get_by_test_id("call-retrieve").click()
        await expect(card(call.ada, NUMBER)).to_have_attribute("data-state", "talking", timeout=PATIENCE * 1000)
        await expect(card(call.ada, "5002")).to_have_attribute("data-state", "held", timeout=PATIENCE * 1000)
        await call.ada.hears_among(CUSTOMER)
        await call.customer.hears(ADA)
        await card(call.ada, "5002").get_by_test_id("call-hangup").click()
        await call.ben.idle()
        await call.customer.hears(ADA)
        await call.customer.hang_up()


@pytest.mark.parametrize("begun", ["call-transfer", "call-conference"])
async def test_conference_after_a_word(browser: Browser, begun: str) -> None:
    """What a consultation was begun for does not decide what becomes of it."""
    async with three(browser) as call:
        await call.consults(begun)
        await card(call.ada, "5002").get_by_test_id("call-conference").click()
        await everybody_hears_everybody(call)
        await call.ada.card("talking")
        await call.ada.shows("call-detail", "Conference of 3")
        await call.ada.press("call-hangup")
        await call.ada.idle()
        await call.ben.hears(CUSTOMER)
        await call.customer.hears(BEN)
        await call.ben.press("call-hangup")
        await call.customer.is_in("ended")


async def test_somebody_is_brought_in_at_once(browser: Browser) -> None:
    async with three(browser) as call:
        await call.ask("call-conference", "directly")
        await call.ben.card("ringing")
        await call.ben.press("call-answer")
        await everybody_hears_everybody(call)
        await call.customer.hang_up()
        await call.ada.hears(BEN)
        await call.ben.hears(ADA)
        await call.ada.press("call-hangup")


async def everybody_hears_everybody(call: Three) -> None:
    await call.ada.hears_all(CUSTOMER, BEN)
    await call.ben.hears_all(CUSTOMER, ADA)
    await call.customer_hears_all(ADA, BEN)


async def test_what_is_no_number_is_told_and_nothing_happens(browser: Browser) -> None:
    async with three(browser) as call:
        await call.ada.press("call-transfer")
        number = call.ada.by("call-join-number")
        await expect(number).to_be_focused()
        await number.fill("Ben")
        await number.press("Enter")
        await call.ada.shows("message-text", "This is not a number.")
        await call.ada.press("call-transfer")
        await number.press("Escape")
        await expect(number).to_be_hidden()
        await expect(call.ada.by("call-transfer")).to_be_focused()
        await call.ada.card("talking")
        await call.customer.hears(ADA)
        await call.customer.hang_up()
