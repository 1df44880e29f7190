"""A scenario in the running lab: the course's customers are the lab's, its events those of SIP Server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from cordboard import observe
from cordboard.lab.customers import CustomerCall, Customers, TooManyCalls
from cordboard.lab.customers.customer import State
from cordboard.lab.scenarios.account import Account, account
from cordboard.lab.scenarios.behaviour import AgentBehaviour, StandIn
from cordboard.lab.scenarios.course import (
    CUSTOMER,
    Cancel,
    Course,
    Input,
    Output,
    PhoneConnected,
    PhoneEnded,
    TimePassed,
)
from cordboard.lab.scenarios.customer import HangUp, Outcome, Place, Press
from cordboard.lab.scenarios.scenario import PlannedCustomer, Scenario, plan
from cordboard.lab.sip_server.server import SipServer
from cordboard.lab.telephony import TelephonyEvent
from cordboard.lab.wake import Wake
from cordboard.net.errors import AddressUnusable, PortTaken
from cordboard.net.tasks import Tasks

log = observe.get_log("lab.scenarios")


class ScenarioRun:
    """Made by `Scenarios.start`; `finished` is set when every customer is accounted for."""

    def __init__(
        self, id: str, scenario: Scenario, customers: Customers, server: SipServer, agents: Iterable[AgentBehaviour]
    ) -> None:
        self.id = id
        self.scenario = scenario
        self.finished = asyncio.Event()
        self.course = Course(id, plan(scenario), agents)
        self._customers = customers
        self._server = server
        self._loop = asyncio.get_running_loop()
        self._tasks = Tasks(f"scenario {id}")
        self._calls: dict[str, CustomerCall] = {}  # by customer of the scenario
        self._connected: set[str] = set()
        self._wake = Wake(lambda: self.feed(TimePassed()))

    def begin(self) -> None:
        outputs = self.course.begin(self._loop.time())
        log.info("scenario begins", id=self.id, name=self.scenario.name, customers=len(self.course.customers))
        self._carry_out(outputs)

    def cancel(self) -> None:
        """Whoever is on the phone hangs up; nobody calls any more."""
        self.feed(Cancel())

    def account(self) -> Account:
        return account(self.course, self._server.switch.routing.router.statistics.journeys)

    async def close(self) -> None:
        self._wake.close()
        await self._tasks.close()

    def feed(self, input: Input) -> None:
        if not self.finished.is_set():
            self._carry_out(self.course.handle(input, self._loop.time()))

    def told(self, event: TelephonyEvent) -> None:
        self.feed(event)

    def changed(self, call: CustomerCall) -> None:
        """Something happened to a customer's call."""
        id = next((id for id, each in self._calls.items() if each is call), "")
        if id:
            self._look(id, call)

    # --- inside ---

    def _carry_out(self, outputs: list[Output]) -> None:
        for output in outputs:
            match output:
                case Place(customer):
                    self._tasks.start(self._place(customer), f"place {customer.id}")
                case Press(id, digits):
                    self._press(id, digits)
                case HangUp(id):
                    if (call := self._calls.get(id)) is not None:
                        self._loop.call_soon(self._customers.hang_up, call)
                case _:
                    self._loop.call_soon(self._server.request, output)
        self._wake.set(self.course.deadline)
        if self.course.over and not self.finished.is_set():
            self._wake.set(None)
            self.finished.set()
            summary = self.account().summary()
            log.info("scenario is over", id=self.id, **{str(outcome): summary[str(outcome)] for outcome in Outcome})

    async def _place(self, planned: PlannedCustomer) -> None:
        data = {**planned.data, CUSTOMER: self.course.tag(planned.id)}
        try:
            call = await self._customers.place(planned.caller, planned.to, tone=planned.tone, user_data=data)
        except (TooManyCalls, PortTaken, AddressUnusable, OSError) as error:
            return self.feed(PhoneEnded(planned.id, str(error)))
        self._calls[planned.id] = call
        if self.course.customers[planned.id].outcome is not None:  # gave up meanwhile
            self._customers.hang_up(call)
        self._look(planned.id, call)

    def _look(self, id: str, call: CustomerCall) -> None:
        customer = call.customer
        hears = customer.state is State.TALKING or customer.party.target is not None
        if hears and id not in self._connected:
            self._connected.add(id)
            self.feed(PhoneConnected(id))
        if call.over and self._calls.pop(id, None) is not None:
            refused = customer.answered_at is None
            self.feed(PhoneEnded(id, customer.outcome if refused else ""))

    def _press(self, id: str, digits: str) -> None:
        if (call := self._calls.get(id)) is not None:
            call.rtp.party.send_digits(digits)


class Scenarios:
    """Starts scenarios and remembers them; `agents` are played for those that name none themselves."""

    def __init__(self, customers: Customers, server: SipServer) -> None:
        self.runs: dict[str, ScenarioRun] = {}
        self._customers = customers
        self._server = server
        customers.listeners.append(self._changed)
        server.subscribe(self._told)

    def start(self, scenario: Scenario, agents: Iterable[AgentBehaviour] = ()) -> ScenarioRun:
        """`agents` answer beside the stand-ins that the scenario names."""
        id = f"s{len(self.runs) + 1}"
        played = [self._stand_in(dn, scenario) for dn in scenario.agents.dns]
        run = self.runs[id] = ScenarioRun(id, scenario, self._customers, self._server, [*played, *agents])
        run.begin()
        return run

    async def close(self) -> None:
        for run in self.runs.values():
            await run.close()

    def _stand_in(self, dn: str, scenario: Scenario) -> StandIn:
        user_name = self._server.switch.routing.center.person(dn).user_name
        return StandIn(dn, user_name, scenario.agents, scenario.seed, scenario.acceleration)

    def _told(self, event: TelephonyEvent) -> None:
        for run in list(self.runs.values()):
            run.told(event)

    def _changed(self, call: CustomerCall) -> None:
        for run in list(self.runs.values()):
            run.changed(call)
