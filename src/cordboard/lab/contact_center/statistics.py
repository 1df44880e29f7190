"""What happened in each queue: who entered, was answered, gave up, overflowed; how long they waited."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

REMEMBERED = 5000


@dataclass(slots=True)
class QueueStatistics:
    """Counts since the start; waits in seconds. `entered` is the sum of all others and of those who are in it."""

    entered: int = 0
    answered: int = 0
    abandoned: int = 0
    overflowed: int = 0
    released: int = 0
    redirected: int = 0
    longest_answered_wait: float = 0.0
    total_answered_wait: float = 0.0


@dataclass(frozen=True, slots=True)
class QueueView:
    """A queue now: its counts, who waits, and how long the one has who has waited the longest."""

    queue: str
    counts: QueueStatistics
    waiting: int
    longest_wait: float


@dataclass(frozen=True, slots=True)
class Journey:
    """A call that the router is done with. `customer` is what the user data has under `LabCustomer`."""

    call: str
    customer: str
    path: tuple[str, ...]
    outcome: str  # answered, abandoned, released, redirected
    number: str  # who took it
    overflowed: bool
    waited: float


class Statistics:
    """`journeys` are the last calls, oldest first."""

    def __init__(self) -> None:
        self.queues: dict[str, QueueStatistics] = {}
        self.journeys: deque[Journey] = deque(maxlen=REMEMBERED)

    def moved(self, old: str, new: str) -> None:
        """A call has entered `new`, from `old` where it came from another queue."""
        if old:
            self._of(old).overflowed += 1
        self._of(new).entered += 1

    def over(self, journey: Journey) -> None:
        self.journeys.append(journey)
        if not journey.path:
            return
        counts = self._of(journey.path[-1])
        setattr(counts, journey.outcome, getattr(counts, journey.outcome) + 1)
        if journey.outcome == "answered":
            counts.total_answered_wait += journey.waited
            counts.longest_answered_wait = max(counts.longest_answered_wait, journey.waited)

    def _of(self, queue: str) -> QueueStatistics:
        return self.queues.setdefault(queue, QueueStatistics())
