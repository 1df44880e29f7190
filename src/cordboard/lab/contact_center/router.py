"""The router: all calls that are at a routing point, and which of them gets which agent.

`handle(input, now) -> list[output]` and `deadline`. The more urgent call comes first, of two equally urgent ones the
one that came first; it gets the agent who has been Ready the longest of those who match. A call that comes back keeps
its place; an agent who refused it is not offered it again for a while, or a lone Ready agent would be rung in a loop.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from cordboard.lab.contact_center.people import Person
from cordboard.lab.contact_center.plan import ContactCenter
from cordboard.lab.contact_center.states import Event, State
from cordboard.lab.contact_center.statistics import Journey, QueueStatistics, QueueView, Statistics
from cordboard.lab.contact_center.visit import Outputs, Visit
from cordboard.lab.contact_center.words import (
    Agents,
    Answered,
    Arrived,
    DigitPressed,
    Ended,
    Look,
    NotAnswered,
    Refused,
    RouterInput,
    Terms,
    TreatmentBegan,
    TreatmentFailed,
    Unanswered,
)

CUSTOMER = "LabCustomer"  # the key of the user data by which a scenario knows its customers


class Router:
    """`defaults` holds where neither routing point nor agent says anything; `reoffer_after` in seconds."""

    def __init__(self, center: ContactCenter, agents: Agents, defaults: Terms, reoffer_after: float) -> None:
        self.center = center
        self.statistics = Statistics()
        self._agents = agents
        self._defaults = defaults
        self._reoffer_after = reoffer_after
        self._visits: dict[str, Visit] = {}
        self._numbers = itertools.count(1)

    @property
    def deadline(self) -> float | None:
        times = [visit.deadline for visit in self._visits.values()]
        times += [until for visit in self._waiting() for until in visit.refused.values()]
        return min((time for time in times if time is not None), default=None)

    @property
    def waiting(self) -> list[str]:
        """The calls that wait for an agent, first come first."""
        return [visit.call for visit in sorted(self._waiting(), key=lambda each: (each.arrived, each.number))]

    def queue_of(self, call: str) -> str:
        visit = self._visits.get(call)
        return visit.queue if visit is not None else ""

    def queues(self, now: float) -> list[QueueView]:
        """Every queue that there is or was a call in."""
        views = []
        names = [point.queue for point in self.center.routing_points.values()]
        for name in dict.fromkeys([*names, *self.statistics.queues]):
            inside = [visit for visit in self._visits.values() if visit.queue == name]
            longest = max((now - visit.arrived for visit in inside), default=0.0)
            views.append(QueueView(name, self.statistics.queues.get(name, QueueStatistics()), len(inside), longest))
        return views

    def handle(self, input: RouterInput, now: float) -> Outputs:
        """Unknown calls are no error: they are over, or nobody's business here."""
        if isinstance(input, Look):
            return self._look(now)
        if isinstance(input, Arrived | Unanswered):
            return self._begin(input, now)
        visit = self._visits.get(input.call)
        if visit is None:
            return []
        event, argument = WORDS[type(input)](self, input, now)
        return self._step(visit, event, argument, now)

    # --- one call ---

    def _begin(self, input: Arrived | Unanswered, now: float) -> Outputs:
        visit = self._visits[input.call] = Visit(
            input.call, next(self._numbers), self.center, self._defaults, input.user_data
        )
        if isinstance(input, Unanswered):
            return self._step(visit, Event.TRY_NUMBERS, input.overflow, now)
        return self._step(visit, Event.ENTER, self.center.routing_points[input.routing_point], now)

    def _step(self, visit: Visit, event: Event, argument: object, now: float) -> Outputs:
        return self._watched(visit, lambda: visit.step(event, argument, now), now)

    def _watched(self, visit: Visit, act: Callable[[], Outputs], now: float) -> Outputs:
        """Let the visit act; count where it went."""
        before = len(visit.path)
        outputs = act()
        for place in range(before, len(visit.path)):
            self.statistics.moved(visit.path[place - 1] if place else "", visit.path[place])
        if visit.state is State.OVER and self._visits.pop(visit.call, None) is visit:
            customer = str(visit.user_data.get(CUSTOMER, ""))
            number = visit.offered_to if visit.outcome == "answered" else ""
            waited = now - visit.arrived if visit.path else 0.0
            path = tuple(visit.path)
            self.statistics.over(Journey(visit.call, customer, path, visit.outcome, number, visit.overflowed, waited))
        return outputs

    def _begun(self, _: TreatmentBegan, now: float) -> tuple[Event, object]:
        return Event.BEGAN, None

    def _failed(self, _: TreatmentFailed, now: float) -> tuple[Event, object]:
        return Event.FAILED, None

    def _digit(self, input: DigitPressed, now: float) -> tuple[Event, object]:
        return Event.DIGIT, input.digit

    def _refused(self, input: Refused, now: float) -> tuple[Event, object]:
        return Event.REFUSED, (input.status, now + self._reoffer_after)

    def _not_answered(self, _: NotAnswered, now: float) -> tuple[Event, object]:
        return Event.NOT_ANSWERED, now + self._reoffer_after

    def _answered(self, _: Answered, now: float) -> tuple[Event, object]:
        return Event.ANSWERED, "answered"

    def _ended(self, input: Ended, now: float) -> tuple[Event, object]:
        return Event.ENDED, "redirected" if input.redirected else "abandoned"

    # --- all calls ---

    def _look(self, now: float) -> Outputs:
        outputs: Outputs = []
        for visit in list(self._visits.values()):
            if visit.deadline is not None and visit.deadline <= now:
                outputs += self._tick(visit, now)
        return outputs + self._select(now)

    def _tick(self, visit: Visit, now: float) -> Outputs:
        return self._watched(visit, lambda: visit.tick(now), now)

    def _select(self, now: float) -> Outputs:
        waiting = self._waiting()
        if not waiting:
            return []
        free = sorted(self._agents.candidates(), key=lambda each: each.ready_since)
        people = {each.dn: self.center.person(each.dn, each.user_name) for each in free}
        outputs: Outputs = []
        for visit in sorted(waiting, key=lambda each: (-each.urgency(now), each.arrived, each.number)):
            visit.refused = {dn: until for dn, until in visit.refused.items() if until > now}
            dn = next((dn for dn, person in people.items() if dn not in visit.refused and visit.wants(person)), "")
            if dn:
                outputs += self._step(visit, Event.SELECTED, _at(people.pop(dn), dn), now)
        return outputs

    def _waiting(self) -> list[Visit]:
        return [visit for visit in self._visits.values() if visit.state is State.WAITING]


def _at(person: Person, dn: str) -> Person:
    """The person at the DN where they have logged in, which may be somebody else's place."""
    return person if person.dn == dn else replace(person, dn=dn)


Word = Callable[[Router, Any, float], tuple[Event, object]]

WORDS: Mapping[type, Word] = {
    TreatmentBegan: Router._begun,
    TreatmentFailed: Router._failed,
    DigitPressed: Router._digit,
    Refused: Router._refused,
    NotAnswered: Router._not_answered,
    Answered: Router._answered,
    Ended: Router._ended,
}
