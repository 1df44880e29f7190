"""The SIP Server look-alike in virtual time for ladders: phones and callers as SIP peers, CTI and media server as
words.

    cti   -> AnswerCall 5001
    cti   <- EventEstablished 5001 state=Established
    media <- OpenMedia music

A phone may have two dialogs: "agent" is the first of 5001's, "agent-2" the second at the same address.

A `cti` or `media` line is matched word by word: each expected word must be among those of the message. The media server
replies at once with a description named after the service and a count, unless `media_fails` or `media_waits` is set.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, cast

from cordboard.lab import telephony as cti
from cordboard.lab.media_server_port import (
    CloseMedia,
    MediaFailed,
    MediaOpened,
    MediaRequest,
    OpenMedia,
    PlayMedia,
    PointMedia,
    RecordConference,
    SetAudience,
)
from cordboard.lab.sip_server.calls.leg import Broken, Noted
from cordboard.lab.sip_server.identifiers import GenesysIdentifiers
from cordboard.lab.sip_server.machine import CallExpected
from cordboard.lab.sip_server.settings import DnSettings, SipServerSettings
from cordboard.lab.sip_server.stack import Stack
from cordboard.sip import events as sip
from cordboard.sip.message import parse_message
from kit.ladder import Ladder
from kit.peer import BODIES, SipPeer

SERVER = ("127.0.0.81", 5070)
TRUNK = ("127.0.0.90", 5060)
GUIDS = (
    "0A0A0A0A-1111-4222-8333-444455556666",
    "0B0B0B0B-1111-4222-8333-444455556666",
    "0C0C0C0C-1111-4222-8333-444455556666",
)
RUN = bytes(range(16))
WALL_CLOCK = 1_700_000_000.0


def description(
    name: str, address: str = "127.0.0.1", port: int = 8000, formats: str = "0 8 101", extra: str = ""
) -> str:
    """A plain description whose session name says who made it."""
    names = {"0": "PCMU/8000", "8": "PCMA/8000", "18": "G729/8000", "101": "telephone-event/8000"}
    maps = "".join(f"a=rtpmap:{number} {names[number]}\r\n" for number in formats.split())
    return (
        f"v=0\r\no=- 7 7 IN IP4 {address}\r\ns={name}\r\nc=IN IP4 {address}\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP {formats}\r\n{maps}{extra}"
    )


BODIES.update(
    {
        "caller": description("caller", "127.0.0.90"),
        "caller-answer": description("caller-answer", "127.0.0.90", formats="0 101"),
        "agent": description("agent", "127.0.0.64", formats="0 101"),
        "agent-full": description("agent-full", "127.0.0.64", formats="0 8 18 101"),
        "agent-hold": description("agent-hold", "127.0.0.64", extra="a=sendonly\r\n"),
        "agent-inactive": description("agent-inactive", "127.0.0.64", extra="a=inactive\r\n"),
        "agent-zero": description("agent-zero", "0.0.0.0"),
        "agent-active": description("agent-active", "127.0.0.64", extra="a=sendrecv\r\n"),
        **{f"sipfrag {status}": f"SIP/2.0 {status} Whatever\r\n" for status in (100, 200, 486)},
        "digit-1": "Signal=1\r\nDuration=160\r\n",
        "digit-5-sent": "Signal=5\r\nDuration=250\r\n",
        "digit-5": "Signal=5\r\nDuration=160\r\n",
        "rubbish": "this is no description",
        "colleague": description("colleague", "127.0.0.65", formats="0 101"),
        "colleague-full": description("colleague-full", "127.0.0.65"),
        "third": description("third", "127.0.0.66", formats="0 101"),
        "third-full": description("third-full", "127.0.0.66"),
        "agent-2": description("agent-2", "127.0.0.64", 8002, formats="0 101"),
        "colleague-inactive": description("colleague-inactive", "127.0.0.65", extra="a=inactive\r\n"),
    }
)


class WordsPeer:
    """CTI or the media server in a ladder."""

    def build(self, text: str) -> bytes:
        return text.encode()

    def match(self, text: str, data: bytes) -> str:
        missing = [word for word in text.split() if word not in data.decode().split()]
        return f"missing: {' '.join(missing)}" if missing else ""


class SipServerStack:
    """Implements `kit.ladder.Stack`; SIP peers are told apart by their address."""

    def __init__(self, settings: SipServerSettings | None = None, **options: Any) -> None:
        self.settings = settings or lab_settings(**options)
        guids: Iterator[str] = iter(GUIDS)
        self.stack = Stack(
            self.settings,
            GenesysIdentifiers(SERVER[0], lambda: next(guids)),
            run=RUN,
            secret=b"secret",
            wall_clock=WALL_CLOCK,
        )
        self.sent: list[tuple[str, bytes]] = []
        self.events: list[cti.TelephonyEvent] = []
        self.broken: list[Broken] = []
        self.media_fails = False
        self.media_waits = False  # whether replies are kept back until `media -> reply`
        self.kept: list[Any] = []
        self.failing_services: set[str] = set()
        self.seats: dict[str, str] = {}  # session at the media server -> its description's name
        self.audiences: dict[str, list[str] | None] = {}  # who hears whom, by those names
        self.media_asks = False  # whether media lines are part of the ladder
        self.notes: list[str] = []
        self.addresses: dict[tuple[str, int], str] = {}
        self.peers: dict[str, Any] = {}
        self.two_dialogs: set[str] = set()  # peers whose second dialog has a column of its own
        self._numbers = itertools.count(1)

    @property
    def deadline(self) -> float | None:
        return self.stack.deadline

    @property
    def switch(self) -> Any:
        return self.stack.machine.switch

    def address(self, peer: str) -> tuple[str, int]:
        first = peer.removesuffix("-2")
        return next(address for address, name in self.addresses.items() if name == first)

    def _peer(self, remote: tuple[str, int], data: bytes) -> str:
        """Who gets this: of two dialogs at one address the one whose Call-ID it has."""
        name = self.addresses.get(remote, str(remote))
        if name not in self.two_dialogs or name not in self.peers or not self.peers[name].call_id:
            return name
        call_id = parse_message(data).headers.get("Call-ID")
        return name if call_id == self.peers[name].call_id else f"{name}-2"

    def receive(self, peer: str, data: bytes, now: float) -> None:
        if peer == "cti":
            self.feed(self._request(data.decode().split()), now)
        elif peer == "media":
            self.feed(self.kept.pop(0), now)
        else:
            self.feed(sip.Received(sip.Flow("UDP", "sip-server", self.address(peer)), data), now)

    def pass_time(self, now: float) -> None:
        self.feed(sip.Tick(), now)

    def expect_call(self, call_id: str, user_data: cti.UserData, now: float) -> None:
        self.feed(CallExpected(call_id, user_data), now)

    def feed(self, input: Any, now: float) -> None:
        for output in self.stack.handle(input, now):
            if isinstance(output, sip.Transmit):
                self.sent.append((self._peer(output.flow.remote, output.data), output.data))
            elif isinstance(output, OpenMedia | PlayMedia | PointMedia | CloseMedia | SetAudience | RecordConference):
                self._media(output, now)
            elif isinstance(output, Broken):
                self.broken.append(output)
            elif isinstance(output, Noted):
                self.notes.append(output.what)
            elif not isinstance(output, sip.Malformed):
                self.events.append(output)
                self.sent.append(("cti", words_of(output).encode()))

    def register(self, dn: str, peer: str, now: float) -> None:
        """Register the DN from that peer's address; the answers are not part of any ladder."""
        host, port = self.address(peer)
        data = (
            f"REGISTER sip:{SERVER[0]}:{SERVER[1]} SIP/2.0\r\nVia: SIP/2.0/UDP {host}:{port};branch=z9hG4bKreg{dn}\r\n"
            f"From: <sip:{dn}@{SERVER[0]}:{SERVER[1]}>;tag=reg\r\nTo: <sip:{dn}@{SERVER[0]}:{SERVER[1]}>\r\n"
            f"Call-ID: reg-{dn}\r\nCSeq: 1 REGISTER\r\nContact: <sip:{dn}@{host}:{port}>\r\nExpires: 3600\r\n"
            "Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
        )
        self.receive(peer, data.encode(), now)
        self.sent.clear()

    def _media(self, request: MediaRequest, now: float) -> None:
        if self.media_asks:
            self.sent.append(("media", _media_words(request).encode()))
        if isinstance(request, OpenMedia):
            name = f"{request.service}-{next(self._numbers)}"
            self.seats[request.session] = name
            reply = MediaOpened(request.session, description(name, "127.0.0.81", 9000, "0 101"))
            fails = self.media_fails or request.service in self.failing_services
            answer = MediaFailed(request.session, "no media") if fails else reply
            if self.media_waits:
                self.kept.append(answer)
            else:
                self.feed(answer, now)
        elif isinstance(request, SetAudience):
            heard = None if request.heard_by is None else [self.seats[each] for each in request.heard_by]
            self.audiences[self.seats[request.session]] = heard

    def _request(self, words: list[str]) -> cti.TelephonyRequest:
        """`name DN [argument ...]`; of two calls the one that began last, or with `call=0` the first."""
        name, dn, *rest = words
        place = next((int(word.removeprefix("call=")) for word in rest if word.startswith("call=")), -1)
        rest = [word for word in rest if not word.startswith("call=")]
        kind = getattr(cti, name)
        if name == "AgentLogin":
            return cti.AgentLogin(dn, f"agent{dn}", reference=7)
        if kind is cti.SetDoNotDisturb:
            return cti.SetDoNotDisturb(dn, rest == ["true"], reference=7)
        if issubclass(kind, WITHOUT_CALL):
            return cast(cti.TelephonyRequest, kind(dn, *(_enumerated(word) for word in rest), reference=7))
        views = self.switch.views(dn)
        call = views[place].call_uuid if views else "0" * 32
        return cast(cti.TelephonyRequest, kind(dn, call, *(_enumerated(word) for word in rest), reference=7))


