"""Calls at routing points: what SIP Server tells the router, and what the router decides.

Decisions are kept until the machine carries them out, because a call that tells of something is still in the middle of
it. Reference: SIP Server sections 6.1, 6.2, 6.4.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from cordboard.lab.contact_center.people import NONE, RECALL
from cordboard.lab.contact_center.plan import ContactCenter
from cordboard.lab.contact_center.router import Router
from cordboard.lab.contact_center.terms import terms, wrap_up_time
from cordboard.lab.contact_center.words import (
    Answered,
    Arrived,
    Candidate,
    DigitPressed,
    Ended,
    Look,
    NotAnswered,
    Refused,
    RouterInput,
    RouterOutput,
    Terms,
    TreatmentBegan,
    TreatmentFailed,
    Unanswered,
)
from cordboard.lab.sip_server.agents import Agent

if TYPE_CHECKING:
    from cordboard.lab.sip_server.calls.call import Call


class Routing:
    """`free` tells which of some DNs can be reached and have no call; `defaults` are the application's terms."""

    def __init__(
        self,
        center: ContactCenter,
        agents: Mapping[str, Agent],
        free: Callable[[list[str]], list[str]],
        defaults: Terms,
        reoffer_after: float,
    ) -> None:
        self.center = center
        self.router = Router(center, self, defaults, reoffer_after)
        self._agents = agents
        self._free = free
        self._defaults = defaults
        self._decisions: deque[RouterOutput] = deque()

    @property
    def deadline(self) -> float | None:
        return self.router.deadline

    def is_routing_point(self, number: str) -> bool:
        return number in self.center.routing_points

    def candidates(self) -> Iterator[Candidate]:
        ready = [dn for dn, agent in self._agents.items() if agent.takes_calls]
        for dn in self._free(ready):
            agent = self._agents[dn]
            yield Candidate(dn, agent.name, agent.idle_since)

    def next(self, now: float) -> RouterOutput | None:
        """The next decision to carry out; None: nothing is to be done now."""
        if not self._decisions:
            self._tell(Look(), now)
        return self._decisions.popleft() if self._decisions else None

    # --- what a call tells ---

    def arrived(self, call: Call, routing_point: str, now: float) -> None:
        self._tell(Arrived(call.uuid, routing_point, call.user_data), now)
        call.queue = self.router.queue_of(call.uuid)

    def treated(self, call: Call, success: bool, now: float) -> None:
        self._tell(TreatmentBegan(call.uuid) if success else TreatmentFailed(call.uuid), now)

    def pressed(self, call: Call, digits: str, now: float) -> None:
        for digit in digits:
            self._tell(DigitPressed(call.uuid, digit), now)

    def refused(self, call: Call, number: str, status: int, now: float) -> None:
        self._tell(Refused(call.uuid, number, status), now)

    def not_answered(self, call: Call, number: str, now: float) -> None:
        """It rang too long; a call that was not routed is so from now on."""
        if call.routed:
            return self._tell(NotAnswered(call.uuid, number), now)
        call.routed = True
        self._tell(Unanswered(call.uuid, call.terms.no_answer_overflow, call.user_data), now)

    def answered(self, call: Call, number: str, now: float) -> None:
        self._tell(Answered(call.uuid, number), now)

    def ended(self, call: Call, now: float, redirected: bool = False) -> None:
        """The call is over, or no longer the router's; one that never was is no error."""
        self._tell(Ended(call.uuid, redirected), now)

    # --- what a call asks ---

    def direct_terms(self, dn: str) -> Terms:
        """For a call that nobody routed: it rings on unless the agent has a `no_answer` of their own."""
        person = self.center.people.get(dn)
        if person is None or person.no_answer.timeout is None:
            return Terms(no_answer_overflow=(NONE,), wrap_up_time=wrap_up_time(None, person, self._defaults))
        found = terms(None, person, "", self._defaults)
        elsewhere = tuple(each for each in found.no_answer_overflow if each != RECALL)
        return Terms(
            no_answer_timeout=found.no_answer_timeout,
            no_answer_action=found.no_answer_action,
            no_answer_overflow=elsewhere or (NONE,),
            wrap_up_time=found.wrap_up_time,
        )

    def is_business(self, call_type: str) -> bool:
        """A consultation is no business call of its own kind: it is as internal as it looks."""
        return call_type.lower() in self.center.business_calls or call_type.lower() not in BUSINESS

    def wrap_up_time(self, call: Call, dn: str) -> float:
        """How long the agent at this DN works on the call after its end."""
        if call.routed and call.offered_to == dn:
            return call.terms.wrap_up_time
        return wrap_up_time(None, self.center.people.get(dn), self._defaults)

    def _tell(self, input: RouterInput, now: float) -> None:
        self._decisions.extend(self.router.handle(input, now))


BUSINESS = ("inbound", "internal", "outbound")
