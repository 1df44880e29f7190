"""The leg towards the page, a JsSIP user agent behind a WebSocket.

Theory of operation. The page's ICE and DTLS are set up once per call (architecture section 2): this leg makes one
offer or answer at the beginning and later only answers what the page itself re-offers, from the same engine side, and
offers anew only where codec or media lines have changed. What the trunk leg tells it becomes an INFO in the call's
dialog (the words), never a re-INVITE.

An INFO can be sent as soon as the page's first response has given its tag; what is to be said earlier waits in
`unsaid`, and so does what is to be said while the page's connection is gone.

What happens when a page goes away and when one comes is in `presence`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any, ClassVar

from cordboard.call.events import CallEvent, Connect, Disconnect, Fail, Header, Info, Ring, Try, Update
from cordboard.call.leg import Leg, LegState, Purpose
from cordboard.call.media import MediaMoved, MediaReply, Side, Verb
from cordboard.call.outputs import LegOutput, description, without_tag, words
from cordboard.call.page import offers, presence
from cordboard.call.page.offers import FLOW_LOST, note_description, reoffer_if_due
from cordboard.call.page.presence import CallSettings, PageBack, PageGone
from cordboard.call.page.requests import dialled, requested
from cordboard.genesys import dialect
from cordboard.sip import events as sip

AGENT_FIRST = ("X-Cordboard-Call", "agent-first")

PageInput = sip.Output | MediaReply | MediaMoved | PageGone | PageBack | sip.Tick


@dataclass(slots=True)
class PageLeg(Leg):
    """One dialog with a page: `handle` takes the SIP core's outputs, media replies and the page's comings and goings.

    `flow` is the page's WebSocket, `target` the URI it registered (JsSIP's `.invalid` host and all), `identity` what
    the page is recognised by on another connection.
    """

    side: ClassVar[Side] = Side.PAGE

    flow: sip.Flow = field(kw_only=True)
    dn: str = ""
    target: str = ""
    identity: str = ""
    domain: str = ""
    settings: CallSettings = field(default_factory=CallSettings)
    held: bool = False  # by the agent
    call_uuid: str = ""
    connected_at: float | None = None
    beginning: Try = field(default_factory=lambda: Try("", ""))  # as the page was, or would have been, called
    early: bool = False  # the page's tag is known and its connection is there: INFO can be sent
    unsaid: list[Info] = field(default_factory=list)
    said: dict[str, Info] = field(default_factory=dict)  # words that the page has not confirmed, by key
    deadline: float | None = None  # set while the call waits for a page
    gone_at: float | None = None  # since when its page's connection is gone
    parked: bool = False  # we hold the call for want of a page
    candidate: PageBack | None = None  # takes the call up if its own page is gone for good
    lasted: int = 0  # seconds, at the time when the call was given to another page
    attempt: int = 1
    ufrag: str = ""  # of the page's last description
    reoffer_due: bool = False
    _keys: Any = field(default_factory=lambda: count(1))

    def handle(self, event: PageInput, now: float) -> list[LegOutput]:
        action = HANDLE.get((self.state, type(event)))
        outputs = action(self, event, now) if action else []
        if self.connected_at is None and self.state is LegState.CONNECTED:
            self.connected_at = now
        return outputs

    def tell(self, event: CallEvent) -> list[LegOutput]:
        action = TELL.get((self.state, type(event)))
        return action(self, event) if action else []

    @property
    def flows(self) -> tuple[sip.Flow, ...]:
        """The connections of its page and of the one that may take the call up."""
        return (self.flow, self.candidate.flow) if self.candidate else (self.flow,)

    @property
    def waits_for_page(self) -> bool:
        """The call's page is not connected."""
        return self.gone_at is not None

    @property
    def is_there(self) -> bool:
        return self.state is LegState.CONNECTED and not self.waits_for_page

    def _media(self, reply: MediaReply, now: float) -> list[LegOutput]:
        if reply.verb is Verb.LISTEN_PAGE:
            return presence.listened(self, reply, now)
        return self.replied(reply)

    # --- SIP Server calls the agent

    def _try(self, event: Try) -> list[LegOutput]:
        self.state = LegState.PREPARING
        self.beginning = event
        self._identify(event.headers)
        return [self.make_offer(Purpose.INVITE)]

    def invite(self, offer: str) -> list[LegOutput]:
        beginning = self.beginning
        headers = (*beginning.headers, AGENT_FIRST) if beginning.agent_first else beginning.headers
        if self.state is LegState.RESUMING:
            if self.waits_for_page:  # it went while the offer was made
                self.state = LegState.CONNECTED
                return []
            headers = presence.resuming_headers(self)
        self.state = LegState.RECALLING if self.state is LegState.RESUMING else LegState.CALLING
        to_uri = f"<sip:{self.dn}@{self.domain}>"
        caller = beginning.caller
        return [
            self.send(sip.Invite(self.session, self.flow, self.target, caller, to_uri, self.contact, offer, headers))
        ]

    def _provisional(self, event: sip.Provisional, now: float) -> list[LegOutput]:
        self.early = True
        return [Ring(), *self.say_all()]

    def _accepted(self, event: sip.Accepted, now: float) -> list[LegOutput]:
        self.state, self.early = LegState.CONNECTED, True
        note_description(self, event.response)
        taken = self.take_answer(description(event.response))
        return [*taken, Connect(), *self.say_all(), *reoffer_if_due(self)]

    def _rejected(self, event: sip.Rejected, now: float) -> list[LegOutput]:
        """The SIP core tells of the lost connection before the seat does, as a failure; that is no refusal."""
        if event.response is None and event.status == FLOW_LOST:
            return presence.gone(self, PageGone(), now)
        self.state = LegState.ENDED
        return [Fail(self._refusal(event.status))]

    def _refusal(self, status: int) -> int:
        """A page that cannot be reached is 480 for SIP Server, one whose agent rejects is busy (a setting)."""
        if status in (404, 408, 410, 503):
            return self.settings.no_page_status
        return self.settings.reject_status if status in (486, 603) else status

    # --- the agent calls

    def _invited(self, event: sip.Invited, now: float) -> list[LegOutput]:
        self.state, self.session = LegState.CALLED, event.session
        self.settled = bool(event.request.body)
        note_description(self, event.request)
        caller = without_tag(event.request.headers.get("From") or "")
        number = dialled(event.request)
        self.beginning = Try(f"<sip:{number}@{self.domain}>", self.dn)
        return [*self.collect(event.request, Purpose.ACCEPT), Try(caller, number)]

    def _server_rings(self, event: Ring) -> list[LegOutput]:
        self._identify(event.headers)
        status, sdp = (183, self.prepared) if event.early_media and self.prepared else (180, "")
        return [self.send(sip.Ring(self.session, self.contact, status, sdp, event.headers))]

    def _server_answered(self, event: Connect) -> list[LegOutput]:
        self._identify(event.headers)
        self.early, self.headers = not self.waits_for_page, event.headers
        return self.answered_by_other_side()

    def _identify(self, headers: tuple[Header, ...]) -> None:
        named = [value for name, value in headers if name.lower() == dialect.CALL_UUID.lower()]
        self.call_uuid = named[0] if named else self.call_uuid

    # --- connected

    def _acknowledged(self, event: sip.Acknowledged, now: float) -> list[LegOutput]:
        return self.take_acknowledged(description(event.request))

    def _reinvited(self, event: sip.Reinvited, now: float) -> list[LegOutput]:
        """Our own offer, if one is out, waits for the end of the page's, and is made anew."""
        answered = self.collect(event.request, Purpose.ACCEPT_REINVITE)
        again = [self.make_offer(Purpose.REINVITE)] if self.reinviting else []
        self.stale, self.reoffer_due = 0, self.reoffer_due and not again
        return [*answered, *offers.reoffered(self, event.request), *again]

    # --- words

    def say(self, event: Info) -> list[LegOutput]:
        if not self.early:
            self.unsaid.append(event)
            return []
        return [self._inform(event)]

    def say_all(self) -> list[LegOutput]:
        said = [self._inform(event) for event in self.unsaid]
        self.unsaid.clear()
        return said

    def _inform(self, event: Info) -> LegOutput:
        key, body = f"INFO {next(self._keys)}", event.body
        self.said[key] = event
        return self.send(sip.SendInDialog(self.session, key, "INFO", content_type=event.content_type, body=body))

    def updated(self, event: Update) -> list[LegOutput]:
        """Hold is told, not negotiated: the trunk's media is shut already, the page's goes on as it is."""
        if event.media_changed:
            return offers.reoffer(self)
        if event.held is None:
            self.call_uuid = event.call_uuid
            return self.say(words(call={"uuid": event.call_uuid}))
        changed = event.held != self.held
        self.held, self.parked = event.held, False
        return self.say(words(do="hold" if event.held else "retrieve")) if changed else []

    # --- the end

    def _page_ended(self, event: sip.Cancelled | sip.Ended, now: float) -> list[LegOutput]:
        self.state = LegState.ENDED
        return [Disconnect("the agent ended the call")]


