"""What one seed gives a lossy call: how it begins, what happens in it and who ends it."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from kit.tempered_phone import Temper

BEGINNINGS = ("inbound", "routed", "outbound", "make call")
USUAL = ("answer", "hold", "retrieve", "page holds", "page retrieves", "customer holds", "digit", "page answers")
MORE = ("transfer at once", "conference at once", "consult", "complete", "reconnect", "record")


@dataclass(slots=True)
class Draw:
    """`refer` and `dual` are options of the DN: refer-enabled and dual-dialog-enabled."""

    begins: str
    page: Temper
    customer: Temper
    happens: list[tuple[float, str]] = field(default_factory=list)
    ends_after: float = 10.0
    enders: tuple[str, ...] = ("customer", "page", "cti")
    refer: bool = False
    dual: bool = True

    @classmethod
    def draw(cls, random: Random) -> Draw:
        drawn = cls._long(random) if random.random() < 0.4 else cls._short(random)
        drawn.refer, drawn.dual = random.random() < 0.5, random.random() < 0.5
        return drawn

    @classmethod
    def _short(cls, random: Random) -> Draw:
        """Anything may happen at any time."""
        lasts = random.choice((random.uniform(0.0, 1.5), random.uniform(1.0, 6.0), random.uniform(5.0, 40.0)))
        drawn = cls(random.choice(BEGINNINGS), _temper(random), _temper(random), [], lasts, _enders(random))
        for _ in range(random.randrange(9)):
            drawn.happens.append((random.uniform(0.0, lasts), random.choice(USUAL)))
        return drawn

    @classmethod
    def _long(cls, random: Random) -> Draw:
        """Both answer soon and talk for a while, so that there is a call to transfer."""
        page, customer = (Temper(random.uniform(0.0, 0.3), random.uniform(0.0, 1.0)) for _ in range(2))
        lasts = random.uniform(10.0, 60.0)
        drawn = cls(random.choice(BEGINNINGS), page, customer, [], lasts, _enders(random))
        for _ in range(random.randrange(1, 9)):
            drawn.happens.append((random.uniform(3.0, lasts), random.choice(USUAL + MORE)))
        return drawn


def _enders(random: Random) -> tuple[str, ...]:
    return tuple(random.sample(("customer", "page", "cti"), 3))


def _temper(random: Random) -> Temper:
    kind = random.random()
    answers = None if kind < 0.3 else random.uniform(0.0, 4.0)
    return Temper(random.uniform(0.0, 0.3), answers, random.choice((486, 480, 603)) if kind > 0.9 else 0)
