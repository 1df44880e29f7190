"""The gateway without its network: one call machine, two SIP cores, an engine that replies at once, in virtual time."""

from __future__ import annotations

import itertools
import re
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from cordboard.call.call import Call, CallInput, EndCall, FromSip
from cordboard.call.dialing import read_order
from cordboard.call.events import CallEnded
from cordboard.call.media import MediaConnected, MediaMoved, MediaReply, MediaRequest, Side, Verb
from cordboard.call.outputs import ToSip
from cordboard.call.page.leg import PageLeg
from cordboard.call.page.presence import CallSettings, PageBack, PageGone
from cordboard.call.trunk.leg import TrunkLeg
from cordboard.call.trunk.referral import ReferRefused
from cordboard.call.trunk.settings import TrunkSettings
from cordboard.sip import events as sip
from cordboard.sip.core import UserAgentCore
from kit.peer import SipPeer

TRUNK_FLOW = sip.Flow("UDP", "trunk", ("127.0.0.81", 5060))
PAGE_FLOW = sip.Flow("WS", "page", ("127.0.0.1", 40000), "page-1")


class CountedIdentifiers:
    """Implements `Identifiers` by counting, so that a ladder is the same in every run."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._counter = itertools.count(1)

    def _next(self, kind: str) -> str:
        return f"{self._prefix}-{kind}-{next(self._counter)}"

    def branch(self) -> str:
        return "z9hG4bK" + self._next("branch")

    def tag(self) -> str:
        return self._next("tag")

    def call_id(self) -> str:
        return self._next("call")

    def session(self) -> str:
        return self._next("session")

    def transaction(self) -> str:
        return self._next("transaction")


def description(session: str, address: str = "127.0.0.9", port: int = 8000, extra: str = "") -> str:
    """A plain description whose session name says who made it."""
    return (
        f"v=0\r\no=- 1 1 IN IP4 {address}\r\ns={session}\r\nc=IN IP4 {address}\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n{extra}"
    )


@dataclass(slots=True)
class InstantEngine:
    """Replies at once; a description names the verb that made it and how often. `failing` maps verbs to statuses."""

    requests: list[MediaRequest] = field(default_factory=list)
    failing: dict[Verb, int] = field(default_factory=dict)
    held: bool = False
    page_silent: float = 60.0  # seconds
    made: int = 0
    session: int = 1

    @property
    def port(self) -> int:
        """Where the media is."""
        return 29999 + self.session

    def begin_anew(self) -> None:
        """Another engine is in its place, and knows nothing."""
        self.requests.clear()
        self.session += 1
        self.made, self.held = 0, False

    def carry_out(self, request: MediaRequest) -> MediaReply:
        self.requests.append(request)
        if status := self.failing.get(request.verb):
            return MediaReply(request.verb, status=status, why="the engine refuses")
        if request.verb in (Verb.HOLD_TRUNK, Verb.RESUME_TRUNK):
            self.held = request.verb is Verb.HOLD_TRUNK
        if request.verb is Verb.LISTEN_PAGE:
            return MediaReply(request.verb, silent=self.page_silent)
        if request.sdp:
            return MediaReply(request.verb, sdp=request.sdp)
        self.made += 1
        direction = "a=inactive\r\n" if self.held and request.verb.side is Side.TRUNK else "a=sendrecv\r\n"
        return MediaReply(request.verb, sdp=self._describe(request.verb, direction))

    def _describe(self, verb: Verb, direction: str) -> str:
        """Each has the next version, as RFC 3264 section 8 asks; the place of the media is its port."""
        text = description(f"{verb}", port=self.port, extra=direction)
        return text.replace("o=- 1 1", f"o=- {self.session} {self.made}")

    @property
    def verbs(self) -> list[str]:
        return [str(request.verb) for request in self.requests]


class GatewayStack:
    """Implements `kit.ladder.Stack` for the peers "trunk" and "page", and for further dialogs with either.

    `trunk_options` are the SIP core's; `process` tells the identifiers of one process from those of another.

    A dialog's column is that of the peer who began it; one that the gateway begins goes to `next_column` of its side.
    """

    def __init__(
        self,
        settings: CallSettings | None = None,
        trunk_settings: TrunkSettings | None = None,
        process: str = "",
        **trunk_options: Any,
    ) -> None:
        self.sent: list[tuple[str, bytes]] = []
        self.next_column = {Side.TRUNK: "trunk", Side.PAGE: "page"}
        self._columns: dict[str, str] = {}
        self.engine = InstantEngine()
        self.engine_is_slow = False  # replies wait for `engine_replies`
        self._replies: deque[MediaReply] = deque()
        self.page_connects = True  # with the engine, once that has its answer
        self.ended: list[CallEnded] = []
        self.now = 0.0
        identifiers = CountedIdentifiers(f"{process}trunk")
        trunk = UserAgentCore(identifiers, via_host=lambda flow: "127.0.0.9:5060", **trunk_options)
        page = UserAgentCore(CountedIdentifiers(f"{process}page"), via_host=lambda flow: "gateway.invalid", yields=True)
        self.cores = {Side.TRUNK: trunk, Side.PAGE: page}
        self.call = new_call("call-1", settings or CallSettings(), trunk_settings or TrunkSettings())

    def receive(self, peer: str, data: bytes, now: float) -> None:
        side, flow = (Side.PAGE, PAGE_FLOW) if peer.startswith("page") else (Side.TRUNK, TRUNK_FLOW)
        self._columns.setdefault(call_id(data), peer)
        self._core(side, sip.Received(flow, data), now)

    def pass_time(self, now: float) -> None:
        for side in Side:
            self._core(side, sip.Tick(), now)
        self.feed(sip.Tick(), now)

    def page_gone(self, now: float) -> None:
        self.feed(PageGone(), now)

    def page_lost(self, now: float) -> None:
        """Its connection is closed: the SIP core hears of it first."""
        self._core(Side.PAGE, sip.FlowClosed(PAGE_FLOW), now)
        self.page_gone(now)

    def page_back(self, now: float, same: bool = False) -> None:
        self.feed(PageBack(PAGE_FLOW, "sip:new@xyz.invalid;transport=ws", same), now)

    def media_moved(self, now: float) -> None:
        """What carried the media died, with all that it has not replied to; another carries it."""
        self.engine.begin_anew()
        self._replies.clear()
        self.feed(MediaMoved("its media worker died"), now)

    def end(self, now: float) -> None:
        self.feed(EndCall("test"), now)

    @property
    def deadline(self) -> float | None:
        deadlines = [self.cores[Side.TRUNK].deadline, self.cores[Side.PAGE].deadline, self.call.deadline]
        return min((each for each in deadlines if each is not None), default=None)

    @property
    def idle(self) -> bool:
        """Nothing is left: no call, no dialog, and no transaction once 64*T1 have passed."""
        return self.call.over and all(core.sessions == core.transactions == 0 for core in self.cores.values())

    def _core(self, side: Side, input: sip.Input, now: float) -> None:
        outputs = self.cores[side].handle(input, now)
        for output in outputs:
            if isinstance(output, sip.Transmit):
                column = self._columns.setdefault(call_id(output.data), self.next_column[side])
                self.sent.append((column, output.data))
        for output in outputs:
            if isinstance(output, sip.OutOfDialogRequested):
                self._referred(output, now)
            elif not isinstance(output, sip.Transmit):
                self.feed(FromSip(side, output), now)

    def _referred(self, output: sip.OutOfDialogRequested, now: float) -> None:
        """What the gateway does with a REFER outside any dialog."""
        try:
            order = read_order(output.request, "refer", output.flow, self.call.trunk, "referred")
        except ReferRefused as refused:
            self._core(Side.TRUNK, sip.Respond(output.transaction, refused.status), now)
            return
        headers = (("Contact", self.call.trunk.contact), *order.response_headers)
        self._core(Side.TRUNK, sip.Respond(output.transaction, 202, "", headers, to_tag="referred"), now)
        self.feed(order, now)

    def feed(self, input: CallInput, now: float) -> None:
        for output in self.call.handle(input, now):
            match output:
                case ToSip(side, command):
                    self._core(side, command, now)
                case MediaRequest():
                    reply = self.engine.carry_out(output)
                    if output.verb is not Verb.CLOSE:
                        self._replies.append(reply)
                case CallEnded():
                    self.ended.append(output)
        if not self.engine_is_slow:
            self.engine_replies(now)

    def engine_replies(self, now: float, count: int = 1000) -> None:
        """Let the engine's replies arrive, the oldest first."""
        while self._replies and count:
            count -= 1
            reply = self._replies.popleft()
            self.feed(reply, now)
            if reply.verb is Verb.TAKE_PAGE_ANSWER and self.page_connects:
                self.feed(MediaConnected(), now)


