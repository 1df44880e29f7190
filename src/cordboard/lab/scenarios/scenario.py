"""What a scenario is made of, and the customers that its seed makes of it."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Span:
    """How long something takes, in seconds: between `least` and `most`, or at random with a `mean`."""

    least: float = 0.0
    most: float = 0.0
    mean: float = 0.0

    def draw(self, chance: random.Random) -> float:
        return chance.expovariate(1 / self.mean) if self.mean else chance.uniform(self.least, self.most)


@dataclass(frozen=True, slots=True)
class Arrivals:
    """When customers call: at the times of a list, or `count` of them from `begin` on, each `every` seconds or at
    random at `rate` a minute."""

    at: tuple[float, ...] = ()
    count: int = 1
    begin: float = 0.0
    every: float = 0.0
    rate: float = 0.0

    def draw(self, chance: random.Random) -> list[float]:
        if self.at:
            return list(self.at)
        times, now = [], self.begin
        for number in range(self.count):
            now += chance.expovariate(self.rate / 60) if self.rate else self.every * bool(number)
            times.append(now)
        return times


@dataclass(frozen=True, slots=True)
class Stream:
    """Customers of one kind. `digits` and each value of `choose` are choices with their weights.

    `patience` ends at an agent's answer, `talk` begins with it; both in seconds, as `press_after`, which counts from
    when the customer hears something.
    """

    to: str
    arrivals: Arrivals
    patience: Span = Span(60, 60)
    talk: Span = Span(30, 30)
    digits: Mapping[str, float] = field(default_factory=dict)
    press_after: float = 1.0
    data: Mapping[str, str] = field(default_factory=dict)
    choose: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    tone: float | None = None


@dataclass(frozen=True, slots=True)
class StandIns:
    """Agents who are played: they answer by CTI what rings at their DN. Times in seconds."""

    dns: tuple[str, ...] = ()
    answer_after: Span = Span(1, 3)
    ready_again_after: float = 5.0


@dataclass(frozen=True, slots=True)
class Scenario:
    """`acceleration` 10 lets ten seconds of the scenario pass in one."""

    streams: tuple[Stream, ...]
    name: str = ""
    seed: int = 0
    acceleration: float = 1.0
    caller: str = "+15550"
    agents: StandIns = field(default_factory=StandIns)


@dataclass(frozen=True, slots=True)
class PlannedCustomer:
    """One customer, with every choice made; `at` counts from the start of the scenario."""

    id: str
    at: float
    to: str
    caller: str
    patience: float
    talk: float
    digits: str
    press_after: float
    data: Mapping[str, Any]
    tone: float | None


def plan(scenario: Scenario) -> tuple[PlannedCustomer, ...]:
    """The customers in the order in which they call; the same scenario gives the same ones."""
    drawn = []
    for number, stream in enumerate(scenario.streams):
        chance = random.Random(f"{scenario.seed} {number}")
        drawn += [(at, number, place, stream, chance) for place, at in enumerate(stream.arrivals.draw(chance))]
    drawn.sort(key=lambda each: each[:3])
    width = max(4, math.ceil(math.log10(len(drawn) + 1)))
    return tuple(
        _customer(str(place).zfill(width), at, stream, chance, scenario)
        for place, (at, _, _, stream, chance) in enumerate(drawn, 1)
    )


def _customer(number: str, at: float, stream: Stream, chance: random.Random, scenario: Scenario) -> PlannedCustomer:
    faster = scenario.acceleration
    return PlannedCustomer(
        id=f"c{number}",
        at=at / faster,
        to=stream.to,
        caller=f"{scenario.caller}{number}",
        patience=stream.patience.draw(chance) / faster,
        talk=stream.talk.draw(chance) / faster,
        digits=_chosen(stream.digits, chance),
        press_after=stream.press_after / faster,
        data={**stream.data, **{key: _chosen(choices, chance) for key, choices in stream.choose.items()}},
        tone=stream.tone,
    )


def _chosen(weights: Mapping[str, float], chance: random.Random) -> str:
    return chance.choices(list(weights), list(weights.values()))[0] if weights else ""
