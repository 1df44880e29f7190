"""A scenario on its way: all its customers and stand-ins, and the account of them.

`handle(input, now) -> list[output]` and `deadline`. It starts with `begin` and is over when every customer is; then the
stand-ins log out.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from cordboard.lab.scenarios.behaviour import AgentBehaviour
from cordboard.lab.scenarios.customer import Act, Event, PhoneEnd, ScenarioCustomer, State
from cordboard.lab.scenarios.scenario import PlannedCustomer
from cordboard.lab.telephony import CallEvent, CallEventName, DnEvent, Error, TelephonyEvent, TelephonyRequest

CUSTOMER = "LabCustomer"  # the key of the user data by which a customer's call is known


@dataclass(frozen=True, slots=True)
class PhoneConnected:
    """The customer hears something: the call was answered, or has early media."""

    id: str


@dataclass(frozen=True, slots=True)
class PhoneEnded:
    id: str
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class TimePassed:
    """Time has come to `now`."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """End it: whoever is on the phone hangs up, nobody calls any more."""


Input = PhoneConnected | PhoneEnded | TimePassed | Cancel | CallEvent | DnEvent | Error
Output = Act | TelephonyRequest


class Course:
    """`run` names it in the customers' user data, so that two scenarios can run side by side."""

    def __init__(self, run: str, planned: Sequence[PlannedCustomer], agents: Iterable[AgentBehaviour] = ()) -> None:
        self.run = run
        self.customers: dict[str, ScenarioCustomer] = {}
        self.began: float | None = None
        self._planned = planned
        self._agents = {agent.dn: agent for agent in agents}
        self._due: list[tuple[float, str]] = []  # customers, when they want a tick at the latest
        self._left = len(planned)

    @property
    def over(self) -> bool:
        return self.began is not None and self._left == 0

    @property
    def deadline(self) -> float | None:
        """May be too early: then a `TimePassed` does nothing."""
        times = [agent.deadline for agent in self._agents.values()]
        times += [self._due[0][0] if self._due else None]
        return min((time for time in times if time is not None), default=None)

    def begin(self, now: float) -> list[Output]:
        self.began = now
        outputs: list[Output] = [request for agent in self._agents.values() for request in agent.begin(now)]
        for each in self._planned:
            self.customers[each.id] = ScenarioCustomer(each, now)
            self._note(each.id)
        return outputs

    def handle(self, input: Input, now: float) -> list[Output]:
        outputs: list[Output] = []
        match input:
            case TimePassed():
                outputs = self._time(now)
            case PhoneConnected(id):
                outputs = self._step(id, Event.CONNECTED, None, now)
            case PhoneEnded(id, refusal):
                outputs = self._step(id, Event.PHONE_ENDED, PhoneEnd(refusal), now)
            case Cancel():
                outputs = [each for id in self.customers for each in self._step(id, Event.CANCELLED, None, now)]
            case CallEvent() | DnEvent() | Error():
                outputs = self._told(input, now)
        if self.over:
            outputs += [request for agent in self._agents.values() for request in agent.end(now)]
        return outputs

    def customer_of(self, event: TelephonyEvent) -> str:
        """Whose call the event is about; empty for none of this scenario's."""
        tag = str(event.call.user_data.get(CUSTOMER, "")) if isinstance(event, CallEvent) else ""
        run, _, id = tag.partition("/")
        return id if run == self.run and id in self.customers else ""

    def tag(self, id: str) -> str:
        """What a customer's user data has under `CUSTOMER`."""
        return f"{self.run}/{id}"

    def _told(self, event: TelephonyEvent, now: float) -> list[Output]:
        outputs: list[Output] = []
        if isinstance(event, CallEvent) and event.name is CallEventName.ESTABLISHED:
            id = self.customer_of(event)
            outputs += self._step(id, Event.AGENT_ANSWERED, event.call.dn, now) if id else []
        agent = self._agents.get(_dn_of(event))
        return outputs + (list(agent.told(event, now)) if agent is not None else [])

    def _time(self, now: float) -> list[Output]:
        outputs: list[Output] = []
        while self._due and self._due[0][0] <= now:
            _, id = heapq.heappop(self._due)
            outputs += self._watched(id, lambda customer: customer.tick(now))
        for agent in self._agents.values():
            if agent.deadline is not None and agent.deadline <= now:
                outputs += agent.tick(now)
        return outputs

    def _step(self, id: str, event: Event, argument: object, now: float) -> list[Output]:
        return self._watched(id, lambda customer: customer.step(event, argument, now)) if id in self.customers else []

    def _watched(self, id: str, act: Callable[[ScenarioCustomer], list[Act]]) -> list[Output]:
        customer = self.customers[id]
        was_over = customer.state is State.OVER
        outputs: list[Output] = list(act(customer))
        self._left -= customer.state is State.OVER and not was_over
        self._note(id)
        return outputs

    def _note(self, id: str) -> None:
        deadline = self.customers[id].deadline
        if deadline is not None:
            heapq.heappush(self._due, (deadline, id))


def _dn_of(event: TelephonyEvent) -> str:
    match event:
        case CallEvent(_, call):
            return call.dn
        case DnEvent(dn):
            return dn.dn
        case Error(dn):
            return dn
