"""The leg towards SIP Server.

Theory of operation. SIP Server's side is the lively one: it calls without SDP, re-INVITEs without SDP right after the
first ACK and at every hold, transfer and recording (reference: SIP Server 2.1, 2.4), and steers the phone by NOTIFY.
This leg answers all of that from the engine's trunk side and tells the page leg only what the agent must know: the
call begins, ends, is to be answered, held or retrieved, or has a new X-Genesys-CallUUID.

The description for a 200 is asked for when the INVITE arrives, so that the 200 leaves the moment the page answers.

Hold (`Event: hold`, reference 2.4): the phone answers 200, shuts the trunk's media at once and sends its own
re-INVITE with `a=inactive`; `Event: talk` on a held call opens it again. While held, every description that SIP
Server collects by re-INVITE says inactive too: a far-end re-INVITE must not make the agent audible.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from cordboard.call.events import CallEvent, Connect, Disconnect, Fail, Header, Info, Ring, Try, Update
from cordboard.call.leg import Leg, LegState, Purpose
from cordboard.call.media import MediaReply, MediaRequest, Side, Verb
from cordboard.call.outputs import LegOutput, crossing_headers, description, without_tag
from cordboard.call.trunk_requests import requested
from cordboard.genesys import dialect
from cordboard.sip import events as sip
from cordboard.sip.message import Request, Response
from cordboard.sip.uri import Uri

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
    held: bool = False
    call_uuid: str = ""
    _dialled: str = ""
    _held_at_server: bool = False  # what our last re-INVITE said

    def handle(self, event: sip.Output | MediaReply) -> list[LegOutput]:
        action = HANDLE.get((self.state, type(event)))
        return action(self, event) if action else []

    def tell(self, event: CallEvent) -> list[LegOutput]:
        action = TELL.get((self.state, type(event)))
        return action(self, event) if action else []

    def hold(self, held: bool) -> list[LegOutput]:
        """Shut or open the trunk's media at once and tell SIP Server by re-INVITE."""
        if held == self.held:
            return []
        self.held = held
        return [MediaRequest(Verb.HOLD_TRUNK if held else Verb.RESUME_TRUNK), *self._renegotiate()]

    def identify(self, message: Request | Response) -> bool:
        """Take over the message's X-Genesys-CallUUID; True if it is a new one."""
        call_uuid = message.headers.get(dialect.CALL_UUID) or self.call_uuid
        changed, self.call_uuid = call_uuid != self.call_uuid, call_uuid
        return changed

    # --- SIP Server calls the agent

    def _invited(self, event: sip.Invited) -> list[LegOutput]:
        request = event.request
        self.state, self.session = LegState.CALLED, event.session
        self.settled = bool(request.body)
        self.identify(request)
        beginning = Try(
            caller=without_tag(request.headers.get("From") or ""),
            dialled=self.dn,
            headers=crossing_headers(request.headers),
            agent_first=dialect.is_agent_first(not request.body, request.headers.get("Supported") or ""),
        )
        return [*self.collect(request, Purpose.ACCEPT), beginning]

    def _page_rings(self, event: Ring) -> list[LegOutput]:
        return [self.send(sip.Ring(self.session, self.contact, headers=RINGING_HEADERS))]

    def _page_answered(self, event: Connect) -> list[LegOutput]:
        return self.answered_by_other_side()

    def _acknowledged(self, event: sip.Acknowledged) -> list[LegOutput]:
        return self.take_answer(description(event.request))

    # --- the agent calls

    def _try(self, event: Try) -> list[LegOutput]:
        self.state = LegState.PREPARING
        self._dialled = event.dialled
        return [self.make_offer(Purpose.INVITE)]

    def invite(self, offer: str) -> list[LegOutput]:
        self.state = LegState.CALLING
        server = Uri.parse(f"sip:{self.domain}")
        target = str(replace(server, user=self._dialled))
        own = f"<{replace(server, user=self.dn)}>"
        return [self.send(sip.Invite(self.session, self.flow, target, own, f"<{target}>", self.contact, offer))]

    def _provisional(self, event: sip.Provisional) -> list[LegOutput]:
        self.identify(event.response)
        body = description(event.response)
        return [*self.take_answer(body), Ring(early_media=bool(body), headers=self._identity())]

    def _accepted(self, event: sip.Accepted) -> list[LegOutput]:
        self.state = LegState.CONNECTED
        self.identify(event.response)
        return [*self.take_answer(description(event.response)), Connect(self._identity())]

    def _identity(self) -> tuple[Header, ...]:
        return ((dialect.CALL_UUID, self.call_uuid),) if self.call_uuid else ()

    def _rejected(self, event: sip.Rejected) -> list[LegOutput]:
        self.state = LegState.ENDED
        return [Fail(event.status, event.response.reason if event.response else "")]

    # --- connected

    def _reinvited(self, event: sip.Reinvited) -> list[LegOutput]:
        changed = self.identify(event.request)
        told: list[LegOutput] = [Update(call_uuid=self.call_uuid)] if changed else []
        return [*self.collect(event.request, Purpose.ACCEPT_REINVITE), *told]

    def _renegotiate(self) -> list[LegOutput]:
        if self.reinviting or self._held_at_server == self.held:
            return []
        self.reinviting, self._held_at_server = True, self.held
        return [self.make_offer(Purpose.REINVITE)]

    def _reinvite_accepted(self, event: sip.Accepted) -> list[LegOutput]:
        self.reinviting = False
        return [*self.take_answer(description(event.response)), *self._renegotiate()]

    def _reinvite_refused(self, event: sip.ReinviteRejected) -> list[LegOutput]:
        self.reinviting = False
        return self._renegotiate()

    def _page_updated(self, event: Update) -> list[LegOutput]:
        return [] if event.held is None else self.hold(event.held)

    def _page_said(self, event: Info) -> list[LegOutput]:
        command = sip.SendInDialog(self.session, "INFO", "INFO", content_type=event.content_type, body=event.body)
        return [self.send(command)]

    # --- the end

    def _server_ended(self, event: sip.Cancelled | sip.Ended) -> list[LegOutput]:
        self.state = LegState.ENDED
        reasons = event.request.headers.get_all("Reason") if event.request else []
        return [Disconnect("SIP Server ended the call", tuple(("Reason", value) for value in reasons))]