def new_call(name: str, settings: CallSettings, trunk_settings: TrunkSettings) -> Call:
    """A call of the DN 5001 that has not begun."""
    return Call(
        name,
        page=PageLeg(
            f"{name}/page",
            "<sip:5001@gateway.invalid;transport=ws>",
            flow=PAGE_FLOW,
            dn="5001",
            target="sip:abc@xyz.invalid;transport=ws",
            domain="gateway.invalid",
            settings=settings,
        ),
        trunk=TrunkLeg(
            f"{name}/trunk",
            "<sip:5001@127.0.0.9:5060>",
            flow=TRUNK_FLOW,
            dn="5001",
            domain="127.0.0.81:5060",
            settings=trunk_settings,
        ),
    )


def call_id(data: bytes) -> str:
    """The Call-ID of a message, empty without one."""
    found = re.search(rb"(?im)^call-id:[ \t]*(\S+)", data)
    return found[1].decode(errors="replace") if found else ""


def trunk_peer(name: str = "trunk") -> SipPeer:
    """SIP Server's wire style: From and To without angle brackets (reference: SIP Server 1.5)."""
    return SipPeer(
        name,
        own="sip:1003@127.0.0.81:5060",
        other="sip:5001@127.0.0.81:5060",
        contact="<sip:1003@127.0.0.81:5060>",
        via="UDP 127.0.0.81:5060",
        brackets=False,
    )


def page_peer(name: str = "page") -> SipPeer:
    return SipPeer(
        name,
        own="sip:5001@gateway.invalid",
        other="sip:5002@gateway.invalid",
        contact="<sip:abc@xyz.invalid;transport=ws;ob>",
        via="WS xyz.invalid",
    )
