"""The leg towards the page, a JsSIP user agent behind a WebSocket.

Theory of operation. The page's ICE and DTLS are set up once per call (architecture section 2): this leg makes one
offer or answer at the beginning and later only answers what the page itself re-offers, from the same engine side.
What the trunk leg tells it becomes an INFO in the call's dialog (the words), never a re-INVITE.

An INFO can be sent as soon as the page's first response has given its tag; what is to be said earlier waits in
`unsaid`.

A page that goes away while it rings may come back (a reload, a lost socket): the call waits `page_return` seconds for
it and rings there again by a new INVITE. The SIP core tells of the lost connection before the seat does, as a failure
of the INVITE; that is no refusal. An established call does not end because a WebSocket did: media goes on, and
the dialog moves to the new connection of the same page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from cordboard.call.events import CallEvent, Connect, Disconnect, Fail, Info, Ring, Try, Update
from cordboard.call.leg import Leg, LegState, Purpose
from cordboard.call.media import MediaReply, Side
from cordboard.call.outputs import LegOutput, description, without_tag, words
from cordboard.call.page_requests import requested
from cordboard.sdp.errors import SdpError
from cordboard.sdp.webrtc import read_webrtc
from cordboard.sip import events as sip
from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.message import Request
from cordboard.sip.uri import Uri

FLOW_LOST = 503  # without a response: the connection is closed, the INVITE went with it
AGENT_FIRST = ("X-Cordboard-Call", "agent-first")


@dataclass(frozen=True, slots=True)
class PageGone:
    """The page's WebSocket is closed."""


@dataclass(frozen=True, slots=True)
class PageBack:
    """The DN has a page again: on this flow, at this URI; `same` if it is the old page on a new connection."""

    flow: sip.Flow
    target: str
    same: bool


@dataclass(frozen=True, slots=True)
class CallSettings:
    """What a call is told about the site. `page_return` in seconds; statuses are SIP statuses."""

    page_return: float = 2.0
    no_page_status: int = 480
    reject_status: int = 486


