"""What the router is told, and what it says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from cordboard.lab.contact_center.strategy import Sound

# --- told -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Arrived:
    """A call has come to a routing point; `user_data` is read whenever a step asks for it."""

    call: str
    routing_point: str
    user_data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A call that was not routed rang too long at its agent: these numbers are tried."""

    call: str
    overflow: tuple[str, ...]
    user_data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TreatmentBegan:
    """The caller hears what was asked for."""

    call: str


@dataclass(frozen=True, slots=True)
class TreatmentFailed:
    """No media server, or none that the caller's phone understands."""

    call: str


@dataclass(frozen=True, slots=True)
class DigitPressed:
    call: str
    digit: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The number did not take the call, with that SIP status."""

    call: str
    number: str
    status: int = 480


@dataclass(frozen=True, slots=True)
class NotAnswered:
    """The number rang too long."""

    call: str
    number: str


@dataclass(frozen=True, slots=True)
class Answered:
    call: str
    number: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The call is over, or taken out of the router's hands."""

    call: str
    redirected: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """Time has passed, or an agent may have become free: now calls are given to agents."""


RouterInput = (
    Arrived
    | Unanswered
    | TreatmentBegan
    | TreatmentFailed
    | DigitPressed
    | Refused
    | NotAnswered
    | Answered
    | Ended
    | Look
)

# --- said -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Terms:
    """Under which a call is offered. `queue` is what it came through; times in seconds, 0 for none.

    `no_answer_overflow` as in `NoAnswer`; an `after_routing_action` holds instead of `no_answer_action`.
    """

    queue: str = ""
    no_answer_timeout: float = 0.0
    no_answer_action: str = "none"
    no_answer_overflow: tuple[str, ...] = ("recall",)
    after_routing_timeout: float = 0.0
    after_routing_action: str = ""
    wrap_up_time: float = 0.0

    @property
    def action(self) -> str:
        return self.after_routing_action or self.no_answer_action


@dataclass(frozen=True, slots=True)
class Treat:
    """Let the caller hear this; `early`: by 183 while the call is not answered."""

    call: str
    sound: Sound
    early: bool = False


@dataclass(frozen=True, slots=True)
class Attach:
    call: str
    data: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Offer:
    """The routing decision: this call goes to this number."""

    call: str
    number: str
    terms: Terms


@dataclass(frozen=True, slots=True)
class Release:
    """Refuse the call with this status, or end it if it was answered."""

    call: str
    status: int


RouterOutput = Treat | Attach | Offer | Release


# --- asked ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agent who could take a call now; `ready_since` says who has waited the longest."""

    dn: str
    user_name: str
    ready_since: float


class Agents(Protocol):
    """What the router asks of the switch."""

    def candidates(self) -> Iterable[Candidate]:
        """The agents who are Ready, can be reached and have no call."""
