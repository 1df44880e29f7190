"""The leg towards SIP Server.

Theory of operation. SIP Server's side is the lively one: it calls without SDP, re-INVITEs without SDP right after the
first ACK and at every hold, transfer and recording (reference: SIP Server 2.1, 2.4), and steers the phone by NOTIFY.
This leg answers all of that from the engine's trunk side and tells the page leg only what the agent must know: the
call begins, ends, is to be answered, held or retrieved, or has a new X-Genesys-CallUUID.

The description for a 200 is asked for when the INVITE arrives, so that the 200 leaves the moment the page answers.

Hold (`Event: hold`, reference 2.4): the phone answers 200, shuts the trunk's media at once and sends its own
re-INVITE with `a=inactive`; `Event: talk` on a held call opens it again. While held, every description that SIP
Server collects by re-INVITE says inactive too: a far-end re-INVITE must not make the agent audible. One that brings
another call into the dialog does open it (reference 2.5): nobody would send the talk for it. But not while the call
has no page, which would leave the caller alone with an open line.

Glare: our re-INVITE that meets one of SIP Server's waits in the SIP core. Its description is made anew then, because
the versions in `o=` may only grow (RFC 3264 section 8).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from cordboard.call.events import CallEvent, Connect, Disconnect, Fail, Info, Ring, Try, Update
from cordboard.call.leg import Leg, LegState, Purpose
from cordboard.call.media import MediaMoved, MediaReply, MediaRequest, Side, Verb
from cordboard.call.outputs import LegOutput, crossing_headers, description, held_by_address, without_tag
from cordboard.call.trunk import calling, ending
from cordboard.call.trunk.referral import Report
from cordboard.call.trunk.requests import requested
from cordboard.call.trunk.settings import HoldForm, TrunkSettings
from cordboard.call.trunk.targets import hosts_of
from cordboard.genesys import dialect
from cordboard.sip import events as sip
from cordboard.sip.message import Request, Response

GLARE = 491
RINGING_HEADERS = (("Allow-Events", dialect.ALLOW_EVENTS),)


@dataclass(slots=True)
class TrunkLeg(Leg):
    """One dialog with SIP Server: `handle` takes the SIP core's outputs and media replies, `tell` the page leg's words.

    `flow` leads to SIP Server, `domain` is its host:port. `contact` must be `<sip:DN@gateway>`: SIP Server takes the
    R-URIs of INVITE and NOTIFY from it verbatim (reference: SIP Server 1.3 rule 8).
    """

    side: ClassVar[Side] = Side.TRUNK

    flow: sip.Flow = field(kw_only=True)
    dn: str = ""
    domain: str = ""
    settings: TrunkSettings = field(default_factory=TrunkSettings)
    held: bool = False
    unattended: bool = False  # by no page at present, held or not
    call_uuid: str = ""
    target: str = ""  # what our INVITE calls; empty: the number that the agent dials
    invite_headers: tuple[sip.Header, ...] = ()
    tried: list[str] = field(default_factory=list)  # targets of our INVITEs
    asks_reliable: bool = False  # SIP Server requires reliable provisional responses
    plays_early_media: bool = True
    early_answer: str = ""
    early_offer: bool = False  # SIP Server has our offer in a reliable 180
    report: Report | None = None  # of the REFER that runs in this dialog
    refers: int = 0
    _held_at_server: bool = False  # what our last re-INVITE said
    _outdated: bool = False  # our description does not fit any more, or the session needs a refresh

    def handle(self, event: sip.Output | MediaReply | MediaMoved) -> list[LegOutput]:
        action = HANDLE.get((self.state, type(event)))
        return action(self, event) if action else []

    def tell(self, event: CallEvent) -> list[LegOutput]:
        action = TELL.get((self.state, type(event)))
        return action(self, event) if action else []

    @property
    def hosts(self) -> tuple[str, ...]:
        """SIP Server's name and address."""
        return hosts_of(self.domain, self.flow)

    def hold(self, held: bool) -> list[LegOutput]:
        """Shut or open the trunk's media at once and tell SIP Server by re-INVITE."""
        if held == self.held:
            return []
        self.held = held
        return [MediaRequest(Verb.HOLD_TRUNK if held else Verb.RESUME_TRUNK), *self.renegotiate()]

    def note_description(self) -> None:
        """A description is being made: it says hold or not, and fits."""
        self._held_at_server, self._outdated = self.held, False

    def renegotiate(self) -> list[LegOutput]:
        """Send a re-INVITE if SIP Server's knowledge is out of date; the next one waits for the end of the last."""
        current = self._held_at_server == self.held and not self._outdated
        if self.state is not LegState.CONNECTED or self.reinviting or current:
            return []
        self.reinviting = True
        self.note_description()
        return [self.make_offer(Purpose.REINVITE)]

    def identify(self, message: Request | Response) -> bool:
        """Take over the message's X-Genesys-CallUUID; True if it is a new one."""
        call_uuid = message.headers.get(dialect.CALL_UUID) or self.call_uuid
        changed, self.call_uuid = call_uuid != self.call_uuid, call_uuid
        return changed

    def identified_anew(self, described: bool = False) -> list[LegOutput]:
        """The dialog belongs to another call now: it is opened, the page is told both. `described`: by our answer."""
        told: list[LegOutput] = [Update(call_uuid=self.call_uuid)]
        if not self.held or self.unattended or not self.settings.new_call_retrieves:
            return told
        self.held = False
        if described:
            self.note_description()
        return [MediaRequest(Verb.RESUME_TRUNK), *self.renegotiate(), Update(held=False), *told]

    def written(self, sdp: str) -> str:
        by_address = self.held and self.settings.hold_form is HoldForm.ADDRESS
        return held_by_address(sdp) if by_address else sdp

    def invite(self, offer: str) -> list[LegOutput]:
        return calling.invite(self, offer)

    # --- SIP Server calls the agent

    def _invited(self, event: sip.Invited) -> list[LegOutput]:
        request = event.request
        self.state, self.session = LegState.CALLED, event.session
        self.settled = bool(request.body)
        self.asks_reliable = "100rel" in (value.lower() for value in request.headers.get_list("Require"))
        self.identify(request)
        self.note_description()
        beginning = Try(
            caller=without_tag(request.headers.get("From") or ""),
            dialled=self.dn,
            headers=crossing_headers(request.headers),
            agent_first=dialect.is_agent_first(not request.body, request.headers.get("Supported") or ""),
        )
        return [*self.collect(request, Purpose.ACCEPT), beginning]

    def _page_rings(self, event: Ring) -> list[LegOutput]:
        """A reliable provisional response to an offerless INVITE carries the offer (RFC 3262 section 5)."""
        reliable = self.settings.reliable_provisional or self.asks_reliable
        sdp = self.prepared if reliable and not self.settled else ""
        reliable = reliable and bool(self.settled or sdp)
        self.early_offer = self._owed = bool(sdp)
        return [self.send(sip.Ring(self.session, self.contact, 180, sdp, RINGING_HEADERS, reliable))]

    def _page_answered(self, event: Connect) -> list[LegOutput]:
        return self.answered_by_other_side()

    def _acknowledged(self, event: sip.Acknowledged | sip.ProvisionalAcknowledged) -> list[LegOutput]:
        return [*self.take_acknowledged(description(event.request)), *self.renegotiate()]

    # --- the media is carried on elsewhere

    def _accepts_anew(self, event: MediaMoved) -> list[LegOutput]:
        """An offer that SIP Server has cannot be made anew: the re-INVITE after its ACK tells of the new place."""
        if not self.early_offer:
            self.note_description()
            return self.accept_anew()
        self.lose_place(0)
        self._outdated = True
        return []

    def _moved_while_ringing(self, event: MediaMoved) -> list[LegOutput]:
        """The other end rings on; once it has answered SIP Server is offered the new place."""
        self.lose_place(1)
        self._outdated = True
        return []

    def _moved_in_call(self, event: MediaMoved) -> list[LegOutput]:
        """An offer of ours that is out comes first."""
        self.lose_place(int(self.reinviting and not self.wants(Purpose.REINVITE)))
        again = self.ask_again()
        if self.wants(Purpose.REINVITE):
            return again
        self._outdated = True
        return [*again, *self.renegotiate()]

    # --- connected

    def _reinvited(self, event: sip.Reinvited) -> list[LegOutput]:
        told = self.identified_anew(described=True) if self.identify(event.request) else []
        return [*told, *self.collect(event.request, Purpose.ACCEPT_REINVITE), *self._remake()]

    def _remake(self) -> list[LegOutput]:
        """Ours that waits for theirs is made anew, and says what is true by then."""
        if not self.reinviting:
            return []
        self.stale = 0
        self.note_description()
        return [self.make_offer(Purpose.REINVITE)]

    def _reinvite_accepted(self, event: sip.Accepted) -> list[LegOutput]:
        self.reinviting = False
        return [*self.take_answer(description(event.response)), *self.renegotiate()]

    def _reinvite_refused(self, event: sip.ReinviteRejected) -> list[LegOutput]:
        """One that met SIP Server's own until the core gave up is made again after the next of those."""
        self.reinviting, stale, self.stale = False, self.stale, max(0, self.stale - 1)
        if event.status == GLARE:
            self._outdated = True
            return []
        if self.misplaced and not stale:
            return self.lose_peer(f"SIP Server answered {event.status}")
        return self.renegotiate()

    def _refresh_due(self, event: sip.RefreshDue) -> list[LegOutput]:
        """Any re-INVITE of ours refreshes the session, one under way too (RFC 4028 section 7.4)."""
        self._outdated = self._outdated or not self.reinviting
        return self.renegotiate()

    def _page_updated(self, event: Update) -> list[LegOutput]:
        if event.media_changed:
            self._outdated = True
            return self.renegotiate()
        if event.held is None:
            return []
        self.unattended = event.unattended
        return self.hold(event.held)

    def _page_said(self, event: Info) -> list[LegOutput]:
        command = sip.SendInDialog(self.session, "INFO", "INFO", content_type=event.content_type, body=event.body)
        return [self.send(command)]

    def take_over(self, old: TrunkLeg) -> list[LegOutput]:
        """Go on in that leg's place: held or not."""
        self.held, self.unattended = old.held, old.unattended
        changed = bool(self.call_uuid) and self.call_uuid != old.call_uuid
        self.call_uuid = self.call_uuid or old.call_uuid
        return [*(self.identified_anew() if changed else []), *self.renegotiate()]


