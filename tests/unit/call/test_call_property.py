"""No sequence of events makes a call raise or leaves one leg without the other; every call can be ended."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from cordboard.call.call import Call, CallInput, EndCall, FromSip
from cordboard.call.dialing import read_order
from cordboard.call.events import CallEnded
from cordboard.call.leg import LegState
from cordboard.call.media import MediaConnected, MediaLost, MediaMoved, MediaReply, MediaRequest, Side, Verb
from cordboard.call.page.presence import CallSettings, PageBack, PageGone
from cordboard.call.trunk.referral import LAST
from cordboard.call.trunk.settings import HoldForm, TrunkSettings
from cordboard.sip import events as sip
from cordboard.sip.headers import Headers
from cordboard.sip.message import Request, Response
from kit.gateway_stack import PAGE_FLOW, TRUNK_FLOW, description, new_call

SETTINGS = TrunkSettings(accepts_refer=True, hold_form=HoldForm.ADDRESS, reliable_provisional=True)
USUAL = [
    ("From", "sip:1003@127.0.0.81;tag=a"),
    ("To", "sip:5001@127.0.0.81"),
    ("Call-ID", "c"),
    ("CSeq", "1 ANY"),
    ("Contact", "<sip:1003@127.0.0.81>"),
]

bodies = st.sampled_from([b"", b"rubbish", description("any").encode()])
headers = st.lists(
    st.sampled_from(
        [
            ("Refer-To", "<sip:1004@127.0.0.81>"),
            ("Refer-To", "<sip:1004@elsewhere.example>"),
            ("Refer-Sub", "false"),
            ("Event", "talk"),
            ("Event", "hold"),
            ("Require", "100rel"),
            ("X-Genesys-CallUUID", "ONE"),
            ("X-Genesys-CallUUID", "TWO"),
            ("Contact", "<sip:1005@127.0.0.81>"),
            ("Reason", "SIP;cause=200"),
        ]
    ),
    max_size=3,
)
methods = st.sampled_from(["INVITE", "NOTIFY", "INFO", "UPDATE", "REFER", "PRACK", "MESSAGE", "OPTIONS", "PUBLISH"])
requests = st.builds(
    lambda method, given, body: Request(method, "sip:5001@127.0.0.9", Headers([*USUAL, *given]), body),
    methods,
    headers,
    bodies,
)
responses = st.builds(
    lambda status, given, body: Response(status, "Any", Headers([*USUAL, *given]), body),
    st.sampled_from([180, 183, 200, 302, 404, 486, 491, 503]),
    headers,
    bodies,
)
events = st.one_of(
    st.builds(sip.Invited, st.just(""), st.just(TRUNK_FLOW), requests),
    st.builds(sip.Provisional, st.just(""), responses, st.booleans()),
    st.builds(sip.Accepted, st.just(""), responses, st.booleans()),
    st.builds(lambda response: sip.Rejected("", response.status, response), responses),
    st.builds(sip.Rejected, st.just(""), st.sampled_from([408, 503]), st.none()),
    st.builds(sip.ReinviteRejected, st.just(""), st.sampled_from([408, 488, 491]), st.none()),
    st.builds(sip.Acknowledged, st.just(""), requests, st.booleans()),
    st.builds(sip.ProvisionalAcknowledged, st.just(""), requests),
    st.builds(sip.Cancelled, st.just(""), requests),
    st.builds(sip.Reinvited, st.just(""), requests),
    st.builds(sip.RefreshDue, st.just("")),
    st.builds(sip.Ended, st.just(""), st.sampled_from(sip.EndCause), st.one_of(st.none(), requests)),
    st.builds(sip.Requested, st.just(""), st.just("transaction"), requests),
    st.builds(sip.Replied, st.just(""), st.sampled_from([LAST, "INFO 1", "NOTIFY"]), st.just(200), st.none()),
)


@dataclass(frozen=True)
class Reply:
    """The engine's next reply arrives, with this outcome."""

    status: int
    reoffer: bool


steps = st.one_of(
    st.tuples(st.sampled_from(Side), st.integers(0, 3), events),
    st.builds(Reply, st.sampled_from([0, 0, 0, 488]), st.booleans()),
    st.just(PageGone()),
    st.builds(PageBack, st.just(PAGE_FLOW), st.just("sip:x@y.invalid"), st.booleans(), st.just("page")),
    st.builds(MediaLost, st.just("lost"), st.booleans(), st.booleans()),
    st.just(MediaMoved("its media worker died")),
    st.just(MediaConnected()),
    st.just(sip.Tick()),
)
BEGINNINGS = ("trunk", "page", "REFER")


def begin(call: Call, by: str) -> CallInput:
    request = Request("INVITE", "sip:5001@127.0.0.9", Headers([*USUAL, ("Refer-To", "<sip:1004@127.0.0.81>")]))
    if by == "REFER":
        return read_order(request, "refer", TRUNK_FLOW, call.trunk, "tag")
    side = Side.TRUNK if by == "trunk" else Side.PAGE
    return FromSip(side, sip.Invited("first", TRUNK_FLOW, request))


class Driven:
    """A call with an engine whose replies wait, and time that passes with each input."""

    def __init__(self, by: str) -> None:
        self.call = new_call("call-1", CallSettings(), SETTINGS)
        self.now = 0.0
        self.replies: deque[MediaReply] = deque()
        self.closed = 0
        self.ended = 0
        self.feed(begin(self.call, by))

    def feed(self, input: CallInput) -> None:
        self.now += 0.7
        for output in self.call.handle(input, self.now):
            if isinstance(output, CallEnded):
                self.ended += 1
            elif isinstance(output, MediaRequest) and output.verb is Verb.CLOSE:
                self.closed += 1
            elif isinstance(output, MediaRequest):
                self.replies.append(MediaReply(output.verb, description("engine"), silent=9.0))
        assert self.call.over or not self.alone

    @property
    def alone(self) -> bool:
        """One leg is over and nobody told the other; a successor on its way keeps the page company."""
        page, trunk = self.call.page.state, self.call.trunk.state
        if page is LegState.ENDED:
            return trunk is not LegState.ENDED
        return trunk is LegState.ENDED and self.call.succession.successor is None

    def reply(self, status: int, reoffer: bool) -> None:
        if self.replies:
            self.feed(replace(self.replies.popleft(), status=status, reoffer=reoffer))

    def event(self, side: Side, number: int, event: sip.Output) -> None:
        """About one of the call's sessions of that side, or about a session of nobody; an INVITE is to replace one."""
        sessions = [session for each, session in self.call.sessions if each is side]
        session = sessions[number] if number < len(sessions) else f"strange-{number}"
        if isinstance(event, sip.Invited):
            session = f"another-{self.now}"
            if side is Side.PAGE or self.call.trunk.state is LegState.IDLE:
                return
        self.feed(FromSip(side, replace(event, session=session)))  # type: ignore[arg-type]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(BEGINNINGS), st.lists(steps, max_size=40))
def test_whatever_comes(by: str, sequence: list[object]) -> None:
    driven = Driven(by)
    for step in sequence:
        match step:
            case (Side() as side, int() as number, event):
                driven.event(side, number, event)  # type: ignore[arg-type]
            case Reply(status, reoffer):
                driven.reply(status, reoffer)
            case MediaMoved():
                driven.replies.clear()
                driven.feed(step)
            case _:
                driven.feed(step)  # type: ignore[arg-type]
    driven.feed(EndCall("the end"))
    assert driven.call.over
    assert driven.closed == driven.ended == 1
