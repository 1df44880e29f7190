"""What a routing strategy is made of: steps, one after the other (reference: SIP Server 6.1, 6.2, 6.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from cordboard.lab.contact_center.people import NoAnswer, Person
from cordboard.lab.contact_center.skills import Expression

FROM_DATA = "$"  # `$Extension` is what the call's user data has under Extension
DEFAULT_MUSIC = "music"


@dataclass(frozen=True, slots=True)
class Sound:
    """Something to play: tones of (Hz, seconds), 0 Hz is a pause. The default music has none: it is the lab's melody.

    A `again` sound is repeated until something else comes.
    """

    name: str
    tones: tuple[tuple[float, float], ...] = ()
    again: bool = False

    @property
    def seconds(self) -> float:
        return sum(seconds for _, seconds in self.tones)


MUSIC = Sound(DEFAULT_MUSIC, again=True)


class OverflowKind(StrEnum):
    ROUTING_POINT = "routing point"
    GROUP = "group"
    NUMBER = "number"
    HANG_UP = "hang up"


@dataclass(frozen=True, slots=True)
class Overflow:
    """Where a call goes that nobody takes."""

    kind: OverflowKind
    to: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """Who may get a call; what is empty asks for nothing. `dn` may be taken from the user data: `$Extension`."""

    skills: Expression | None = None
    expression: str = ""
    group: str = ""
    dn: str = ""

    def matches(self, person: Person, user_data: Mapping[str, object]) -> bool:
        if self.dn and person.dn != self.dn_for(user_data):
            return False
        if self.group and self.group not in person.groups:
            return False
        return self.skills is None or self.skills.matches(person.skills)

    def dn_for(self, user_data: Mapping[str, object]) -> str:
        if self.dn.startswith(FROM_DATA):
            return str(user_data.get(self.dn[1:], ""))
        return self.dn


# --- steps ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """`label` is what other steps jump to; `next` where this one leads, empty for the step below it."""

    label: str = ""
    next: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayMusic(Step):
    """Play until something else comes, and go on at once."""

    sound: Sound = MUSIC


@dataclass(frozen=True, slots=True, kw_only=True)
class Announce(Step):
    """Play to the end, then go on."""

    sound: Sound


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectDigits(Step):
    """Play a prompt and collect up to `count` digits, `#` ends earlier; they are attached under `key`.

    `timeout` is in seconds, from the end of the prompt and from each digit. `branches` names a label by digits;
    `otherwise` is the label for all others, empty goes on.
    """

    key: str
    sound: Sound | None = None
    count: int = 1
    timeout: float = 5.0
    branches: Mapping[str, str] = field(default_factory=dict)
    otherwise: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachData(Step):
    data: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchOnData(Step):
    """Jump by what the user data has under `key`."""

    key: str
    branches: Mapping[str, str]
    otherwise: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectAgent(Step):
    """Wait for an agent: the one who has been Ready the longest of those who match. `timeout` 0: for ever.

    After the timeout the call overflows, or goes on with the next step if there is no `overflow`. `priority` replaces
    that of the routing point from here on.
    """

    target: Target = field(default_factory=Target)
    priority: int | None = None
    timeout: float = 0.0
    overflow: Overflow | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteTo(Step):
    """Send the call to a number; refused, it goes on with the next step. `number` may be taken from the user data."""

    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp(Step):
    """Refuse the call with a SIP status, or end it if it was answered."""

    status: int = 486


AnyStep = PlayMusic | Announce | CollectDigits | AttachData | BranchOnData | SelectAgent | RouteTo | HangUp


@dataclass(frozen=True, slots=True)
class AfterRouting:
    """How long a routed call may go without an answer, whatever the phone does; what happens to the agent then."""

    timeout: float
    action: str = "none"


@dataclass(frozen=True, slots=True)
class RoutingPoint:
    """A number with a strategy. `ageing` are points of priority per minute of waiting.

    `early_media`: treatments are played by 183 and the caller is answered by the agent only. `routing_data`: what
    Genesys's router attaches to a routed call (RTargetObjectSelected ...) is attached.
    """

    number: str
    steps: tuple[AnyStep, ...]
    name: str = ""
    virtual_queue: str = ""
    priority: int = 0
    ageing: float = 0.0
    wrap_up_time: float | None = None
    no_answer: NoAnswer = field(default_factory=NoAnswer)
    after_routing: AfterRouting | None = None
    early_media: bool = False
    routing_data: bool = True

    @property
    def queue(self) -> str:
        return self.virtual_queue or self.number

    def place_of(self, label: str) -> int | None:
        return next((place for place, step in enumerate(self.steps) if step.label == label), None)
