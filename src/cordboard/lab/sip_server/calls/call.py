"""One call of SIP Server: what it is made of, and how each DN in it sees it.

A call has an origin (who called) and a destination (who is called: a phone or the media server's echo). In a 3rd-party
MakeCall the origin is the agent, although its phone gets an INVITE too. `BasicCall` in `flow` adds what happens.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from cordboard.lab.media_server_port import Service
from cordboard.lab.sip_server.calls.leg import MediaSession, Output, Outputs, Phase, Phone, Side
from cordboard.lab.sip_server.calls.negotiation import Negotiation
from cordboard.lab.sip_server.settings import SipServerSettings
from cordboard.lab.telephony import CallEvent, CallEventName, CallState, CallType, CallView, Error, UserData
from cordboard.sip.events import Flow, Header
from cordboard.sip.machine import StateMachine


class State(StrEnum):
    NEW = "new"
    CALLING_AGENT = "calling the agent"  # the first leg of a 3rd-party MakeCall
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
    GUARD = "MakeCall guard"
    REFRESH = "time for a fresh offer"


class JobKind(StrEnum):
    """What the media of an established call can be made to do; done one after the other."""

    CONNECT = "connect"  # the origin, which hears music, to the answer of the destination
    REFRESH = "refresh"  # ask the destination for a fresh offer
    REINVITED = "re-INVITEd"  # a phone made an offer: hold, retrieve, or a change
    MUSIC = "music"  # to the phone whose far side holds


@dataclass(frozen=True, slots=True)
class Job:
    kind: JobKind
    phone: Phone
    sdp: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """How a number is reached. `target` becomes the Request-URI."""

    flow: Flow
    target: str
    to_uri: str
    is_dn: bool
    headers: tuple[Header, ...] = ()


class Server(Protocol):
    """What a call needs of the SIP Server it is in."""

    settings: SipServerSettings

    def adopt(self, call: Call, side: Side) -> None:
        """Events of this side's session concern this call."""

    def drop(self, side: Side) -> None: ...

    def finish(self, call: Call) -> None: ...

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

    def enqueue(self, call: Call, now: float) -> None: ...

    def take_back(self, call: Call, dn: str, now: float) -> None: ...

    def no_answer(self, dn: str, now: float) -> Outputs: ...

    def call_ended(self, dn: str, was_established: bool, now: float) -> Outputs: ...


class Call(StateMachine[State, Event, Output]):
    """The data of a call; see `BasicCall` for its table."""

    def __init__(
        self, server: Server, call_uuid: str, connection_id: str, ani: str, dnis: str, user_data: UserData
    ) -> None:
        super().__init__(State.NEW)
        self.server = server
        self.uuid = call_uuid
        self.connection_id = connection_id
        self.ani = ani
        self.dnis = dnis
        self.user_data = user_data
        self.asserted = ""  # the P-Asserted-Identity that came with the call
        self.to_outside = False  # to a number that is no one's here
        self.routed = False  # came through the routing point
        self.origin: Phone | None = None
        self.destination: Phone | MediaSession | None = None
        self.music: dict[str, MediaSession] = {}  # by the session of the phone that hears it
        self.jobs: deque[Job] = deque()
        self.negotiation: Negotiation | None = None
        self.requests: dict[str, tuple[Phone, str]] = {}  # key of a request in dialog -> phone, what for
        self.digits: deque[str] = deque()

    # --- sides ---

    def phones(self) -> list[Phone]:
        return [side for side in (self.origin, self.destination) if isinstance(side, Phone)]

    def phone_of(self, dn: str) -> Phone | None:
        return next((phone for phone in self.phones() if phone.is_dn and phone.number == dn), None)

    def other(self, phone: Phone) -> Phone | MediaSession | None:
        return self.destination if phone is self.origin else self.origin

    def new_phone(self, session: str, number: str, is_dn: bool, far_number: str, phase: Phase, now: float) -> Phone:
        """A side of this call at `number`, which talks to `far_number`."""
        contact = self.server.contact_of(far_number)
        host = self.server.settings.address[0]
        phone = Phone(session, number, is_dn, phase, self.uuid, contact, host, self.server.sdp_id(now))
        self.server.adopt(self, phone)
        return phone

    def new_media(self, service: Service) -> MediaSession:
        media = MediaSession(self.server.new_session(), service)
        self.server.adopt(self, media)
        return media

    def close_music(self, phone: Phone) -> Outputs:
        """Stop what this phone hears from the media server; none is no error."""
        media = self.music.pop(phone.session, None)
        if media is None:
            return []
        self.server.drop(media)
        return media.close()

    def key(self, phone: Phone, purpose: str) -> str:
        """A key for a request in this phone's dialog."""
        key = f"{purpose}-{self.server.new_session()}"
        self.requests[key] = (phone, purpose)
        return key

    # --- what CTI sees ---

    def view(self, phone: Phone) -> CallView:
        """The call as this DN sees it."""
        return CallView(
            call_uuid=self.uuid,
            connection_id=self.connection_id,
            state=phone.state or CallState.RELEASED,
            call_type=self._type(phone),
            dn=phone.number,
            ani=self.ani,
            dnis=self.dnis,
            participants=(self.dnis if phone is self.origin else self.ani,),
            user_data=dict(self.user_data),
            established=phone.established,
        )

    def _type(self, phone: Phone) -> CallType:
        if self.origin is not None and not self.origin.is_dn:
            return CallType.INBOUND
        return CallType.OUTBOUND if self.to_outside else CallType.INTERNAL

    def report(
        self,
        name: CallEventName,
        phone: Phone | MediaSession | None,
        now: float,
        extensions: dict[str, Any] | None = None,
    ) -> Outputs:
        """The event for this phone, if it is a DN's, with the reference of the request that led to it."""
        if not isinstance(phone, Phone) or not phone.is_dn:
            return []
        phone.state = STATES.get(name, phone.state)
        if name is CallEventName.ESTABLISHED:
            phone.established = self.server.epoch(now)
        return [CallEvent(name, self.view(phone), extensions or {}, phone.references.pop(name, 0))]

    def fail(self, phone: Phone, name: CallEventName, code: int, message: str) -> Outputs:
        """The request that was to lead to event `name` has failed; nothing if there was none."""
        reference = phone.references.pop(name, None)
        return [] if reference is None else [Error(phone.number, reference, code, message)]


STATES: dict[CallEventName, CallState] = {
    CallEventName.RINGING: CallState.RINGING,
    CallEventName.DIALING: CallState.DIALING,
    CallEventName.ESTABLISHED: CallState.ESTABLISHED,
    CallEventName.HELD: CallState.HELD,
    CallEventName.RETRIEVED: CallState.ESTABLISHED,
    CallEventName.RELEASED: CallState.RELEASED,
    CallEventName.ABANDONED: CallState.RINGING,
}

Handler = Callable[[Call, Job, float], Outputs]