WITHOUT_CALL = (
    cti.MakeCall,
    cti.AgentLogout,
    cti.AgentSetReady,
    cti.AgentSetNotReady,
    cti.MonitorNextCall,
    cti.CancelMonitoring,
    cti.SetForward,
)


def _enumerated(word: str) -> str:
    """The member of one of the enumerations that is written so, or the word."""
    for kind in (cti.RecordingAction, cti.MonitorMode, cti.MonitorScope):
        if word in list(kind):
            return kind(word)
    return word


def _media_words(request: MediaRequest) -> str:
    match request:
        case OpenMedia(_, service, sdp):
            return f"OpenMedia {service} {'answer' if sdp else 'offer'}"
        case PlayMedia(_, sound):
            return f"PlayMedia {sound.name}"
        case RecordConference(_, tape):
            return f"RecordConference {tape}"
    return type(request).__name__


def words_of(event: cti.TelephonyEvent) -> str:
    """An event as the words that a ladder can name."""
    if isinstance(event, cti.CallEvent):
        call = event.call
        extensions = " ".join(f"{name}={value}" for name, value in event.extensions.items())
        data = " ".join(f"data.{name}={value}" for name, value in call.user_data.items())
        return (
            f"{event.name} {call.dn} state={call.state} type={call.call_type} ani={call.ani} dnis={call.dnis} "
            f"with={','.join(call.participants)} reference={event.reference} recording={call.recording} "
            f"supervised={call.supervised} parent={bool(call.parent_call)} consult={bool(call.consult_call)} "
            f"queue={call.queue} {extensions} {data}"
        )
    if isinstance(event, cti.DnEvent):
        dn = event.dn
        return (
            f"DnEvent {dn.dn} {dn.state} mode={dn.work_mode} service={dn.in_service} "
            f"reference={event.reference} dnd={dn.do_not_disturb} forward={dn.forward_to}"
        )
    return f"Error {event.dn} code={event.code} reference={event.reference}"


