"""A phone in virtual time: it rings, answers when it is told to, and takes whatever it is offered."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from cordboard.sip import events as sip
from cordboard.sip.core import UserAgentCore
from cordboard.sip.message import Request

SERVER = ("127.0.0.81", 5060)


class _Identifiers:
    def __init__(self, name: str) -> None:
        self._names = (f"{name}-{number}" for number in itertools.count(1))

    def branch(self) -> str:
        return f"z9hG4bK{next(self._names)}"

    def tag(self) -> str:
        return next(self._names)

    call_id = session = transaction = tag


def description(host: str, inactive: bool = False) -> str:
    direction = "a=inactive\r\n" if inactive else ""
    return (
        f"v=0\r\no=- 7 7 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\nm=audio 8000 RTP/AVP 0 8 101\r\n"
        f"a=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n{direction}"
    )


@dataclass(slots=True)
class Phone:
    """Rings, answers when `answers` says so or SIP Server tells it to, and takes whatever it is offered."""

    address: tuple[str, int]
    number: str
    answers: bool = False
    refuses: int = 0
    session: str = ""
    held: bool = False
    scene: int = 0
    core: UserAgentCore = field(init=False)

    def __post_init__(self) -> None:
        at = f"{self.address[0]}:{self.address[1]}"
        identifiers = _Identifiers(f"{self.scene}-{self.number}")
        self.core = UserAgentCore(identifiers, via_host=lambda flow: at, user_agent="", supported=("replaces",))

    @property
    def contact(self) -> str:
        return f"<sip:{self.number}@{self.address[0]}:{self.address[1]}>"

    @property
    def flow(self) -> sip.Flow:
        return sip.Flow("UDP", "phone", SERVER)

    def sdp(self) -> str:
        return description(self.address[0], self.held)

    def heard(self, output: sip.Output) -> list[sip.Input]:
        """What it does about it."""
        match output:
            case sip.Invited(session):
                self.session = session
                if self.refuses:
                    return [sip.Ring(session, self.contact), sip.Reject(session, self.refuses)]
                return [sip.Ring(session, self.contact), *(self.answer() if self.answers else [])]
            case sip.Reinvited(session):
                return [sip.Accept(session, self.contact, self.sdp())]
            case sip.Requested():
                return [sip.Respond(output.transaction, 200), *self._told(output.request)]
            case sip.OutOfDialogRequested():
                return [sip.Respond(output.transaction, 200)]
        return []

    def answer(self) -> list[sip.Input]:
        return [sip.Accept(self.session, self.contact, self.sdp())]

    def _told(self, request: Request) -> list[sip.Input]:
        event = request.headers.get("Event") or ""
        if request.method != "NOTIFY" or event not in ("talk", "hold"):
            return []
        was, self.held = self.held, event == "hold"
        return [sip.Reinvite(self.session, self.sdp())] if was or self.held else self.answer()
