"""A day of the contact centre for real: 20 agents with phones and desktops, customers, SIP, CometD and sound.

account, planes = await Day(lab, agents, customers=60, rate=20, browser=browser).run()

All of it passes the product: each agent's phone is at the gateway, with DTLS-SRTP, its CometD and REST at the desk.
With a `browser` 5001 is a person's: the desktop with the softphone beside it, in Chromium.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

from playwright.async_api import Browser

from cordboard.lab.scenarios.account import Account, Entry
from cordboard.lab.scenarios.customer import Outcome
from cordboard.lab.scenarios.reading import parse
from cordboard.phone.packets.port import StreamFigures
from kit.agents import Agents
from kit.both_planes import BothPlanes, JoinedCall
from kit.day_agents import DayAgent
from kit.day_chromium import ChromiumAgent
from kit.lab import RunningLab, until

DNS = tuple(str(dn) for dn in range(5001, 5021))
BOUND = 2.0  # seconds that the planes may be apart; the machine has others to serve
LOOK_EVERY = 0.1
HEARD_FROM = 0.8  # seconds of talk after which there was sound for sure

# Timers of SIP Server are not accelerated, so here they are short.
CENTER = """
[agents]
{agents}

[routing_points.8000]
steps = [{{ music = true }}, {{ select = {{}} }}]

[routing_points.8001]
virtual_queue = "VQ_Sales"
no_answer = {{ timeout = 2, action = "notready", overflow = ["recall"] }}
steps = [
    {{ music = true }},
    {{ select = {{ group = "Sales" }}, timeout = 1, overflow = "8000" }},
]

[routing_points.8002]
virtual_queue = "VQ_Support"
no_answer = {{ timeout = 2, action = "notready", overflow = ["recall"] }}
steps = [{{ select = {{ skills = "support >= 5" }}, priority = 5, timeout = 5, overflow = "hang up" }}]
"""
SCENARIO = """
seed = 11

[[customers]]
to = "8001"
count = {sales}
rate = {sales_rate}
patience = [1, 6]
talk = [{shortest}, {longest}]
choose = {{ CustomerSegment = {{ Gold = 1, Silver = 3 }} }}
tone = 440

[[customers]]
to = "8002"
count = {support}
rate = {support_rate}
patience = [0.3, 6]
talk = [{shortest}, {longest}]
tone = 440

[[customers]]
to = "5999"
at = [1, 2]
"""


def center(path: Path) -> str:
    """Write the contact centre's file; its name."""
    teams = ('groups = ["Sales"], skills = { sales = 8 }', 'groups = ["Support"], skills = { support = 8 }')
    agents = "\n".join(f"{dn} = {{ {teams[place % 3 == 2]} }}" for place, dn in enumerate(DNS))
    path.write_text(CENTER.format(agents=agents))
    return str(path)


class Day:
    """`rate` is customers a second."""

    def __init__(
        self,
        lab: RunningLab,
        agents: Agents,
        *,
        customers: int,
        rate: float,
        talk: tuple[float, float] = (1.0, 2.0),
        browser: Browser | None = None,
    ) -> None:
        sales = round((customers - 2) * 2 / 3)
        support = customers - 2 - sales
        text = SCENARIO.format(
            sales=sales,
            support=support,
            sales_rate=60 * rate * 2 / 3,
            support_rate=60 * rate / 3,
            shortest=talk[0],
            longest=talk[1],
        )
        self.lab = lab
        self.planes = BothPlanes(BOUND)
        self.scenario = parse(text)
        self.agents: list[DayAgent | ChromiumAgent] = [
            DayAgent(agents, dn, self.planes, by_gws=place % 2 == 0, lets_ring=0.1 if place < 4 else 0.0)
            for place, dn in enumerate(DNS)
        ]
        if browser is not None:
            self.agents[0] = ChromiumAgent(lab, browser, DNS[0], self.planes)

    async def run(self, within: float) -> Account:
        """Until every customer is accounted for and everybody has logged out. The planes have been looked at."""
        try:
            return await self._run(within)
        finally:
            for agent in self.agents:
                await agent.close()

    async def _run(self, within: float) -> Account:
        await asyncio.gather(*(agent.begin() for agent in self.agents))
        run = self.lab.lab.telephone.scenarios.start(self.scenario)
        async with asyncio.timeout(within):
            while not run.finished.is_set():
                await asyncio.sleep(LOOK_EVERY)
                self._look()
        await self.lab.is_idle(within=5.0)
        await until(self._quiet, "both planes' calls", 5.0)
        self._look()
        await asyncio.gather(*(agent.end() for agent in self.agents))
        return run.account()

    def _look(self) -> None:
        for agent in self.agents:
            agent.look()
        self.planes.look()

    def _quiet(self) -> bool:
        self._look()
        return all(call.over for call in self.planes.calls.values())

    # --- what is asked afterwards

    def left(self) -> list[str]:
        """What should be over and is not."""
        telephony = self.lab.lab.telephone.telephony
        found = [f"{agent.dn} has calls" for agent in self.agents if agent.calls or telephony.calls(agent.dn)]
        views = [telephony.dn(agent.dn) for agent in self.agents]
        return found + [f"{view.dn} is {view.state}" for view in views if view and view.state != "LoggedOut"]

    def quarrels(self, account: Account) -> list[str]:
        """Where the customers' account and what the agents' planes say do not agree."""
        return [*self._of_customers(account.entries), *self._of_agents(account.entries), *self._without_sound(account)]

    def _of_customers(self, entries: Iterable[Entry]) -> list[str]:
        crossed = {call.customer for call in self.planes.crossed()}
        found = []
        for entry in entries:
            calls = [call for call in self._calls_of(entry) if call.answered]
            agents = {
                call.dn for call in calls if entry.answered_by or call.talked > BOUND
            }  # gave up as it was answered
            if agents != set(entry.answered_by) and entry.id not in crossed:
                found.append(f"{entry.id} was answered by {entry.answered_by}, the planes say {sorted(agents)}")
            if (entry.outcome is Outcome.ANSWERED) != bool(entry.answered_by):
                found.append(f"{entry.id} is {entry.outcome}, answered by {entry.answered_by}")
        return found

    def _of_agents(self, entries: Iterable[Entry]) -> list[str]:
        known = {entry.id for entry in entries}
        calls = [call for call in self.planes.calls.values() if call.gws and call.customer not in known]
        return [f"{call.dn} had a call of nobody: {call}" for call in calls]

    def _without_sound(self, account: Account) -> list[str]:
        heard = {(agent.dn, uuid): figures for agent in self.agents for uuid, figures in agent.heard.items()}
        found = []
        for entry in account.entries:
            for call in self._calls_of(entry):
                figures = heard.get((call.dn, call.call_uuid), StreamFigures())
                if call.talked > HEARD_FROM and not (figures.sent and figures.first_heard):
                    found.append(f"{entry.id} and {call.dn}: {figures}")
        return found

    def _calls_of(self, entry: Entry) -> list[JoinedCall]:
        return [call for call in self.planes.calls.values() if call.customer == entry.id]