_S = LegState

HANDLE: dict[tuple[LegState, type], Callable[[TrunkLeg, Any], list[LegOutput]]] = {
    (_S.IDLE, sip.Invited): TrunkLeg._invited,
    (_S.CALLED, MediaReply): TrunkLeg.replied,
    (_S.CALLED, MediaMoved): TrunkLeg._accepts_anew,
    (_S.CALLED, sip.Requested): requested,
    (_S.CALLED, sip.ProvisionalAcknowledged): TrunkLeg._acknowledged,
    (_S.CALLED, sip.Cancelled): ending.server_ended,
    (_S.ANSWERING, MediaReply): TrunkLeg.replied,
    (_S.ANSWERING, MediaMoved): TrunkLeg._accepts_anew,
    (_S.ANSWERING, sip.Requested): requested,
    (_S.ANSWERING, sip.Cancelled): ending.server_ended,
    (_S.PREPARING, MediaReply): TrunkLeg.replied,
    (_S.PREPARING, MediaMoved): TrunkLeg.ask_again,
    (_S.CALLING, MediaReply): TrunkLeg.replied,
    (_S.CALLING, MediaMoved): TrunkLeg._moved_while_ringing,
    (_S.CALLING, sip.Provisional): calling.provisional,
    (_S.CALLING, sip.Accepted): calling.accepted,
    (_S.CALLING, sip.Rejected): calling.rejected,
    (_S.CALLING, sip.Requested): requested,
    (_S.CONNECTED, MediaReply): TrunkLeg.replied,
    (_S.CONNECTED, MediaMoved): TrunkLeg._moved_in_call,
    (_S.CONNECTED, sip.Acknowledged): TrunkLeg._acknowledged,
    (_S.CONNECTED, sip.ProvisionalAcknowledged): TrunkLeg._acknowledged,
    (_S.CONNECTED, sip.Reinvited): TrunkLeg._reinvited,
    (_S.CONNECTED, sip.Accepted): TrunkLeg._reinvite_accepted,
    (_S.CONNECTED, sip.RefreshDue): TrunkLeg._refresh_due,
    (_S.CONNECTED, sip.ReinviteRejected): TrunkLeg._reinvite_refused,
    (_S.CONNECTED, sip.Requested): requested,
    (_S.CONNECTED, sip.Ended): ending.server_ended,
    (_S.REPLACED, MediaReply): TrunkLeg.replied,
    (_S.REPLACED, sip.Reinvited): ending.refused_as_replaced,
    (_S.REPLACED, sip.Requested): requested,
    (_S.REPLACED, sip.Replied): ending.reported,
    (_S.REPLACED, sip.Ended): ending.server_ended,
}

TELL: dict[tuple[LegState, type], Callable[[TrunkLeg, Any], list[LegOutput]]] = {
    (_S.IDLE, Try): calling.attempt,
    (_S.IDLE, Disconnect): ending.never_called,
    (_S.CALLED, Ring): TrunkLeg._page_rings,
    (_S.CALLED, Connect): TrunkLeg._page_answered,
    (_S.CALLED, Fail): TrunkLeg.refuse,
    (_S.ANSWERING, Disconnect): TrunkLeg.hang_up,
    (_S.PREPARING, Disconnect): TrunkLeg.hang_up,
    (_S.CALLING, Update): TrunkLeg._page_updated,
    (_S.CALLING, Disconnect): TrunkLeg.hang_up,
    (_S.CONNECTED, Update): TrunkLeg._page_updated,
    (_S.CONNECTED, Info): TrunkLeg._page_said,
    (_S.CONNECTED, Disconnect): TrunkLeg.hang_up,
    (_S.REPLACED, Disconnect): TrunkLeg.hang_up,
}
