"""One session: an INVITE usage as a machine (RFC 3261 sections 9, 12 to 15; RFC 3264; RFC 6337).

Theory of operation. The core gives a session its user's commands and whatever the transactions bring for it; the
session gives back effects. `handle` translates each input into one event of `table` and runs the cell. Things the
table need not know are kept beside it:

* the dialog, and while our INVITE rings, one early dialog per fork; the latest is where our requests go;
* one INVITE in progress, ours or theirs, never both: theirs meets 491 or 500, ours waits in `queued` (section 14.1);
* each 2xx of ours that waits for its ACK (`acceptance`); a re-INVITE may overtake the ACK, so there can be several;
* each ACK of ours, to be sent again when the 2xx comes again; for that alone a session outlives its end in the
  transaction of its INVITE, for 64*T1.

Offer and answer. An INVITE with SDP offers: its 2xx answers and is acknowledged at once. Without SDP the 2xx offers:
the session waits in Unacknowledged for the user's answer, which goes into the ACK. Until an offer is answered a
second one, in a re-INVITE or an UPDATE, is refused with 491, or with 500 where it is theirs that is open (RFC 3311
section 5.2). SDP in a provisional response is a preview and counts as nothing, unless the response is reliable (RFC
3262): then it is the answer, or the offer of an offerless INVITE, whose answer goes into the PRACK.
"""

from __future__ import annotations

from cordboard.sip import events
from cordboard.sip.dialog import TARGET_REFRESH, Dialog, cseq_of, uri_of
from cordboard.sip.events import Flow, Header, Tick
from cordboard.sip.machine import StateMachine
from cordboard.sip.message import Request
from cordboard.sip.session.acceptance import Acceptance
from cordboard.sip.session.actions.refresh import timer_headers
from cordboard.sip.session.authentication import Authentication
from cordboard.sip.session.effects import (
    AnswerAgain,
    Effect,
    Effects,
    InviteSent,
    MoveTransactions,
    Purpose,
    SendAck,
    Start,
)
from cordboard.sip.session.inputs import COMMANDS, AckCame, Asked, CancelCame, Heard, SessionInput, Terms
from cordboard.sip.session.invites import OurInvite, TheirInvite
from cordboard.sip.session.reliable import Progress, Reliable
from cordboard.sip.session.requests import ack_came, asked
from cordboard.sip.session.responses import heard
from cordboard.sip.session.states import OVER, Event, State
from cordboard.sip.session.table import TABLE
from cordboard.sip.session.timer import Agreement
from cordboard.sip.style import with_defaults


