"""What became of every customer of a scenario: nobody is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cordboard.lab.contact_center.statistics import Journey
from cordboard.lab.scenarios.course import Course
from cordboard.lab.scenarios.customer import Outcome, ScenarioCustomer


@dataclass(frozen=True, slots=True)
class Entry:
    """One customer. `outcome` is None while the customer is on the way; times in seconds of real time.

    `queues` are those that the call came through, as the router tells; empty where it met none.
    """

    id: str
    number: str
    outcome: Outcome | None
    answered_by: tuple[str, ...] = ()
    status: str = ""
    waited: float | None = None
    talked: float | None = None
    overflowed: bool = False
    queues: tuple[str, ...] = ()

    def view(self) -> dict[str, Any]:
        """The entry as the lab's HTTP API shows it."""
        return {
            "id": self.id,
            "to": self.number,
            "outcome": str(self.outcome) if self.outcome is not None else None,
            "answeredBy": list(self.answered_by),
            "status": self.status,
            "waited": None if self.waited is None else round(self.waited, 3),
            "talked": None if self.talked is None else round(self.talked, 3),
            "overflowed": self.overflowed,
            "queues": list(self.queues),
        }


@dataclass(frozen=True, slots=True)
class Account:
    entries: tuple[Entry, ...]

    @property
    def unaccounted(self) -> int:
        """How many have no outcome yet."""
        return sum(entry.outcome is None for entry in self.entries)

    def summary(self) -> dict[str, Any]:
        """Numbers of customers: by outcome, overflowed, by agent, and how long those waited who were answered."""
        outcomes = Counter(str(entry.outcome) for entry in self.entries if entry.outcome is not None)
        waits = [
            entry.waited for entry in self.entries if entry.outcome is Outcome.ANSWERED and entry.waited is not None
        ]
        return {
            "customers": len(self.entries),
            **{str(outcome): outcomes[str(outcome)] for outcome in Outcome},
            "unaccounted": self.unaccounted,
            "overflowed": sum(entry.overflowed for entry in self.entries),
            "byAgent": dict(sorted(Counter(dn for entry in self.entries for dn in entry.answered_by).items())),
            "averageWait": round(sum(waits) / len(waits), 3) if waits else None,
            "longestWait": round(max(waits), 3) if waits else None,
        }


def account(course: Course, journeys: Iterable[Journey]) -> Account:
    """Of all customers, also of those who have not called yet."""
    travelled: dict[str, list[Journey]] = {}
    for journey in journeys:
        travelled.setdefault(journey.customer, []).append(journey)
    return Account(
        tuple(_entry(customer, travelled.get(course.tag(id), [])) for id, customer in course.customers.items())
    )


def _entry(customer: ScenarioCustomer, journeys: list[Journey]) -> Entry:
    end = customer.ended if customer.answered is None else customer.answered
    return Entry(
        id=customer.planned.id,
        number=customer.planned.to,
        outcome=customer.outcome,
        answered_by=tuple(customer.answered_by),
        status=customer.status,
        waited=None if end is None or customer.called is None else end - customer.called,
        talked=None if customer.answered is None or customer.ended is None else customer.ended - customer.answered,
        overflowed=any(journey.overflowed for journey in journeys),
        queues=tuple(queue for journey in journeys for queue in journey.path),
    )
