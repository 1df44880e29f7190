"""What SIP Server and GWS say to each other in the lab: a small T-Library.

Requests are what a CTI client asks (T-Library's TMakeCall is `MakeCall` here), events what SIP Server reports per DN.
The outcome of a request arrives as an event; `Error` carries the request's `reference`. Source: GWS reference sections
1.13 and 5.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

UserData = dict[str, Any]


class CallState(StrEnum):
    DIALING = "Dialing"
    RINGING = "Ringing"
    ESTABLISHED = "Established"
    HELD = "Held"
    RELEASED = "Released"


class CallType(StrEnum):
    INTERNAL = "Internal"
    INBOUND = "Inbound"
    OUTBOUND = "Outbound"
    CONSULT = "Consult"
    UNKNOWN = "Unknown"


class AgentState(StrEnum):
    LOGGED_OUT = "LoggedOut"
    NOT_READY = "NotReady"
    READY = "Ready"


@dataclass(frozen=True, slots=True)
class CallView:
    """One call as one DN sees it."""

    call_uuid: str  # 32 characters, the X-Genesys-CallUUID
    connection_id: str  # 16 hex digits, the T-Library ConnID
    state: CallState
    call_type: CallType
    dn: str
    ani: str
    dnis: str
    participants: tuple[str, ...]  # numbers of the others, never one's own
    user_data: UserData
    established: float | None  # seconds of the Unix epoch, None before


@dataclass(frozen=True, slots=True)
class DnView:
    """One DN: `in_service` is true while SIP Server has a binding for it."""

    dn: str
    in_service: bool
    agent: str  # user name, empty while nobody is logged in
    state: AgentState
    work_mode: str = ""  # "", "AfterCallWork", "AuxWork"
    reason: str = ""
    do_not_disturb: bool = False
    forward_to: str = ""


# --- requests ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AgentLogin:
    dn: str
    agent: str
    reference: int = 0


@dataclass(frozen=True, slots=True)
class AgentLogout:
    dn: str
    reference: int = 0


@dataclass(frozen=True, slots=True)
class AgentSetReady:
    dn: str
    reference: int = 0


@dataclass(frozen=True, slots=True)
class AgentSetNotReady:
    dn: str
    work_mode: str = ""
    reason: str = ""
    reference: int = 0


@dataclass(frozen=True, slots=True)
class MakeCall:
    dn: str
    destination: str
    user_data: UserData = field(default_factory=dict)
    reference: int = 0


@dataclass(frozen=True, slots=True)
class AnswerCall:
    dn: str
    call_uuid: str
    reference: int = 0


@dataclass(frozen=True, slots=True)
class HoldCall:
    dn: str
    call_uuid: str
    reference: int = 0


@dataclass(frozen=True, slots=True)
class RetrieveCall:
    dn: str
    call_uuid: str
    reference: int = 0


@dataclass(frozen=True, slots=True)
class ReleaseCall:
    dn: str
    call_uuid: str
    reference: int = 0


@dataclass(frozen=True, slots=True)
class SendDtmf:
    dn: str
    call_uuid: str
    digits: str
    reference: int = 0


@dataclass(frozen=True, slots=True)
class ChangeUserData:
    """Attach or update `pairs`, remove the keys in `delete`, or remove everything first when `clear` is set."""

    dn: str
    call_uuid: str
    pairs: UserData = field(default_factory=dict)
    delete: tuple[str, ...] = ()
    clear: bool = False
    reference: int = 0


TelephonyRequest = (
    AgentLogin
    | AgentLogout
    | AgentSetReady
    | AgentSetNotReady
    | MakeCall
    | AnswerCall
    | HoldCall
    | RetrieveCall
    | ReleaseCall
    | SendDtmf
    | ChangeUserData
)


# --- events -----------------------------------------------------------------------------------------------------------


class CallEventName(StrEnum):
    RINGING = "EventRinging"
    DIALING = "EventDialing"
    ESTABLISHED = "EventEstablished"
    HELD = "EventHeld"
    RETRIEVED = "EventRetrieved"
    RELEASED = "EventReleased"
    ABANDONED = "EventAbandoned"
    ATTACHED_DATA_CHANGED = "EventAttachedDataChanged"
    PARTY_CHANGED = "EventPartyChanged"
    DTMF_SENT = "EventDtmfSent"


@dataclass(frozen=True, slots=True)
class CallEvent:
    """Something happened to a call, seen from `call.dn`. Extensions: NO_ANSWER_TIMEOUT, BusinessCall, WrapUpTime ..."""

    name: CallEventName
    call: CallView
    extensions: dict[str, Any]
    reference: int = 0


@dataclass(frozen=True, slots=True)
class DnEvent:
    """The agent's state or the DN's service state changed."""

    dn: DnView
    reference: int = 0


@dataclass(frozen=True, slots=True)
class Error:
    """A request failed (EventError)."""

    dn: str
    reference: int
    code: int
    message: str


TelephonyEvent = CallEvent | DnEvent | Error


class Telephony(Protocol):
    """SIP Server as GWS sees it. `request` returns at once; views are snapshots."""

    def request(self, request: TelephonyRequest) -> None: ...

    def subscribe(self, listener: Callable[[TelephonyEvent], None]) -> None: ...

    def calls(self, dn: str) -> list[CallView]: ...

    def dn(self, dn: str) -> DnView | None:
        """None for a number that is not a configured DN."""

    def annex(self, dn: str) -> dict[str, str]:
        """The DN's [TServer] options: contact, sip-cti-control ... (reference: SIP Server 1.2)."""