class Session(StateMachine[State, Event, Effect]):
    """One session; made by `calling` or `called`."""

    TABLE = TABLE

    __slots__ = (
        "acceptances",
        "acks",
        "agreed",
        "answered",
        "authentication",
        "contact",
        "dialog",
        "early",
        "first_invite",
        "flow",
        "glares",
        "hangup_headers",
        "key",
        "last_reinvite",
        "name",
        "our_invite",
        "peer_updates",
        "progress",
        "queued",
        "reliable",
        "ringing",
        "shortest_interval",
        "terms",
        "their_invite",
    )

    def __init__(self, state: State, name: str, key: tuple[str, str], flow: Flow, contact: str, terms: Terms) -> None:
        super().__init__(state)
        self.name = name
        self.key = key  # Call-ID and our tag
        self.flow = flow
        self.contact = contact
        self.terms = terms
        self.dialog: Dialog | None = None
        self.early: dict[str, Dialog] = {}
        self.our_invite: OurInvite | None = None
        self.first_invite: Request | None = None  # for forks
        self.their_invite: TheirInvite | None = None
        self.ringing = False  # whether the peer knows our tag
        self.reliable: Reliable | None = None  # our reliable responses to their INVITE
        self.progress: dict[tuple[str, int], Progress] = {}  # theirs to ours, by tag and CSeq number
        self.agreed: Agreement | None = None  # how the session is kept alive
        self.shortest_interval = 0  # the Min-SE of a 422
        self.peer_updates = False  # whether the peer allows UPDATE
        self.authentication: Authentication | None = None
        self.acceptances: list[Acceptance] = []
        self.acks: dict[tuple[str, int], SendAck] = {}
        self.answered: int | None = None  # number of our INVITE whose 2xx came last
        self.queued: events.Reinvite | None = None
        self.last_reinvite: events.Reinvite | None = None
        self.glares = 0
        self.hangup_headers: tuple[Header, ...] = ()

    @classmethod
    def calling(cls, command: events.Invite, local_tag: str, call_id: str, terms: Terms) -> tuple[Session, Start]:
        """A session that begins with our INVITE."""
        session = cls(State.CALLING, command.session, (call_id, local_tag), command.flow, command.contact, terms)
        dialog = Dialog(
            call_id, f"{command.from_uri};tag={local_tag}", local_tag, command.to_uri, "", command.target, owner=True
        )
        headers = session.request_headers("INVITE", command.headers, "application/sdp" if command.sdp else "")
        request = dialog.request("INVITE", headers, command.sdp.encode())
        session.begin_invite(request, initial=True, headers=command.headers)
        session.first_invite = request
        return session, Start(InviteSent(1), command.flow, request)

    @classmethod
    def called(cls, name: str, flow: Flow, transaction: str, request: Request, local_tag: str, terms: Terms) -> Session:
        """A session that begins with their INVITE; raises RemoteProtocolError where its routing is malformed."""
        session = cls(State.INVITED, name, (request.headers.get("Call-ID", ""), local_tag), flow, "", terms)
        session.dialog = Dialog.from_request(request, local_tag)
        session.take_invite(transaction, request, initial=True)
        return session

    @property
    def deadline(self) -> float | None:
        times = [acceptance.deadline for acceptance in self.acceptances]
        others = super().deadline, self.reliable.deadline if self.reliable else None
        times += [time for time in others if time is not None]
        return min(times) if times else None

    @property
    def over(self) -> bool:
        """Whether the user has been told, or has said, that the session is over."""
        return self.state in OVER

    @property
    def peer_knows_dialog(self) -> bool:
        """Whether the peer can match a request of ours to the dialog."""
        return self.state is not State.INVITED or self.ringing

    def handle(self, input: SessionInput, now: float) -> Effects:
        """Take one input; the effects are to be carried out in their order."""
        effects = self._take(input, now)
        if self.state is State.INVITED and self.reliable and self.reliable.accept and not self.reliable.describes:
            effects += self.step(Event.ACCEPT, self.reliable.accept, now)
        if self.state is State.CONFIRMED and self.queued:
            effects += self.step(Event.QUEUED, None, now)
        if self.state in (State.ENDING, State.ENDED):
            self.acceptances.clear()
            self.disarm_all()
            self.queued = self.reliable = None
        return effects

    def _take(self, input: SessionInput, now: float) -> Effects:
        match input:
            case Tick():
                return self._time(now)
            case Heard():
                return heard(self, input, now)
            case Asked():
                return asked(self, input, now)
            case AckCame():
                return ack_came(self, input.request, now)
            case CancelCame():
                return self.step(Event.CANCEL, input.request, now)
            case events.MoveSession():
                self.flow = input.flow
                ringing = self.reliable.waiting if self.reliable and self.their_invite else None
                again: Effects = [AnswerAgain(each.transaction) for each in self.acceptances]
                return [MoveTransactions(input.flow), *again, *([ringing] if ringing else [])]
            case events.Accept() if self.state is State.INVITED and self.reliable and self.reliable.describes:
                return self.step(Event.ACCEPT_EARLY, input, now)
        return self.step(COMMANDS[type(input)], input, now)

    def _time(self, now: float) -> Effects:
        effects: Effects = self.tick(now)
        for acceptance in list(self.acceptances):
            if acceptance.expires <= now:
                self.acceptances.remove(acceptance)
                effects += self.step(Event.NO_ACK, None, now)
            elif acceptance.repeat(now, self.terms.timers):
                effects.append(AnswerAgain(acceptance.transaction))
        if self.reliable is not None:
            effects += self._time_of_reliable(self.reliable, now)
        return effects

    def _time_of_reliable(self, reliable: Reliable, now: float) -> Effects:
        if reliable.expired(now):
            reliable.stop()
            return self.step(Event.NO_PRACK, None, now)
        again = reliable.repetition(now)
        return [again] if again else []

    # --- what actions use ---

    def dialog_with(self, remote_tag: str) -> Dialog | None:
        """The dialog with the peer of that tag."""
        if remote_tag in self.early:
            return self.early[remote_tag]
        return self.dialog if self.dialog is not None and self.dialog.remote_tag == remote_tag else None

    def way(self, dialog: Dialog) -> Flow:
        """The flow on which requests of that dialog go."""
        return self.terms.next_hop(self.flow, dialog.next_hop)

    def flow_of(self, dialog: Dialog | None) -> Flow:
        """The same, and that of our initial INVITE, which goes where its user said."""
        return self.way(dialog) if dialog is not None else self.flow

    def start(self, purpose: Purpose, dialog: Dialog | None, request: Request, repeated: int = 0) -> Start:
        """Send a request of ours, with credentials if this session was challenged before."""
        flow = self.flow_of(dialog)
        if self.authentication is not None:
            own = uri_of(request.headers.get("From", ""))
            self.authentication.add_to(request, self.terms.credentials(flow, own))
        return Start(purpose, flow, request, repeated)

    @property
    def repeats(self) -> bool:
        """Whether responses to INVITE are repeated; a WebSocket ends at the peer itself (RFC 7118)."""
        return self.flow.transport not in ("WS", "WSS")

    @property
    def our_offer_is_unacknowledged(self) -> bool:
        """Whether an offer in a 2xx of ours has no answer yet."""
        return any(acceptance.offered for acceptance in self.acceptances)

    @property
    def settled_by_prack(self) -> bool:
        """Whether offer and answer of their INVITE are through before its 2xx."""
        return (
            self.reliable is not None
            and self.reliable.settled
            and bool(self.their_invite and self.their_invite.initial)
        )

    @property
    def offer_is_open(self) -> bool:
        """Whether an offer, ours or theirs, has no answer yet."""
        theirs = self.their_invite is not None and not self.settled_by_prack
        progress = self.progress_of(self.our_invite.cseq) if self.our_invite else None
        ours = self.our_invite is not None and not (progress and progress.settled)
        return ours or theirs or self.our_offer_is_unacknowledged

    def progress_of(self, cseq: int) -> Progress | None:
        """What the peer of the dialog said reliably to our INVITE of that number."""
        return self.progress.get((self.dialog.remote_tag, cseq)) if self.dialog is not None else None

    def begin_invite(self, request: Request, initial: bool, headers: tuple[Header, ...]) -> None:
        """Note that our INVITE is in progress."""
        self.our_invite = OurInvite(request, cseq_of(request).number, initial, not request.body, headers)

    def take_invite(self, transaction: str, request: Request, initial: bool) -> None:
        """Note that their INVITE is in progress."""
        self.their_invite = TheirInvite(transaction, request, initial)

    def take_acceptance(self, cseq: int) -> Acceptance | None:
        """The 2xx with that number, which needs no repetition any more."""
        for acceptance in self.acceptances:
            if acceptance.cseq == cseq:
                self.acceptances.remove(acceptance)
                return acceptance
        return None

    def request_headers(self, method: str, headers: tuple[Header, ...], content_type: str = "") -> list[Header]:
        """The user's headers with the usual ones around them, for any request but ACK."""
        refreshes = method == "INVITE" or (method == "UPDATE" and self.dialog is not None and self.dialog.confirmed)
        return with_defaults(
            headers,
            ("Contact", self.contact if method in TARGET_REFRESH else ""),
            ("Allow", self.terms.allow if method == "INVITE" else ""),
            ("Supported", self.terms.supported if refreshes else ""),
            *(timer_headers(self) if refreshes else ()),
            ("Max-Forwards", "70"),
            ("User-Agent", self.terms.user_agent),
            ("Content-Type", content_type),
        )

    def ack_headers(self, headers: tuple[Header, ...], sdp: str) -> list[Header]:
        """The same for an ACK."""
        return with_defaults(headers, ("Max-Forwards", "70"), ("Content-Type", "application/sdp" if sdp else ""))