@dataclass(slots=True)
class PageLeg(Leg):
    """One dialog with a page: `handle` takes the SIP core's outputs, media replies and the page's comings and goings.

    `flow` is the page's WebSocket, `target` the URI it registered (JsSIP's `.invalid` host and all).
    """

    side: ClassVar[Side] = Side.PAGE

    flow: sip.Flow = field(kw_only=True)
    dn: str = ""
    target: str = ""
    domain: str = ""
    settings: CallSettings = field(default_factory=CallSettings)
    held: bool = False
    deadline: float | None = None  # set while the call waits for its page to come back
    _early: bool = False  # the page's tag is known
    _unsaid: list[Info] = field(default_factory=list)
    _beginning: Try = field(default_factory=lambda: Try("", ""))
    _attempt: int = 1

    def handle(self, event: sip.Output | MediaReply | PageGone | PageBack | sip.Tick, now: float) -> list[LegOutput]:
        action = HANDLE.get((self.state, type(event)))
        return action(self, event, now) if action else []

    def tell(self, event: CallEvent) -> list[LegOutput]:
        action = TELL.get((self.state, type(event)))
        return action(self, event) if action else []

    @property
    def waits_for_page(self) -> bool:
        """The page went away while the call was ringing."""
        return self.deadline is not None

    def _media(self, reply: MediaReply, now: float) -> list[LegOutput]:
        return self.replied(reply)

    # --- SIP Server calls the agent

    def _try(self, event: Try) -> list[LegOutput]:
        self.state = LegState.PREPARING
        self._beginning = event
        return [self.make_offer(Purpose.INVITE)]

    def invite(self, offer: str) -> list[LegOutput]:
        self.state = LegState.CALLING
        beginning = self._beginning
        headers = (*beginning.headers, AGENT_FIRST) if beginning.agent_first else beginning.headers
        to_uri = f"<sip:{self.dn}@{self.domain}>"
        caller = beginning.caller
        return [
            self.send(sip.Invite(self.session, self.flow, self.target, caller, to_uri, self.contact, offer, headers))
        ]

    def _provisional(self, event: sip.Provisional, now: float) -> list[LegOutput]:
        self._early = True
        return [Ring(), *self._say_all()]

    def _accepted(self, event: sip.Accepted, now: float) -> list[LegOutput]:
        self.state, self._early, self.deadline = LegState.CONNECTED, True, None
        return [*self.take_answer(description(event.response)), Connect(), *self._say_all()]

    def _rejected(self, event: sip.Rejected, now: float) -> list[LegOutput]:
        if event.response is None and event.status == FLOW_LOST:
            return self._wait_for_page(now)
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
        caller = without_tag(event.request.headers.get("From") or "")
        return [*self.collect(event.request, Purpose.ACCEPT), Try(caller, dialled(event.request))]

    def _server_rings(self, event: Ring) -> list[LegOutput]:
        status, sdp = (183, self.prepared) if event.early_media and self.prepared else (180, "")
        return [self.send(sip.Ring(self.session, self.contact, status, sdp, event.headers))]

    def _server_answered(self, event: Connect) -> list[LegOutput]:
        self._early, self.headers = True, event.headers
        return self.answered_by_other_side()

    # --- connected

    def _acknowledged(self, event: sip.Acknowledged, now: float) -> list[LegOutput]:
        return self.take_answer(description(event.request))

    def _reinvited(self, event: sip.Reinvited, now: float) -> list[LegOutput]:
        return [*self.collect(event.request, Purpose.ACCEPT_REINVITE), *self.reoffered(event.request)]

    def reoffered(self, request: Request) -> list[LegOutput]:
        """A page without GWS holds by itself; its ICE and DTLS stay, SIP Server gets a hold."""
        held = is_hold(request)
        changed, self.held = held is not None and held != self.held, self.held if held is None else held
        return [Update(held=self.held)] if changed else []

    # --- words

    def _say(self, event: Info) -> list[LegOutput]:
        if not self._early:
            self._unsaid.append(event)
            return []
        return [self._inform(event)]

    def _say_all(self) -> list[LegOutput]:
        said = [self._inform(event) for event in self._unsaid]
        self._unsaid.clear()
        return said

    def _inform(self, event: Info) -> LegOutput:
        body = event.body
        return self.send(sip.SendInDialog(self.session, "INFO", "INFO", content_type=event.content_type, body=body))

    def _updated(self, event: Update) -> list[LegOutput]:
        """Hold is told, not negotiated: the trunk's media is shut already, the page's goes on as it is."""
        if event.held is None:
            return self._say(words(call={"uuid": event.call_uuid}))
        self.held = event.held
        return self._say(words(do="hold" if event.held else "retrieve"))

    # --- the page goes and comes

    def _gone(self, event: PageGone, now: float) -> list[LegOutput]:
        return self._wait_for_page(now)

    def _wait_for_page(self, now: float) -> list[LegOutput]:
        """What is to be said meanwhile waits too."""
        self.deadline, self._early = now + self.settings.page_return, False
        return []

    def _back(self, event: PageBack, now: float) -> list[LegOutput]:
        """Ring again: the old INVITE is lost with its connection."""
        old = self.session
        self._attempt += 1
        self.session = f"{old.split('#', 1)[0]}#{self._attempt}"
        self.flow, self.target, self.deadline, self._early = event.flow, event.target, None, False
        self.state = LegState.PREPARING
        return [self.send(sip.Hangup(old)), self.make_offer(Purpose.INVITE)]

    def _moved(self, event: PageBack, now: float) -> list[LegOutput]:
        if not event.same:
            return []
        self.flow, self.target, self.deadline = event.flow, event.target, None
        return [self.send(sip.MoveSession(self.session, event.flow))]

    def _found(self, event: PageBack, now: float) -> list[LegOutput]:
        self.flow, self.target, self.deadline = event.flow, event.target, None
        return []

    def _not_back(self, event: sip.Tick, now: float) -> list[LegOutput]:
        if self.deadline is None or now < self.deadline:
            return []
        self.deadline = None
        called = self.state in (LegState.PREPARING, LegState.CALLING)
        ended = Disconnect("the page is gone")
        return [*self.hang_up(ended), Fail(self.settings.no_page_status) if called else ended]

    # --- the end

    def _page_ended(self, event: sip.Cancelled | sip.Ended, now: float) -> list[LegOutput]:
        self.state = LegState.ENDED
        return [Disconnect("the agent ended the call")]


