"""The [TServer] options that an agent's DN needs behind the gateway, with the reasons (reference: SIP Server 1.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from cordboard.genesys import dialect


class Need(StrEnum):
    """How much depends on an option."""

    REQUIRED = "required"  # without it calls fail
    RECOMMENDED = "recommended"  # without it something is worse
    OPTIONAL = "optional"  # a matter of taste


class Confidence(StrEnum):
    """How well it is known what an option does."""

    HIGH = "seen on a real SIP Server"
    MEDIUM = "documented or from one source"
    LOW = "probable"


@dataclass(frozen=True, slots=True)
class DnOption:
    """One option of the annex. `values` are all that will do, the best first; "" among them: it may be absent."""

    name: str
    values: tuple[str, ...]
    need: Need
    why: str
    confidence: Confidence

    @property
    def value(self) -> str:
        return self.values[0]

    def satisfied_by(self, found: str | None) -> bool:
        """Whether the value that a DN has, `None` for none, will do."""
        if self.name == dialect.SIP_CTI_CONTROL:
            return set(self.value.split(",")) <= {word.strip() for word in (found or "").split(",")}
        return (found or "").strip().lower() in self.values


_AGENT_DN = (
    DnOption(
        dialect.CONTACT,
        ("*", ""),
        Need.REQUIRED,
        "SIP Server learns from the gateway's REGISTER where the DN is. A fixed contact would get calls while no page"
        " is there.",
        Confidence.HIGH,
    ),
    DnOption(
        dialect.SIP_CTI_CONTROL,
        ("talk,hold",),
        Need.REQUIRED,
        "Answer, hold and retrieve in Workspace reach the phone as NOTIFY talk and hold. Without talk only the phone's"
        " own button answers.",
        Confidence.HIGH,
    ),
    DnOption(
        dialect.REFER_ENABLED,
        ("false",),
        Need.REQUIRED,
        "SIP Server makes and transfers calls by INVITE and re-INVITE, which the gateway absorbs. With REFER it would"
        ' ask the gateway to make them; set true only together with [gateway] refer = "accept".',
        Confidence.MEDIUM,
    ),
    DnOption(
        dialect.TRANSFER_COMPLETE_BY_REFER,
        ("false", ""),
        Need.REQUIRED,
        "A transfer is completed by re-INVITE, not by REFER with Replaces.",
        Confidence.MEDIUM,
    ),
    DnOption(
        dialect.SIP_REPLACES_MODE,
        ("0", ""),
        Need.RECOMMENDED,
        "The same for calls that take another one's place.",
        Confidence.MEDIUM,
    ),
    DnOption(
        dialect.MAKE_CALL_RFC3725_FLOW,
        ("1", "2"),
        Need.RECOMMENDED,
        "A call that the agent makes in Workspace needs one re-INVITE less: the agent's phone gets its ACK when the"
        " callee has answered (RFC 3725 flow I). 2, the product's default, works as well.",
        Confidence.HIGH,
    ),
    DnOption(
        dialect.DUAL_DIALOG_ENABLED,
        ("true", ""),
        Need.RECOMMENDED,
        "A consult call comes as a second call, as agents see it in Workspace.",
        Confidence.LOW,
    ),
    DnOption(
        dialect.REINVITE_REQUIRES_HOLD,
        ("false", ""),
        Need.OPTIONAL,
        "SIP Server leads the sound from one place to another without a hold between.",
        Confidence.LOW,
    ),
    DnOption(
        dialect.OOS_CHECK,
        ("30",),
        Need.OPTIONAL,
        "SIP Server asks each DN by OPTIONS whether it is there; the gateway answers 480 for a page that cannot take"
        " calls.",
        Confidence.MEDIUM,
    ),
    DnOption(
        dialect.RECOVERY_TIMEOUT,
        ("3",),
        Need.OPTIONAL,
        "How often it asks a DN that was out of service, in seconds.",
        Confidence.MEDIUM,
    ),
    DnOption(
        dialect.REJECT_CALL_IN_CALL,
        ("true",),
        Need.OPTIONAL,
        "SIP Server itself refuses a call to an agent in a call.",
        Confidence.MEDIUM,
    ),
    DnOption(
        dialect.REJECT_CALL_NOT_READY,
        ("true",),
        Need.OPTIONAL,
        "SIP Server itself refuses a call to an agent who is not ready.",
        Confidence.MEDIUM,
    ),
)
_WITH_PASSWORD = (
    DnOption(
        dialect.AUTHENTICATE_REQUESTS,
        ("register",),
        Need.REQUIRED,
        "SIP Server asks for the DN's password when it registers.",
        Confidence.MEDIUM,
    ),
)
_WITHOUT_PASSWORD = (
    DnOption(
        dialect.AUTHENTICATE_REQUESTS,
        ("",),
        Need.REQUIRED,
        "The gateway has no password for this DN: if SIP Server asks for one, it does not register.",
        Confidence.HIGH,
    ),
)


@dataclass(frozen=True, slots=True)
class Difference:
    """An option that a DN has otherwise than needed; `found` is "" where it has none."""

    option: DnOption
    found: str


def agent_options(*, with_password: bool) -> tuple[DnOption, ...]:
    """The options of an agent's DN; `with_password` where the gateway has one for it."""
    return _AGENT_DN + (_WITH_PASSWORD if with_password else _WITHOUT_PASSWORD)


def differences(found: Mapping[str, str], *, with_password: bool, least: Need = Need.RECOMMENDED) -> list[Difference]:
    """What is otherwise among a DN's options than needed; `least` is the weakest need that counts."""
    counted = list(Need)[: list(Need).index(least) + 1]
    have = {name.lower(): value for name, value in found.items()}
    return [
        Difference(option, have.get(option.name, ""))
        for option in agent_options(with_password=with_password)
        if option.need in counted and not option.satisfied_by(have.get(option.name))
    ]
