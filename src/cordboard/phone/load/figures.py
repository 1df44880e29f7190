"""What a run of load has measured: named series of seconds over the time of the run, and failures by cause. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Measure(StrEnum):
    """What is timed, in seconds; the value is what the report calls it."""

    CONNECT = "WebSocket open"
    REGISTER = "registered"
    RING = "INVITE to ringing"
    ANSWER = "answer to 200"
    SECURED = "answer to media secured"
    AUDIO = "answer to sound both ways"
    LATENCY = "latency of sound"
    RETRIEVE = "retrieve to sound"
    HANG_UP = "hang-up"


@dataclass(frozen=True, slots=True)
class Sample:
    """`at`: seconds since the run began; `value` in seconds."""

    at: float
    value: float


@dataclass(slots=True)
class Figures:
    """Filled while the run goes on; counts are of agents and calls, packets are of sound, both ways."""

    agents: int = 0
    registered: int = 0
    calls_begun: int = 0
    calls_up: int = 0
    calls_done: int = 0
    packets_sent: int = 0
    packets_received: int = 0
    packets_lost: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    series: dict[Measure, list[Sample]] = field(default_factory=dict)

    def took(self, measure: Measure, at: float, value: float) -> None:
        """One measured time; what was never reached is no measurement: the call has failed."""
        self.series.setdefault(measure, []).append(Sample(at, value))

    def failed(self, why: str) -> None:
        """One agent or call did not do what it should have; calls are told apart by cause, never by number."""
        self.failures[why] += 1

    def heard(self, sent: int, received: int, lost: int) -> None:
        """The packets of one way of one call."""
        self.packets_sent += sent
        self.packets_received += received
        self.packets_lost += lost

    @property
    def failed_in_all(self) -> int:
        return self.failures.total()

    @property
    def loss(self) -> float:
        """The share of the packets that never came, 0.0 to 1.0."""
        expected = self.packets_received + self.packets_lost
        return self.packets_lost / expected if expected else 0.0

    def values(self, measure: Measure) -> list[float]:
        """All of one measure, sorted."""
        return sorted(sample.value for sample in self.series.get(measure, ()))

    def lately(self, measure: Measure, since: float) -> list[float]:
        """Those measured at or after `since`, sorted."""
        found = self.series.get(measure, ())
        return sorted(sample.value for sample in found if sample.at >= since)


def percentile(ordered: Sequence[float], share: float) -> float:
    """The smallest of the sorted values that is not below `share` (0.0 to 1.0) of them; NaN of none."""
    if not ordered:
        return math.nan
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
