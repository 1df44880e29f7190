"""The words of a call: its states and events, what its media can be made to do, and what it needs of its server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from cordboard.lab.sip_server.calls.leg import Outputs, Phone, Side
from cordboard.lab.sip_server.calls.negotiation import Then
from cordboard.lab.sip_server.calls.sources import Source
from cordboard.lab.sip_server.settings import SipServerSettings
from cordboard.lab.telephony import CallEventName, CallState, UserData
from cordboard.sip.events import Flow, Header
from cordboard.sip.machine import Cell

if TYPE_CHECKING:
    from cordboard.lab.sip_server.calls.call import Call
    from cordboard.lab.sip_server.calls.flow.basic import BasicCall
    from cordboard.lab.sip_server.routing import Routing

LAB_RECORDING = "lab-recording"  # "true": calls of this DN can be recorded by request


class State(StrEnum):
    NEW = "new"
    CALLING_AGENT = "calling the agent"  # the first leg of a 3rd-party MakeCall
    REFERRED = "referred"  # the agent's phone was told by REFER to call
    QUEUED = "queued"
    OFFERED = "offered"
    RINGING = "ringing"
    CONNECTED = "connected"
    ENDED = "ended"


class Event(StrEnum):
    MAKE_CALL = "MakeCall"
    TO_PHONE = "to a phone"
    TO_QUEUE = "to the routing point"
    TO_ECHO = "to the echo"
    TO_NOBODY = "to nobody"
    ORIGIN_RINGS = "origin rings"
    ORIGIN_ANSWERED = "origin answered"
    ORIGIN_REFUSED = "origin refused"
    ORIGIN_LEFT = "origin left"
    MUSIC_READY = "music ready"
    AGENT_SELECTED = "agent selected"
    DESTINATION_RINGS = "destination rings"
    DESTINATION_ANSWERED = "destination answered"
    DESTINATION_REFUSED = "destination refused"
    AGENT_REFUSED = "agent refused a routed call"
    DESTINATION_LEFT = "destination left"
    ANSWER = "AnswerCall"
    HOLD = "HoldCall"
    RETRIEVE = "RetrieveCall"
    RELEASE = "ReleaseCall"
    NO_ANSWER = "no-answer timeout"
    RINGS_ON = "no-answer timeout without overflow"
    TREAT = "treatment"
    STRATEGY_RELEASES = "the strategy releases the call"
    GUARD = "MakeCall guard"
    REFRESH = "time for a fresh offer"
    # more than two parties, more than one call
    PARTY_LEFT = "one of several parties left"
    DELETE_PARTY = "DeleteFromConference"
    INITIATE = "InitiateTransfer"
    COMPLETE_TRANSFER = "CompleteTransfer"
    COMPLETE_CONFERENCE = "CompleteConference"
    ALTERNATE = "AlternateCall"
    RECONNECT = "ReconnectCall"
    SINGLE_STEP_TRANSFER = "SingleStepTransfer"
    SINGLE_STEP_CONFERENCE = "SingleStepConference"
    REDIRECT = "RedirectCall"
    RECORD = "recording"
    SUPERVISE = "supervisor joins"
    SET_MONITOR_MODE = "SetMonitorMode"
    CONSULT = "consult call on the one dialog"
    MUSIC_FAILED = "no music"
    MAKE_CALL_BY_REFER = "MakeCall by REFER"
    REFER_REFUSED = "REFER refused"
    REFERRED_CALLS = "the phone calls as it was told"


class ErrorCode(IntEnum):
    """T-Library's error codes as far as the lab uses them."""

    UNSUPPORTED_OPERATION = 51
    INTERNAL = 52
    INVALID_ATTRIBUTE = 53
    INVALID_CONNECTION_ID = 56
    TIMEOUT = 57
    OUT_OF_SERVICE = 58
    DN_NOT_CONFIGURED = 59
    INVALID_CALLED_DN = 71
    WRONG_STATE = 185


class JobKind(StrEnum):
    """What the media of an established call can be made to do; done one after the other."""

    CONNECT = "connect"  # the origin, which hears music, to the answer of the destination
    REFRESH = "refresh"  # ask the destination for a fresh offer
    REINVITED = "re-INVITEd"  # a phone made an offer: hold, retrieve, or a change
    MUSIC = "music"  # to the phone whose far side holds
    LINK = "link"  # this source to this sink; `then` hears of it
    HOLD = "hold"  # the phone, by re-INVITE
    SESSION = "session refresh"  # a re-INVITE that changes nothing (RFC 4028)
    THEN = "then"  # what was waiting for the jobs before


@dataclass(frozen=True, slots=True)
class Job:
    """`source` and `sink` are those of a LINK."""

    kind: JobKind
    phone: Phone | None = None
    sdp: str = ""
    source: Source | None = None
    sink: Side | None = None
    then: Then | None = None

    def concerns(self, phone: Phone) -> bool:
        return phone in (self.phone, self.sink) or (self.source is not None and self.source.session == phone.session)


@dataclass(frozen=True, slots=True)
class Route:
    """How a number is reached. `target` becomes the Request-URI."""

    flow: Flow
    target: str
    to_uri: str
    is_dn: bool
    headers: tuple[Header, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)


class Server(Protocol):
    """What a call needs of the SIP Server it is in."""

    settings: SipServerSettings
    routing: Routing

    def adopt(self, call: Call, side: Side) -> None:
        """Events of this side's session concern this call."""

    def drop(self, side: Side) -> None: ...

    def finish(self, call: Call, now: float) -> None: ...

    def new_session(self) -> str: ...

    def sdp_id(self, now: float) -> int: ...

    def epoch(self, now: float) -> float: ...

    def address_of(self, number: str) -> str:
        """The URI that stands for this number in From."""

    def contact_of(self, number: str) -> str: ...

    def route(self, number: str, caller: str, asserted: str) -> Route | None:
        """None: the number cannot be reached now."""

    def classify(self, number: str) -> tuple[Event, object]:
        """What this number is: the event that the call gets, and its argument."""

    def no_answer(self, dn: str, action: str, now: float) -> Outputs: ...

    def call_ended(self, call: Call, dn: str, was_established: bool, now: float) -> Outputs: ...

    def consult(self, dn: str, number: str, user_data: UserData) -> BasicCall:
        """A new call for a consultation of this DN."""

    def established(self, call: Call, now: float) -> Outputs:
        """The call has come about: what its DNs' options and supervisors want."""

    def expect_referred(self, call: Call, dn: str, number: str) -> None:
        """This DN was told to call this number: its INVITE belongs to this call."""

    def forget_referred(self, call: Call) -> None: ...


class Addition(Protocol):
    """A phone that is being called to join."""

    phone: Phone

    def rings(self, now: float) -> Outputs: ...

    def answered(self, sdp: str, now: float) -> Outputs: ...

    def over(self, status: int, now: float) -> Outputs:
        """It refused, was dropped, or hung up."""


Cells = dict[tuple[State, Event], Cell[State, Any]]

STATES: dict[CallEventName, CallState] = {
    CallEventName.RINGING: CallState.RINGING,
    CallEventName.DIALING: CallState.DIALING,
    CallEventName.ESTABLISHED: CallState.ESTABLISHED,
    CallEventName.HELD: CallState.HELD,
    CallEventName.RETRIEVED: CallState.ESTABLISHED,
    CallEventName.RELEASED: CallState.RELEASED,
    CallEventName.ABANDONED: CallState.RINGING,
}
