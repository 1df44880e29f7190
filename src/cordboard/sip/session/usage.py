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
section 5.2). SDP in a provisional response is a preview (no 100rel here) and counts as nothing.
"""

from __future__ import annotations

from cordboard.sip import events
from cordboard.sip.dialog import TARGET_REFRESH, Dialog, cseq_of, tag_of
from cordboard.sip.events import Flow, Header, Tick
from cordboard.sip.machine import StateMachine
from cordboard.sip.message import Request, Response
from cordboard.sip.session.acceptance import Acceptance
from cordboard.sip.session.effects import (
    Answer,
    AnswerAgain,
    ByeSent,
    Effect,
    Effects,
    InviteSent,
    MoveTransactions,
    Outcome,
    RequestSent,
    SendAck,
    Start,
)
from cordboard.sip.session.inputs import COMMANDS, AckCame, Asked, CancelCame, Heard, SessionInput, Terms
from cordboard.sip.session.invites import OurInvite, TheirInvite
from cordboard.sip.session.states import OVER, Event, State
from cordboard.sip.session.table import TABLE
from cordboard.sip.style import with_defaults

# Methods of other usages: a 481 or a timeout to these ends no session (RFC 5057 section 5; baresip says 481 to a NOTIFY
# without subscription, in a call that is well).
OTHER_USAGES = ("SUBSCRIBE", "NOTIFY", "REFER")


class Session(StateMachine[State, Event, Effect]):
    """One session; made by `calling` or `called`."""

    TABLE = TABLE

    __slots__ = (
        "acceptances",
        "acks",
        "answered",
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
        "queued",
        "ringing",
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
        own = super().deadline
        if own is not None:
            times.append(own)
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
        if self.state is State.CONFIRMED and self.queued:
            effects += self.step(Event.QUEUED, None, now)
        if self.state in (State.ENDING, State.ENDED):
            self.acceptances.clear()
            self.disarm_all()
            self.queued = None
        return effects

    def _take(self, input: SessionInput, now: float) -> Effects:
        match input:
            case Tick():
                return self._time(now)
            case Heard():
                return self._heard(input, now)
            case Asked():
                return self._asked(input, now)
            case AckCame():
                return self._ack_came(input.request, now)
            case CancelCame():
                return self.step(Event.CANCEL, input.request, now)
            case events.MoveSession():
                self.flow = input.flow
                return [MoveTransactions(input.flow), *(AnswerAgain(each.transaction) for each in self.acceptances)]
        return self.step(COMMANDS[type(input)], input, now)

    # --- what came, as an event of the table ---

    def _time(self, now: float) -> Effects:
        effects: Effects = self.tick(now)
        for acceptance in list(self.acceptances):
            if acceptance.expires <= now:
                self.acceptances.remove(acceptance)
                effects += self.step(Event.NO_ACK, None, now)
            elif acceptance.repeat(now, self.terms.timers):
                effects.append(AnswerAgain(acceptance.transaction))
        return effects

    def _heard(self, heard: Heard, now: float) -> Effects:
        purpose, outcome = heard.purpose, heard.outcome
        if isinstance(purpose, InviteSent):
            return self._invite_answered(purpose.cseq, outcome, now)
        if outcome.status < 200:
            return []
        if isinstance(purpose, RequestSent):
            return self._request_answered(purpose, outcome, now)
        return self.step(Event.BYE_DONE, None, now) if isinstance(purpose, ByeSent) else []

    def _invite_answered(self, cseq: int, outcome: Outcome, now: float) -> Effects:
        response = outcome.response
        if response is not None and response.status < 300:
            return self.step(self._event_of(cseq, response), response, now)
        if self.our_invite is None or self.our_invite.cseq != cseq:
            return []
        return self.step(self._event_of_failure(outcome.status), outcome, now)

    def _event_of(self, cseq: int, response: Response) -> Event:
        if response.status < 200:
            return Event.PROVISIONAL
        if self.answered != cseq and self.our_invite is not None and self.our_invite.cseq == cseq:
            self.answered = cseq
            return Event.SUCCESS_WITH_OFFER if self.our_invite.offerless else Event.SUCCESS
        tag = tag_of(response.headers.get("To", ""))
        known = (tag, cseq) in self.acks or (self.dialog is not None and tag == self.dialog.remote_tag)
        return Event.REPEATED if known else Event.FORKED

    def _event_of_failure(self, status: int) -> Event:
        if self.our_invite is not None and not self.our_invite.initial and not self.over:
            if status == 491:
                return Event.REQUEST_PENDING
            if status in (408, 481):
                return Event.NO_DIALOG
        return Event.FAILURE

    def _request_answered(self, purpose: RequestSent, outcome: Outcome, now: float) -> Effects:
        effects: Effects = [events.Replied(self.name, purpose.key, outcome.status, outcome.response)]
        if outcome.response and outcome.status < 300 and purpose.method in TARGET_REFRESH and self.dialog:
            self.dialog.refresh(outcome.response)
        if outcome.status in (408, 481) and purpose.method not in OTHER_USAGES:
            effects += self.step(Event.NO_DIALOG, None, now)
        return effects

    def _asked(self, asked: Asked, now: float) -> Effects:
        request = asked.request
        dialog = self.dialog_with(tag_of(request.headers.get("From", "")))
        if dialog is None:
            return [Answer(asked.transaction, 481)]
        if not dialog.in_order(cseq_of(request).number):
            return [Answer(asked.transaction, 500)]
        return self.step(self._event_of_request(request), asked, now)

    def _event_of_request(self, request: Request) -> Event:
        if request.method == "BYE":
            return Event.BYE
        if request.method == "INVITE":
            return Event.REINVITE_CLASHED if self._our_offer_is_unacknowledged else Event.REINVITE_CAME
        if request.method == "UPDATE" and request.body and self._offer_is_open:
            return Event.UPDATE_CLASHED
        return Event.REQUEST

    @property
    def _our_offer_is_unacknowledged(self) -> bool:
        return any(acceptance.offered for acceptance in self.acceptances)

    @property
    def _offer_is_open(self) -> bool:
        return self.our_invite is not None or self.their_invite is not None or self._our_offer_is_unacknowledged

    def _ack_came(self, request: Request, now: float) -> Effects:
        number = cseq_of(request).number
        if not self.acceptances or all(acceptance.cseq != number for acceptance in self.acceptances):
            return []
        awaited = self.state in (State.ACCEPTED, State.HANGUP_WAITING, State.REACCEPTED)
        newest = awaited and self.acceptances[-1].cseq == number
        return self.step(Event.ACK if newest else Event.LATE_ACK, request, now)

    # --- what actions use ---

    def dialog_with(self, remote_tag: str) -> Dialog | None:
        """The dialog with the peer of that tag."""
        if remote_tag in self.early:
            return self.early[remote_tag]
        return self.dialog if self.dialog is not None and self.dialog.remote_tag == remote_tag else None

    def way(self, dialog: Dialog) -> Flow:
        """The flow on which requests of that dialog go."""
        return self.terms.next_hop(self.flow, dialog.next_hop)

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
        return with_defaults(
            headers,
            ("Contact", self.contact if method in TARGET_REFRESH else ""),
            ("Allow", self.terms.allow if method == "INVITE" else ""),
            ("Max-Forwards", "70"),
            ("User-Agent", self.terms.user_agent),
            ("Content-Type", content_type),
        )

    def ack_headers(self, headers: tuple[Header, ...], sdp: str) -> list[Header]:
        """The same for an ACK."""
        return with_defaults(headers, ("Max-Forwards", "70"), ("Content-Type", "application/sdp" if sdp else ""))
