"""A phone in virtual time that answers whatever the protocol asks of it, each call in its own temper."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from cordboard.sip import events as sip
from cordboard.sip.core import UserAgentCore
from kit.counted import CountedIdentifiers

AUDIO = "m=audio 4000 RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
SDP = f"v=0\r\no=- 1 1 IN IP4 127.0.0.90\r\ns=-\r\nc=IN IP4 127.0.0.90\r\nt=0 0\r\n{AUDIO}"
ON_HOLD = SDP + "a=inactive\r\n"


class World(Protocol):
    """What a phone needs of the world it is in."""

    @property
    def now(self) -> float: ...

    def later(self, seconds: float, action: Callable[[], None]) -> None: ...


@dataclass(slots=True)
class Temper:
    """What a phone does when it is called."""

    rings_after: float
    answers_after: float | None  # None: it rings until somebody gives up
    refusal: int = 0


class TemperedPhone:
    """`room` is how many calls it has at a time; `calls` are its sessions, and whether each is answered."""

    def __init__(self, world: World, name: str, flow: sip.Flow, contact: str, temper: Temper, room: int = 1) -> None:
        self.core = UserAgentCore(CountedIdentifiers(f"{name}-"), via_host=lambda flow: f"{name}.invalid")
        self.flow = flow
        self.contact = contact
        self.temper = temper
        self.calls: dict[str, bool] = {}
        self.ever: set[str] = set()
        self.sent: list[bytes] = []
        self._room = room
        self._world = world

    @property
    def is_idle(self) -> bool:
        return self.core.sessions == self.core.transactions == 0

    def do(self, input: sip.Input) -> None:
        for output in self.core.handle(input, self._world.now):
            if isinstance(output, sip.Transmit):
                self.sent.append(output.data)
            else:
                self._react(output)

    def call(self, target: str, to_uri: str, from_uri: str) -> None:
        self.calls["call"] = False
        self.ever.add("call")
        self.do(sip.Invite("call", self.flow, target, from_uri, to_uri, self.contact, SDP))

    def answer(self) -> None:
        """Answer what rings."""
        for session, answered in list(self.calls.items()):
            if not answered and session != "call":
                self.calls[session] = True
                self.do(sip.Accept(session, self.contact, SDP))

    def hang_up(self) -> None:
        """End the oldest call."""
        if self.calls:
            session = next(iter(self.calls))
            del self.calls[session]
            self.do(sip.Hangup(session))

    def end_all(self) -> None:
        """End what it ever had, known or not."""
        self.calls.clear()
        for session in sorted(self.ever):
            self.do(sip.Hangup(session))

    def hold(self, sdp: str) -> None:
        for session, answered in self.calls.items():
            if answered:
                self.do(sip.Reinvite(session, sdp))
                return

    def _react(self, output: sip.Output) -> None:
        match output:
            case sip.Invited() if len(self.calls) >= self._room:
                self.do(sip.Reject(output.session, 486))
            case sip.Invited():
                self._invited(output.session)
            case sip.Accepted(initial=True):
                if output.session in self.calls:
                    self.calls[output.session] = True
            case sip.Reinvited():
                self.do(sip.Accept(output.session, self.contact, SDP))
            case sip.Requested():
                self.do(sip.Respond(output.transaction, 200))
                self._told(output.request.body)
            case sip.OutOfDialogRequested():
                self.do(sip.Respond(output.transaction, 200))
            case sip.Cancelled() | sip.Ended() | sip.Rejected():
                self.calls.pop(output.session, None)

    def _invited(self, session: str) -> None:
        self.calls[session] = False
        self.ever.add(session)
        temper = self.temper
        if temper.refusal:
            self._world.later(temper.rings_after, lambda: self._refuse(session))
            return
        self._world.later(temper.rings_after, lambda: self.do(sip.Ring(session, self.contact)))
        if temper.answers_after is not None:
            self._world.later(temper.rings_after + temper.answers_after, self.answer)

    def _refuse(self, session: str) -> None:
        if self.calls.pop(session, None) is not None:
            self.do(sip.Reject(session, self.temper.refusal))

    def _told(self, body: bytes) -> None:
        """The words to the page: GWS answers through it."""
        if body.startswith(b"{") and json.loads(body).get("do") == "answer":
            self.answer()