def lab_settings(**options: Any) -> SipServerSettings:
    """DNs 5001 to 5003 on the server of the ladders."""
    dns = options.pop("dns", tuple(DnSettings(dn) for dn in ("5001", "5002", "5003")))
    return SipServerSettings(**{"address": SERVER, "dns": dns, "trunk": TRUNK, **options})


def phone(name: str, dn: str, host: str) -> SipPeer:
    """A scripted phone of a DN at host:5060."""
    domain = f"{SERVER[0]}:{SERVER[1]}"
    return SipPeer(name, f"sip:{dn}@{domain}", f"sip:somebody@{domain}", f"<sip:{dn}@{host}:5060>", f"UDP {host}:5060")


def outside(name: str, number: str, host: str) -> SipPeer:
    """A scripted party outside at host:5060."""
    domain = f"{SERVER[0]}:{SERVER[1]}"
    return SipPeer(
        name, f"sip:{number}@{host}", f"sip:somebody@{domain}", f"<sip:{number}@{host}:5060>", f"UDP {host}:5060"
    )


def ladder_of(server: SipServerStack, third: bool = False) -> Ladder:
    """5001 ("agent") and 5002 ("colleague") are registered, by wish 5003 ("third"); "caller", "trunk" are outside."""
    server.addresses = {
        ("127.0.0.64", 5060): "agent",
        ("127.0.0.65", 5060): "colleague",
        ("127.0.0.66", 5060): "third",
        ("127.0.0.91", 5060): "caller",
        TRUNK: "trunk",
    }
    server.register("5001", "agent", 1000.0)
    server.register("5002", "colleague", 1000.0)
    if third:
        server.register("5003", "third", 1000.0)
    peers: dict[str, Any] = {
        "agent": phone("agent", "5001", "127.0.0.64"),
        "agent-2": phone("agent-2", "5001", "127.0.0.64"),
        "colleague": phone("colleague", "5002", "127.0.0.65"),
        "colleague-2": phone("colleague-2", "5002", "127.0.0.65"),
        "third": phone("third", "5003", "127.0.0.66"),
        "caller": outside("caller", "+15550100", "127.0.0.91"),
        "trunk": outside("trunk", "+15550123", TRUNK[0]),
        "cti": WordsPeer(),
        "media": WordsPeer(),
    }
    server.peers = peers
    return Ladder(server, peers)