_S = LegState

HANDLE: dict[tuple[LegState, type], Callable[[TrunkLeg, Any], list[LegOutput]]] = {
    (_S.IDLE, sip.Invited): TrunkLeg._invited,
    (_S.CALLED, MediaReply): TrunkLeg.replied,
    (_S.CALLED, sip.Requested): requested,
    (_S.CALLED, sip.Cancelled): TrunkLeg._server_ended,
    (_S.ANSWERING, MediaReply): TrunkLeg.replied,
    (_S.ANSWERING, sip.Requested): requested,
    (_S.ANSWERING, sip.Cancelled): TrunkLeg._server_ended,
    (_S.PREPARING, MediaReply): TrunkLeg.replied,
    (_S.CALLING, MediaReply): TrunkLeg.replied,
    (_S.CALLING, sip.Provisional): TrunkLeg._provisional,
    (_S.CALLING, sip.Accepted): TrunkLeg._accepted,
    (_S.CALLING, sip.Rejected): TrunkLeg._rejected,
    (_S.CALLING, sip.Requested): requested,
    (_S.CONNECTED, MediaReply): TrunkLeg.replied,
    (_S.CONNECTED, sip.Acknowledged): TrunkLeg._acknowledged,
    (_S.CONNECTED, sip.Reinvited): TrunkLeg._reinvited,
    (_S.CONNECTED, sip.Accepted): TrunkLeg._reinvite_accepted,
    (_S.CONNECTED, sip.ReinviteRejected): TrunkLeg._reinvite_refused,
    (_S.CONNECTED, sip.Requested): requested,
    (_S.CONNECTED, sip.Ended): TrunkLeg._server_ended,
}

TELL: dict[tuple[LegState, type], Callable[[TrunkLeg, Any], list[LegOutput]]] = {
    (_S.IDLE, Try): TrunkLeg._try,
    (_S.CALLED, Ring): TrunkLeg._page_rings,
    (_S.CALLED, Connect): TrunkLeg._page_answered,
    (_S.CALLED, Fail): TrunkLeg.refuse,
    (_S.ANSWERING, Disconnect): TrunkLeg.hang_up,
    (_S.PREPARING, Disconnect): TrunkLeg.hang_up,
    (_S.CALLING, Disconnect): TrunkLeg.hang_up,
    (_S.CONNECTED, Update): TrunkLeg._page_updated,
    (_S.CONNECTED, Info): TrunkLeg._page_said,
    (_S.CONNECTED, Disconnect): TrunkLeg.hang_up,
}
