"""One call of SIP Server: what it is made of, and how each DN in it sees it.

A call has an origin (who called) and a destination (who is called: a phone or the media server's echo). In a 3rd-party
MakeCall the origin is the agent, although its phone gets an INVITE too. `others` came later: parties of a conference,
supervisors; whoever is being called to join is in `additions`. While a call is mixed each phone talks to its own leg
at the media server. `BasicCall` in `flow` adds what happens.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cordboard.genesys import dialect
from cordboard.lab.contact_center.words import Terms, Treat
from cordboard.lab.media_server_port import Service
from cordboard.lab.sip_server.calls.leg import MediaSession, Output, Outputs, Phase, Phone, SdpOrigin
from cordboard.lab.sip_server.calls.mix import Gathering, Mix
from cordboard.lab.sip_server.calls.negotiation import Negotiation, Then
from cordboard.lab.sip_server.calls.vocabulary import LAB_RECORDING, STATES, Addition, Event, Job, Server, State
from cordboard.lab.telephony import (
    CallEvent,
    CallEventName,
    CallState,
    CallType,
    CallView,
    Error,
    SingleStepTransfer,
    UserData,
)
from cordboard.sip.machine import StateMachine

if TYPE_CHECKING:
    from cordboard.lab.sip_server.calls.flow.basic import BasicCall


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
        self.from_outside = False  # from a number that is no one's here
        self.to_outside = False  # to such a number
        self.routed = False  # the router decides where it goes
        self.offered_to = ""  # the number that was called last
        self.terms = Terms()  # under which it was
        self.treatment: Treat | None = None  # what the caller hears at the routing point
        self.queue = ""
        self.origin: Phone | None = None
        self.destination: Phone | MediaSession | None = None
        self.music: dict[str, MediaSession] = {}  # by the session of the phone that hears it
        self.jobs: deque[Job] = deque()
        self.negotiation: Negotiation | None = None
        self.requests: dict[str, tuple[Phone, str]] = {}  # key of a request in dialog -> phone, what for
        self.digits: deque[str] = deque()
        self.others: list[Phone] = []
        self.additions: dict[str, Addition] = {}  # by session
        self.mix: Mix | None = None
        self.parent: BasicCall | None = None
        self.consult: BasicCall | None = None
        self.is_consult = False
        self.joining: Phone | None = None  # comes from the consult call by a transfer that is being completed
        self.rearranged = False  # whom the parties talk to is no longer said by ani and dnis
        self.previous_connection_id = ""
        self.when_held: tuple[Phone, Then] | None = None  # what waits for this phone's hold
        self.gatherings: list[Gathering] = []
        self.referral: tuple[Phone, SingleStepTransfer] | None = None  # the other party was told to call the target
        self.awaits_following = False  # it is over, and the phone that was told to call has not called yet
        self.following: BasicCall | None = None  # the call that takes this one over, by REFER
        self.previous: BasicCall | None = None  # the call that this one takes over

    # --- sides ---

    @property
    def caller(self) -> Phone:
        assert self.origin is not None
        return self.origin

    @property
    def callee(self) -> Phone:
        assert isinstance(self.destination, Phone)
        return self.destination

    def parties(self) -> list[Phone]:
        """The phones that are in the call, whoever is being called apart from origin and destination left out."""
        return [side for side in (self.origin, self.destination, *self.others) if isinstance(side, Phone)]

    def phones(self) -> list[Phone]:
        return [*self.parties(), *(addition.phone for addition in self.additions.values())]

    def talkers(self) -> list[Phone]:
        """The parties without supervisors."""
        return [phone for phone in self.parties() if phone.monitor is None]

    @property
    def has_two(self) -> bool:
        """Two phones talk at least: nobody is alone with the echo."""
        return len(self.talkers()) >= 2

    def supervisors(self) -> list[Phone]:
        return [phone for phone in self.others if phone.monitor is not None]

    def phone_of(self, dn: str) -> Phone | None:
        return next((phone for phone in self.phones() if phone.is_dn and phone.number == dn), None)

    def other(self, phone: Phone) -> Phone | MediaSession | None:
        """Whom this phone talks to: its leg in the mix, or the one other party."""
        if self.mix is not None and phone.session in self.mix.legs:
            return self.mix.legs[phone.session]
        if phone in self.others or phone.session in self.additions:
            return None
        return self.destination if phone is self.origin else self.origin

    def remove(self, phone: Phone) -> None:
        """Take this phone out of its place; a party that came later moves up."""
        if phone in self.others:
            self.others.remove(phone)
            return
        successor = next((each for each in self.others if each.monitor is None), None)
        if successor is not None:
            self.others.remove(successor)
        self.replace(phone, successor)

    def replace(self, phone: Phone, successor: Phone | None) -> None:
        if phone is self.origin:
            self.origin = successor
        elif phone is self.destination:
            self.destination = successor

    def new_phone(
        self,
        session: str,
        number: str,
        is_dn: bool,
        far_number: str,
        phase: Phase,
        now: float,
        options: Mapping[str, str] | None = None,
    ) -> Phone:
        """A side of this call at `number`, which talks to `far_number`."""
        contact = self.server.contact_of(far_number)
        host = self.server.settings.address[0]
        origin = SdpOrigin(self.server.sdp_id(now))
        phone = Phone(session, number, is_dn, phase, self.uuid, contact, host, origin, options or {})
        self.server.adopt(self, phone)
        return phone

    def new_media(self, service: Service, conference: str = "") -> MediaSession:
        media = MediaSession(self.server.new_session(), service, conference=conference)
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
            call_type=self.type_of_call,
            dn=phone.number,
            ani=self.ani,
            dnis=self.dnis,
            participants=self._participants(phone),
            user_data=dict(self.user_data),
            established=phone.established,
            begun=phone.begun,
            parent_call=self.parent.uuid if self.parent is not None and phone is self.origin else "",
            consult_call=self.consult.uuid if self.consult is not None and self._consults(phone) else "",
            recording=self.recording_of(phone),
            previous_connection_id=self.previous_connection_id,
            supervised=next((str(each.monitor.mode) for each in self.supervisors() if each.monitor), ""),
            is_supervisor=phone.monitor is not None,
            queue=self.queue,
        )

    def _participants(self, phone: Phone) -> tuple[str, ...]:
        if not self.rearranged and phone not in self.others:
            return (self.dnis if phone is self.origin else self.ani,)
        return tuple(each.number for each in self.talkers() if each is not phone)

    def _consults(self, phone: Phone) -> bool:
        consult = self.consult
        return consult is not None and consult.origin is not None and consult.origin.number == phone.number

    def recording_of(self, phone: Phone) -> str:
        """ "Stopped", "Recording", "Paused"; empty where calls of this DN cannot be recorded."""
        state = self.mix.recording if self.mix is not None else ""
        return state or ("Stopped" if phone.has(dialect.RECORD) or phone.has(LAB_RECORDING) else "")

    @property
    def is_business(self) -> bool:
        return self.server.routing.is_business(self.type_of_call)

    @property
    def type_of_call(self) -> CallType:
        if self.is_consult:
            return CallType.CONSULT
        if self.from_outside:
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
        phone.begun = self.server.epoch(now) if phone.begun is None else phone.begun
        if name is CallEventName.ESTABLISHED:
            phone.established = self.server.epoch(now)
        if name is CallEventName.RELEASED:
            extensions = {"BusinessCall": int(self.is_business), **(extensions or {})}
        return [CallEvent(name, self.view(phone), extensions or {}, phone.references.pop(name, 0))]

    def report_dialing(self, now: float) -> Outputs:
        """Once per call."""
        return self.report(CallEventName.DIALING, self.caller, now) if self.caller.state is None else []

    def fail(self, phone: Phone, name: CallEventName, code: int, message: str) -> Outputs:
        """The request that was to lead to event `name` has failed; nothing if there was none."""
        reference = phone.references.pop(name, None)
        return [] if reference is None else [Error(phone.number, reference, code, message)]