_S = LegState

HANDLE: dict[tuple[LegState, type], Callable[[PageLeg, Any, float], list[LegOutput]]] = {
    (_S.IDLE, sip.Invited): PageLeg._invited,
    (_S.PREPARING, MediaReply): PageLeg._media,
    (_S.PREPARING, MediaMoved): PageLeg.ask_again,
    (_S.PREPARING, PageGone): presence.gone,
    (_S.PREPARING, PageBack): presence.found,
    (_S.PREPARING, sip.Tick): presence.not_back,
    (_S.CALLING, sip.Provisional): PageLeg._provisional,
    (_S.CALLING, sip.Accepted): PageLeg._accepted,
    (_S.CALLING, sip.Rejected): PageLeg._rejected,
    (_S.CALLING, sip.Requested): requested,
    (_S.CALLING, sip.Replied): presence.replied,
    (_S.CALLING, MediaMoved): offers.moved_while_ringing,
    (_S.CALLING, PageGone): presence.gone,
    (_S.CALLING, PageBack): presence.rings_anew,
    (_S.CALLING, sip.Tick): presence.not_back,
    (_S.CALLED, MediaReply): PageLeg._media,
    (_S.CALLED, sip.Cancelled): PageLeg._page_ended,
    (_S.CALLED, sip.Requested): requested,
    (_S.CALLED, MediaMoved): PageLeg.accept_anew,
    (_S.CALLED, PageGone): presence.gone,
    (_S.CALLED, PageBack): presence.moved,
    (_S.CALLED, sip.Tick): presence.not_back,
    (_S.ANSWERING, MediaReply): PageLeg._media,
    (_S.ANSWERING, sip.Cancelled): PageLeg._page_ended,
    (_S.ANSWERING, MediaMoved): PageLeg.accept_anew,
    (_S.ANSWERING, PageGone): presence.gone,
    (_S.ANSWERING, PageBack): presence.moved,
    (_S.CONNECTED, MediaReply): PageLeg._media,
    (_S.CONNECTED, sip.Acknowledged): PageLeg._acknowledged,
    (_S.CONNECTED, sip.Reinvited): PageLeg._reinvited,
    (_S.CONNECTED, sip.Accepted): offers.reoffer_accepted,
    (_S.CONNECTED, sip.ReinviteRejected): offers.reoffer_refused,
    (_S.CONNECTED, sip.Requested): requested,
    (_S.CONNECTED, sip.Replied): presence.replied,
    (_S.CONNECTED, sip.Ended): PageLeg._page_ended,
    (_S.CONNECTED, MediaMoved): offers.moved_in_call,
    (_S.CONNECTED, PageGone): presence.gone_in_call,
    (_S.CONNECTED, PageBack): presence.back_in_call,
    (_S.CONNECTED, sip.Tick): presence.still_gone,
    (_S.RESUMING, MediaReply): presence.offer_made,
    (_S.RESUMING, MediaMoved): PageLeg.ask_again,
    (_S.RESUMING, PageGone): presence.gone_again,
    (_S.RESUMING, PageBack): presence.found,
    (_S.RESUMING, sip.Tick): presence.not_back,
    (_S.RECALLING, sip.Accepted): presence.resumed,
    (_S.RECALLING, sip.Rejected): presence.refused,
    (_S.RECALLING, sip.Requested): requested,
    (_S.RECALLING, MediaMoved): offers.moved_while_ringing,
    (_S.RECALLING, PageGone): presence.gone_before_it_answered,
    (_S.RECALLING, sip.Tick): presence.not_back,
}

