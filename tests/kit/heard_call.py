"""An established call of 5001 with a tone of each side, both ends of it listened to: for tests of what a call outlives.

    call = await talking(lab, browser)
    ... something dies ...
    gaps = await call.gaps("what died")
    assert max(gaps) < STEADY

The place is the running lab (`kit.lab`), or `cordboard serve` beside a Genesys (`kit.served`).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Protocol

from playwright.async_api import Browser

from kit.lab import softphone_in
from kit.lab_agent import AgentPage
from kit.lab_customer import Customer
from kit.sound_gap import LineLog, PageLog, report

AGENT, CUSTOMER = 620.0, 440.0  # Hz
JUDGED = 0.2  # seconds until what was heard is noted


class Place(Protocol):
    """Where agents and customers are."""

    async def agent(self, browser: Any, dn: str = "5001", *, microphone: float = 620.0) -> AgentPage: ...

    async def customer(self, to: str, *, tone: float = 440.0) -> Customer: ...

    def party(self, customer: Customer) -> Any: ...


@dataclass(slots=True)
class HeardCall:
    """A call with both ends listened to."""

    agent: AgentPage
    customer: Customer
    line: LineLog
    ears: PageLog
    begin: float

    def now(self) -> None:
        """The gap is looked for from here."""
        self.begin = time.time()

    async def talk(self) -> None:
        """Each hears the other."""
        await self.agent.hears(CUSTOMER)
        await self.customer.hears(AGENT)

    async def answered(self) -> None:
        """Answered in the softphone; both talk."""
        await self.agent.press("call-answer")
        await self.talk()
        self.now()

    async def gaps(self, what: str) -> tuple[float, float]:
        """Of the customer's line and in the agent's page, printed; both sides must sound again."""
        await self.talk()
        end = time.time() - JUDGED
        gaps = self.line.gap(AGENT, self.begin, end), self.ears.gap(self.begin, end)
        report(what, agent_to_customer=gaps[0], customer_to_agent=gaps[1])
        return gaps

    async def steered(self) -> None:
        """Held and retrieved, by the desktop and by the page: everything works."""
        await self.agent.press("desk-op-Hold")
        await self.customer.hears_music()
        await self.agent.card("held")
        await self.agent.press("desk-op-Retrieve")
        await self.customer.hears(AGENT)
        await self.agent.press("call-hold")
        await self.customer.hears_music()
        await self.agent.press("call-retrieve")
        await self.talk()

    async def loaded(self) -> None:
        """The desktop's page is there again, after a load."""
        self.agent = AgentPage(self.agent.page, await softphone_in(self.agent.page))


async def ringing(place: Place, browser: Browser) -> HeardCall:
    """A customer calls the agent, whose page listens to its remote tracks from its first load on."""
    context = await browser.new_context()
    ears = await PageLog.of(context, CUSTOMER)
    agent = await place.agent(context, microphone=AGENT)
    await agent.ready()
    customer = await place.customer("8000", tone=CUSTOMER)
    await agent.card("ringing")
    return HeardCall(agent, customer, LineLog(place.party(customer)), ears, time.time())


async def talking(place: Place, browser: Browser) -> HeardCall:
    """The agent has answered, and both hear each other."""
    call = await ringing(place, browser)
    await call.answered()
    return call