def dialled(request: Request) -> str:
    """The number in the Request-URI, empty if it has none."""
    try:
        return Uri.parse(request.uri).user
    except RemoteProtocolError:
        return ""


def is_hold(request: Request) -> bool | None:
    """Whether a page's re-offer puts the call on hold (RFC 3264 section 8.4); None if it does not say."""
    if not request.body:
        return None
    try:
        return read_webrtc(description(request)).direction in ("sendonly", "inactive")
    except SdpError:
        return None


_S = LegState

HANDLE: dict[tuple[LegState, type], Callable[[PageLeg, Any, float], list[LegOutput]]] = {
    (_S.IDLE, sip.Invited): PageLeg._invited,
    (_S.PREPARING, MediaReply): PageLeg._media,
    (_S.PREPARING, PageGone): PageLeg._gone,
    (_S.PREPARING, PageBack): PageLeg._found,
    (_S.PREPARING, sip.Tick): PageLeg._not_back,
    (_S.CALLING, sip.Provisional): PageLeg._provisional,
    (_S.CALLING, sip.Accepted): PageLeg._accepted,
    (_S.CALLING, sip.Rejected): PageLeg._rejected,
    (_S.CALLING, sip.Requested): requested,
    (_S.CALLING, PageGone): PageLeg._gone,
    (_S.CALLING, PageBack): PageLeg._back,
    (_S.CALLING, sip.Tick): PageLeg._not_back,
    (_S.CALLED, MediaReply): PageLeg._media,
    (_S.CALLED, sip.Cancelled): PageLeg._page_ended,
    (_S.CALLED, sip.Requested): requested,
    (_S.CALLED, PageGone): PageLeg._gone,
    (_S.CALLED, PageBack): PageLeg._moved,
    (_S.CALLED, sip.Tick): PageLeg._not_back,
    (_S.ANSWERING, MediaReply): PageLeg._media,
    (_S.ANSWERING, sip.Cancelled): PageLeg._page_ended,
    (_S.CONNECTED, MediaReply): PageLeg._media,
    (_S.CONNECTED, sip.Acknowledged): PageLeg._acknowledged,
    (_S.CONNECTED, sip.Reinvited): PageLeg._reinvited,
    (_S.CONNECTED, sip.Requested): requested,
    (_S.CONNECTED, sip.Ended): PageLeg._page_ended,
    (_S.CONNECTED, PageBack): PageLeg._moved,
}

TELL: dict[tuple[LegState, type], Callable[[PageLeg, Any], list[LegOutput]]] = {
    (_S.IDLE, Try): PageLeg._try,
    (_S.PREPARING, Info): PageLeg._say,
    (_S.PREPARING, Disconnect): PageLeg.hang_up,
    (_S.CALLING, Info): PageLeg._say,
    (_S.CALLING, Disconnect): PageLeg.hang_up,
    (_S.CALLED, Ring): PageLeg._server_rings,
    (_S.CALLED, Connect): PageLeg._server_answered,
    (_S.CALLED, Fail): PageLeg.refuse,
    (_S.CALLED, Disconnect): PageLeg.hang_up,
    (_S.ANSWERING, Disconnect): PageLeg.hang_up,
    (_S.CONNECTED, Info): PageLeg._say,
    (_S.CONNECTED, Update): PageLeg._updated,
    (_S.CONNECTED, Disconnect): PageLeg.hang_up,
}
