"""The two kinds of side that a call has: a phone reached by SIP, and a session at the media server.

Both take offers and answers, so that a flow need not know which kind it talks to. `description` is what the side
itself last offered or answered. What goes to a phone gets SIP Server's `o=` line with a version that rises every
time; X-Genesys-CallUUID is in INVITE, the ACK of a 2xx, NOTIFY, BYE and the first 18x, not in CANCEL (reference: SIP
Server sections 1.5, 3.1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from cordboard.genesys.dialect import CALL_UUID, SIP_HOLD_RFC3264
from cordboard.lab.contact_center.strategy import Sound
from cordboard.lab.media_server_port import (
    CloseMedia,
    MediaRequest,
    OpenMedia,
    PlayMedia,
    PointMedia,
    Service,
    SetAudience,
)
from cordboard.lab.sip_server.calls.session_description import hold_offer, with_origin
from cordboard.lab.telephony import CallEvent, CallEventName, CallState, DnEvent, Error, MonitorMode, MonitorScope
from cordboard.sip.events import (
    Accept,
    Acknowledge,
    Flow,
    Hangup,
    Header,
    Input,
    Invite,
    Reinvite,
    Reject,
    Ring,
    SendInDialog,
)
from cordboard.sip.message import reason_phrase

SESSION_TIMER: tuple[Header, ...] = (("Session-Expires", "1800;refresher=uac"), ("Min-SE", "90"))
FULL_SUPPORT: Header = ("Supported", "uui,100rel,timer")
TIMER_SUPPORT: Header = ("Supported", "timer")
NOT_NOW = 491
PROGRESS = 183
REINVITE_ALLOW: Header = ("Allow", "INVITE, ACK, PRACK, CANCEL, BYE, REFER, INFO, MESSAGE, NOTIFY, OPTIONS")


@dataclass(frozen=True, slots=True)
class Broken:
    """A call had to be ended because something in it went wrong; for the log."""

    call_uuid: str
    error: Exception


@dataclass(frozen=True, slots=True)
class Noted:
    """Something in a call went another way than was asked for, and the call goes on; for the log."""

    call_uuid: str
    what: str


Output = Input | MediaRequest | CallEvent | DnEvent | Error | Broken | Noted
Outputs = list[Output]


class Phase(StrEnum):
    """How far a phone's INVITE has come."""

    INCOMING = "incoming"  # it called us and has no final answer
    ACCEPTED = "accepted"  # it has our 200 and owes the ACK
    OUTGOING = "outgoing"  # we called it
    RINGING = "ringing"
    UNACKNOWLEDGED = "unacknowledged"  # it answered our offerless INVITE and waits for the ACK
    CONNECTED = "connected"
    LENT = "lent"  # its dialog serves the other call of this DN now
    ENDED = "ended"


class Side(Protocol):
    """What offer/answer needs of either kind."""

    session: str
    description: str
    told: str

    @property
    def settled(self) -> bool:
        """No INVITE of its setup or of ours is open, so that an offer may be made."""

    def offer(self, sdp: str) -> Outputs: ...


@dataclass(slots=True, eq=False)
class MediaSession:
    """A session at the media server."""

    session: str
    service: Service
    description: str = ""
    conference: str = ""
    told: str = ""
    sound: Sound | None = None

    @property
    def settled(self) -> bool:
        return True

    def offer(self, sdp: str) -> Outputs:
        return [OpenMedia(self.session, self.service, sdp, self.conference, self.sound)]

    def play(self, sound: Sound) -> Outputs:
        """From now on."""
        self.sound = sound
        return [PlayMedia(self.session, sound)]

    def point(self, sdp: str) -> Outputs:
        return [PointMedia(self.session, sdp)]

    def let_hear(self, sessions: tuple[str, ...] | None) -> Outputs:
        """Who hears it in its conference; None: everybody else."""
        return [SetAudience(self.session, sessions)]

    def close(self) -> Outputs:
        return [CloseMedia(self.session)]


@dataclass(slots=True)
class SdpOrigin:
    """The `o=` line of what one dialog gets."""

    id: int
    version: int = 0


@dataclass(frozen=True, slots=True)
class DialogId:
    """What a Replaces header names (RFC 3891); the tags as SIP Server has them."""

    call_id: str
    local_tag: str
    remote_tag: str


@dataclass(slots=True)
class Monitor:
    """How a supervisor is in a call: `target` is the DN that is supervised."""

    target: str
    mode: MonitorMode
    scope: MonitorScope