TELL: dict[tuple[LegState, type], Callable[[PageLeg, Any], list[LegOutput]]] = {
    (_S.IDLE, Try): PageLeg._try,
    (_S.PREPARING, Info): PageLeg.say,
    (_S.PREPARING, Disconnect): PageLeg.hang_up,
    (_S.CALLING, Info): PageLeg.say,
    (_S.CALLING, Disconnect): PageLeg.hang_up,
    (_S.CALLED, Ring): PageLeg._server_rings,
    (_S.CALLED, Connect): PageLeg._server_answered,
    (_S.CALLED, Fail): PageLeg.refuse,
    (_S.CALLED, Disconnect): PageLeg.hang_up,
    (_S.CALLED, Update): offers.changed_before_the_200,
    (_S.ANSWERING, Update): offers.changed_before_the_200,
    (_S.ANSWERING, Disconnect): PageLeg.hang_up,
    (_S.CONNECTED, Info): PageLeg.say,
    (_S.CONNECTED, Update): PageLeg.updated,
    (_S.CONNECTED, Disconnect): PageLeg.hang_up,
    (_S.RESUMING, Info): PageLeg.say,
    (_S.RESUMING, Update): presence.noted,
    (_S.RESUMING, Disconnect): PageLeg.hang_up,
    (_S.RECALLING, Info): PageLeg.say,
    (_S.RECALLING, Update): presence.noted,
    (_S.RECALLING, Disconnect): PageLeg.hang_up,
}
