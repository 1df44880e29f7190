"""The proof that a page is alive: it is pinged, and its own code answers.

Theory of operation. A browser answers WebSocket pings while the page in it is frozen, and a registration lasts for
minutes. So the page is sent a word, and a script of the page must say it back, with the state of its microphone. One
answer missing makes the page late, and it is pinged once more at once; the second makes it frozen, and nobody is sent
there until it answers. A frozen page is pinged seldom: what it has not read yet lies in its connection and is answered
the moment it thaws. A page that has never answered by word, stock JsSIP for instance, is judged by its SIP response to
the ping, which its code must give, too.

A page that answers but says that its microphone is lost is alive and of no use: it is `deaf`, as far as calls go.

`handle(input, now) -> list[Output]` and `deadline`; seconds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Life(StrEnum):
    ALIVE = "alive"
    LATE = "late"  # one ping was not answered in time
    FROZEN = "frozen"  # nor the second


class Microphone(StrEnum):
    READY = "ready"
    ASKED = "asked"  # the browser asks the agent for it
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class ProofSettings:
    """`ping_seconds` 0 pings nobody: pages count as alive until their connection goes."""

    ping_seconds: float = 5.0
    patience: float = 2.0  # for an answer
    frozen_seconds: float = 30.0  # between the pings to a frozen page


# --- inputs


@dataclass(frozen=True, slots=True)
class Arrived:
    """The page has come, perhaps on a new connection; what it was asked on the old one is void."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The page said a ping back, or told of its microphone by itself."""

    microphone: Microphone = Microphone.READY


@dataclass(frozen=True, slots=True)
class Responded:
    """The page's SIP response to a ping came: enough from a page that knows no words."""


@dataclass(frozen=True, slots=True)
class Doubted:
    """Somebody wants to know now."""


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has come to `now`."""


# --- outputs


@dataclass(frozen=True, slots=True)
class Ping:
    """Send the page a ping."""


@dataclass(frozen=True, slots=True)
class Usable:
    """Calls can be sent to the page again."""


@dataclass(frozen=True, slots=True)
class Unusable:
    """Calls must not be sent to the page: `frozen`, or `microphone`."""

    why: str


ProofInput = Arrived | Answered | Responded | Doubted | Tick
ProofOutput = Ping | Usable | Unusable


@dataclass(slots=True)
class Proof:
    """One page. `usable` is whether calls can be sent there, `heard_at` when it last gave a sign of life."""

    settings: ProofSettings
    life: Life = Life.ALIVE
    microphone: Microphone = Microphone.READY
    heard_at: float = 0.0
    deadline: float | None = None
    knows_words: bool = False
    _waits: bool = False  # for the answer to a ping
    _told: bool | None = None  # what was said last: usable or not

    @property
    def usable(self) -> bool:
        return self.life is not Life.FROZEN and self.microphone is not Microphone.LOST

    def handle(self, input: ProofInput, now: float) -> list[ProofOutput]:
        """Take one input."""
        action = TABLE.get((self.life, type(input)))
        return action(self, input, now) if action else []

    def _tell(self) -> list[ProofOutput]:
        if self.usable is self._told:
            return []
        self._told = self.usable
        return [Usable() if self.usable else Unusable("frozen" if self.life is Life.FROZEN else "microphone")]

    def _ping(self, input: object, now: float) -> list[ProofOutput]:
        if not self.settings.ping_seconds:
            return []
        self._waits = True
        frozen = self.life is Life.FROZEN
        self.deadline = now + (self.settings.frozen_seconds if frozen else self.settings.patience)
        return [Ping()]

    def _doubted(self, input: Doubted, now: float) -> list[ProofOutput]:
        return self._ping(input, now) if not self._waits else []

    def _answered(self, input: Answered, now: float) -> list[ProofOutput]:
        self.knows_words = True
        self.microphone = input.microphone
        return self._lives(input, now)

    def _responded(self, input: Responded, now: float) -> list[ProofOutput]:
        return [] if self.knows_words else self._lives(input, now)

    def _lives(self, input: object, now: float) -> list[ProofOutput]:
        self.life, self.heard_at, self._waits = Life.ALIVE, now, False
        self.deadline = now + self.settings.ping_seconds if self.settings.ping_seconds else None
        return self._tell()

    def _time(self, input: Tick, now: float) -> list[ProofOutput]:
        if self.deadline is None or now < self.deadline:
            return []
        if self._waits:
            self.life = Life.FROZEN if self.life is Life.LATE else Life.LATE
        return [*self._ping(input, now), *(self._tell() if self.life is Life.FROZEN else [])]

    def _again(self, input: Tick, now: float) -> list[ProofOutput]:
        return self._ping(input, now) if self.deadline is not None and now >= self.deadline else []


TABLE: dict[tuple[Life, type], Callable[[Proof, Any, float], list[ProofOutput]]] = {
    (Life.ALIVE, Arrived): Proof._ping,
    (Life.ALIVE, Answered): Proof._answered,
    (Life.ALIVE, Responded): Proof._responded,
    (Life.ALIVE, Doubted): Proof._doubted,
    (Life.ALIVE, Tick): Proof._time,
    (Life.LATE, Arrived): Proof._ping,
    (Life.LATE, Answered): Proof._answered,
    (Life.LATE, Responded): Proof._responded,
    (Life.LATE, Doubted): Proof._doubted,
    (Life.LATE, Tick): Proof._time,
    (Life.FROZEN, Arrived): Proof._ping,
    (Life.FROZEN, Answered): Proof._answered,
    (Life.FROZEN, Responded): Proof._responded,
    (Life.FROZEN, Tick): Proof._again,
}