@dataclass(slots=True, eq=False)
class Phone:
    """One phone in a call: a DN's or an outside party's. `state` is what CTI was last told, None before the first
    event; `told` is the description it got last; `options` are the DN's, or the trunk's."""

    session: str
    number: str
    is_dn: bool
    phase: Phase
    call_uuid: str
    contact: str
    host: str
    sdp: SdpOrigin
    options: Mapping[str, str] = field(default_factory=dict)
    description: str = ""
    told: str = ""
    asked: bool = False  # an offerless INVITE of ours is open: its 2xx needs an ACK with a description
    offering: bool = False  # a re-INVITE of ours has no final response; the core may have put it off (491)
    waiting: str | None = None  # the description in a re-INVITE of its own that has no final response
    on_hold: bool = False
    held_by_server: bool = False  # held by re-INVITE, not by its own doing
    rung: bool = False
    previewed: str = ""  # the description that a 183 of ours had: its 200 repeats it
    was_called: bool = False  # by SIP Server
    reliable: bool = False  # it called, and knows 100rel
    dialog: DialogId | None = None
    refresh_at: float | None = None  # when SIP Server refreshes this session
    twin: Phone | None = None  # the same dialog's phone in the other call of this DN
    monitor: Monitor | None = None  # it is in the call as a supervisor
    state: CallState | None = None
    begun: float | None = None  # its first event, as the Unix epoch has it; so has `established`
    established: float | None = None
    references: dict[CallEventName, int] = field(default_factory=dict)

    @property
    def settled(self) -> bool:
        return self.phase is Phase.CONNECTED and not self.offering

    def has(self, option: str) -> bool:
        """Whether an option of its DN is "true"."""
        return self.options.get(option, "").lower() == "true"

    def listed(self, option: str) -> list[str]:
        """An option of its DN that is a list."""
        return [word.strip() for word in self.options.get(option, "").split(",") if word.strip()]

    @property
    def uuid_header(self) -> Header:
        return (CALL_UUID, self.call_uuid)

    def signed(self, sdp: str) -> str:
        """The description as it goes to this phone; an empty one stays empty."""
        if not sdp:
            return ""
        self.told = sdp
        self.sdp.version += 1
        return with_origin(sdp, self.sdp.id, self.sdp.version, self.host)

    def hold_offer(self) -> str:
        """What holds this phone: what it knows of its far side, at rest (reference: SIP Server 2.4)."""
        return hold_offer(self.told, self.sdp.id, self.has(SIP_HOLD_RFC3264))

    def invite(
        self, flow: Flow, target: str, from_uri: str, to_uri: str, sdp: str, headers: tuple[Header, ...]
    ) -> Outputs:
        self.phase, self.asked, self.was_called = Phase.OUTGOING, not sdp, True
        fields = (self.uuid_header, *SESSION_TIMER, *headers)
        return [Invite(self.session, flow, target, from_uri, to_uri, self.contact, self.signed(sdp), fields)]

    def ring(self, status: int = 180, sdp: str = "") -> Outputs:
        """Pass a provisional response on to a calling phone."""
        headers = () if self.rung else (self.uuid_header,)
        self.rung = True
        return [Ring(self.session, self.contact, status, self.signed(sdp), headers, self.reliable)]

    def preview(self, sdp: str) -> Outputs:
        """183 with a description."""
        outputs = self.ring(PROGRESS, sdp)
        self.previewed = with_origin(sdp, self.sdp.id, self.sdp.version, self.host)
        return outputs

    def answer_setup(self, sdp: str) -> Outputs:
        """End the setup of this phone's side: 200 to its INVITE, or the ACK that it waits for."""
        if self.phase is Phase.UNACKNOWLEDGED:
            self.phase, self.asked = Phase.CONNECTED, False
            return [Acknowledge(self.session, self.signed(sdp), (self.uuid_header,))]
        first = [] if self.rung else self.ring()
        self.phase = Phase.ACCEPTED
        return [*first, Accept(self.session, self.contact, self.previewed or self.signed(sdp))]

    def offer(self, sdp: str) -> Outputs:
        """Re-INVITE; without `sdp` the phone makes the offer. One of its own that waits gives way: two calls of one
        phone, or two phones of one call, would wait for each other (RFC 3261 section 14.1)."""
        crossed = self.refuse(NOT_NOW) if self.waiting is not None else []
        self.asked, self.offering = not sdp, True
        headers = (REINVITE_ALLOW, self.uuid_header, *SESSION_TIMER, TIMER_SUPPORT)
        return [*crossed, Reinvite(self.session, self.signed(sdp), headers)]

    def acknowledge(self, sdp: str) -> Outputs:
        """The ACK of an offerless re-INVITE."""
        self.asked = False
        return [Acknowledge(self.session, self.signed(sdp), (self.uuid_header,))]

    def accept(self, sdp: str) -> Outputs:
        """200 to the phone's re-INVITE."""
        self.waiting = None
        return [Accept(self.session, self.contact, self.signed(sdp))]

    def refuse(self, status: int) -> Outputs:
        """Refuse the phone's re-INVITE."""
        self.waiting = None
        return [Reject(self.session, status)]

    def notify(self, key: str, event: str) -> Outputs:
        """Ask the phone to act: `talk` or `hold`. Nobody subscribed; that is SIP Server's way."""
        headers = (
            ("Event", event),
            ("Subscription-State", "active"),
            self.uuid_header,
        )
        return [SendInDialog(self.session, key, "NOTIFY", headers)]

    def hang_up(self, status: int = 480, cause: int = 0, last_answer: str | None = None) -> Outputs:
        """End this side whatever its phase; `cause` is the SIP status of the far side that led to it.

        A phone that waits for its ACK gets one first: with `last_answer` as it is, or else its own description looped.
        """
        if self.phase in (Phase.ENDED, Phase.LENT):
            return []
        waiting = self.phase is Phase.UNACKNOWLEDGED
        phase, self.phase = self.phase, Phase.ENDED
        if phase in (Phase.OUTGOING, Phase.RINGING, Phase.INCOMING):
            return [Hangup(self.session, status)]
        reason = (("Reason", f'SIP;cause={cause};text="{reason_phrase(cause)}"'),) if cause else ()
        goodbye = Hangup(self.session, status, (*reason, self.uuid_header))
        if not waiting:
            return [goodbye]
        answer = self.description if last_answer is None else last_answer
        return [Acknowledge(self.session, answer, (self.uuid_header,)), goodbye]
