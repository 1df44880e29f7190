"""The gateway and the SIP Server look-alike wired to each other in virtual time, with phones that do as they are told.

Every message of the agent's dialogs is passed from one machine to the other, byte by byte. Colleagues and customers
answer whatever comes; the page answers when the gateway's words tell it to. A test gives CTI's orders and looks at what
both sides have been told.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from cordboard.call.media import Side
from cordboard.call.snapshot import from_text, to_text
from cordboard.call.trunk.settings import TrunkSettings
from cordboard.sip import events as sip
from cordboard.sip.message import Message, Request, Response, parse_message
from kit.gateway_stack import PAGE_FLOW, TRUNK_FLOW, call_id, description, page_peer
from kit.peer import BODIES, SipPeer
from kit.sip_server_stack import SERVER, SipServerStack, outside, phone
from kit.two_calls import TwoCalls

PHONES = {"colleague": ("5002", "127.0.0.65"), "third": ("5003", "127.0.0.66")}
GATEWAY = ("127.0.0.9", 5060)


@dataclass(slots=True)
class Joined:
    """`words` are what the page was told, `events` what CTI was."""

    server: SipServerStack
    trunk_settings: TrunkSettings = field(default_factory=TrunkSettings)
    gateway: TwoCalls = field(init=False)
    now: float = 1000.0
    words: list[str] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    sent_to_page: list[str] = field(default_factory=list)  # "INVITE <Call-ID>", "INFO <Call-ID>" ...
    refusing: dict[str, int] = field(default_factory=dict)  # phones that refuse calls, with their status
    ringing: set[str] = field(default_factory=set)  # phones that ring until `answer`
    _peers: dict[tuple[str, str], SipPeer] = field(default_factory=dict)
    _over: set[str] = field(default_factory=set)  # dialogs, by Call-ID

    def __post_init__(self) -> None:
        self.gateway = TwoCalls(self.trunk_settings, domain=f"{SERVER[0]}:{SERVER[1]}")
        self.server.addresses = {GATEWAY: "agent", ("127.0.0.91", 5060): "caller"}
        self.server.addresses |= {(host, 5060): name for name, (_, host) in PHONES.items()}
        self.server.register("5001", "agent", self.now)
        for name, (dn, _) in PHONES.items():
            self.server.register(dn, name, self.now)

    def order(self, text: str) -> None:
        """What CTI asks for, in the words of `kit.sip_server_stack`."""
        self.server.receive("cti", text.encode(), self.now)
        self._run()

    def call(self, name: str, number: str) -> None:
        """A party calls."""
        self._say(name, self._new_peer(name, ""), f"INVITE sip:{number}@{SERVER[0]}:{SERVER[1]} | caller")
        self._run()

    def hang_up(self, name: str) -> None:
        """A party ends its call, of two the one that began last."""
        dialogs = [dialog for column, dialog in self._peers if column == name and dialog not in self._over]
        self._over.add(dialogs[-1])
        self._say(name, self._peers[name, dialogs[-1]], "BYE")
        self._run()

    def answer(self, name: str, text: str = "") -> None:
        """A party that rings answers, or refuses."""
        peer = next(peer for (column, _), peer in self._peers.items() if column == name)
        self._say(name, peer, text or f"200 INVITE | {DESCRIPTIONS[name]}")
        self._run()

    def kill_gateway(self) -> None:
        """The process is gone without a word; the next one takes the first call up from its snapshot."""
        call, cores = self.gateway.call, self.gateway.cores
        places = {Side.TRUNK: (call.trunk.session, TRUNK_FLOW), Side.PAGE: (call.page.session, PAGE_FLOW)}
        dialogs = {side: cores[side].snapshot(session) for side, (session, _) in places.items()}
        saved = from_text(to_text(call, dialogs[Side.PAGE], dialogs[Side.TRUNK]))
        self.gateway = TwoCalls(self.trunk_settings, domain=f"{SERVER[0]}:{SERVER[1]}", process="next-")
        saved.fill(self.gateway.call)
        for side, leg in ((Side.TRUNK, self.gateway.call.trunk), (Side.PAGE, self.gateway.call.page)):
            restore = sip.Restore(leg.session, places[side][1], saved.dialog(side) or {})
            self.gateway.cores[side].handle(restore, self.now)
        self.gateway.page_gone(self.now)
        self.gateway.page_back(self.now, same=True)

    def wait(self, seconds: float) -> None:
        until = self.now + seconds
        while (deadline := self._deadline) is not None and deadline <= until:
            self.now = max(self.now, deadline)
            self.gateway.pass_time(self.now)
            self.server.pass_time(self.now)
            self._run()
        self.now = until

    @property
    def page_invites(self) -> int:
        """How often the page was INVITEd, re-INVITEs counted."""
        return sum(each.startswith("INVITE") for each in self.sent_to_page)

    def heard(self, dn: str) -> list[str]:
        """The names of CTI's events about a DN."""
        return [event.split()[0] for event in self.events if event.split()[1] == dn]

    @property
    def _deadline(self) -> float | None:
        times = [each for each in (self.gateway.deadline, self.server.deadline) if each is not None]
        return min(times, default=None)

    # --- messages go round

    def _run(self) -> None:
        while self.gateway.sent or self.server.sent:
            if self.gateway.sent:
                column, data = self.gateway.sent.pop(0)
                self._from_gateway(column, data)
            else:
                column, data = self.server.sent.pop(0)
                self._from_server(column, data)

    def _from_gateway(self, column: str, data: bytes) -> None:
        if column.startswith("trunk"):
            self.server.receive("agent", data, self.now)
        else:
            message = parse_message(data)
            if isinstance(message, Request):
                self.sent_to_page.append(f"{message.method} {call_id(data)}")
                self.words += [message.body.decode()] if message.method == "INFO" else []
            self._react("page", data)

    def _from_server(self, column: str, data: bytes) -> None:
        if column == "agent":
            self.gateway.receive("trunk", data, self.now)
        elif column == "cti":
            self.events.append(data.decode())
        else:
            self._react(column, data)

    def _say(self, column: str, peer: SipPeer, text: str) -> None:
        data = peer.build(text)
        if column == "page":
            self.gateway.receive("page", data, self.now)
        else:
            self.server.receive(column, data, self.now)

    # --- phones

    def _react(self, column: str, data: bytes) -> None:
        message = parse_message(data)
        peer = self._peers.get((column, call_id(data))) or self._new_peer(column, call_id(data))
        begins = isinstance(message, Request) and message.method == "INVITE" and not peer.call_id
        peer.match("NOTED", data)
        for text in self._replies(column, message, begins):
            self._say(column, peer, text)

    def _replies(self, column: str, message: Message, begins: bool) -> list[str]:
        if isinstance(message, Response):
            invited = (message.headers.get("CSeq") or "").endswith("INVITE")
            return ["ACK"] if invited and message.status >= 200 else []
        match message.method:
            case "ACK":
                return []
            case "BYE":
                self._over.add(message.headers.get("Call-ID") or "")
            case "CANCEL":
                return ["200 CANCEL", "487 INVITE"]
            case "INVITE" if begins and column in self.refusing:
                return [f"{self.refusing[column]} INVITE"]
            case "INVITE" if begins and column == "page":
                return ["180 INVITE"]
            case "INVITE" if begins and column in self.ringing:
                return ["180 INVITE"]
            case "INVITE":
                return [*(["180 INVITE"] if begins else []), f"200 INVITE | {DESCRIPTIONS[column]}"]
            case "INFO" if b'"answer"' in message.body:
                return ["200 INFO", f"200 INVITE | {DESCRIPTIONS[column]}"]
        return [f"200 {message.method}"]

    def _new_peer(self, column: str, dialog: str) -> SipPeer:
        if column == "page":
            peer: Any = page_peer(f"page-{len(self._peers)}")
        elif column in PHONES:
            peer = phone(f"{column}-{len(self._peers)}", *PHONES[column])
        else:
            peer = outside(f"{column}-{len(self._peers)}", "+15550100", "127.0.0.91")
        key = dialog or f"{peer.name}-call-1"
        self._peers[column, key] = peer
        return peer


BODIES["page answer"] = description("page answer")
DESCRIPTIONS = {"page": "page answer", "colleague": "colleague", "third": "third", "caller": "caller-answer"}
