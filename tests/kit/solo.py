"""One SIP core and a peer that says exactly what the test wants, in virtual time."""

from __future__ import annotations

from itertools import count
from typing import Any, TypeVar

from cordboard.sip import events
from cordboard.sip.core import UserAgentCore
from cordboard.sip.events import Flow, Header, Input, Output, Received, Tick, Transmit
from cordboard.sip.headers import Headers
from cordboard.sip.message import Message, Request, Response, parse_message, reason_phrase, to_bytes
from kit.counted import CountedIdentifiers
from kit.pair import SDP

OURS = "127.0.0.1:5060"
PEER = ("127.0.0.2", 5070)
CONTACT = f"<sip:5001@{OURS}>"
PEER_CONTACT = "<sip:peer@127.0.0.2:5070>"

Wanted = TypeVar("Wanted")


class Solo:
    """The core under test with all that it says; `sent` are the messages, parsed, and when they were sent."""

    def __init__(self, transport: str = "UDP", **options: Any) -> None:
        self.now = 0.0
        self.flow = Flow(transport, "trunk", PEER, "" if transport == "UDP" else "c1")
        self.core = UserAgentCore(CountedIdentifiers("our-"), via_host=lambda flow: OURS, **options)
        self.outputs: list[Output] = []
        self.sent: list[tuple[float, Message]] = []
        self.to: list[Flow] = []
        self.peer_cseq = 0
        self._numbers = count(1)

    # --- the core ---

    def do(self, input: Input) -> list[Output]:
        fresh = self.core.handle(input, self.now)
        for output in fresh:
            if isinstance(output, Transmit):
                self.sent.append((self.now, parse_message(output.data)))
                self.to.append(output.flow)
            else:
                self.outputs.append(output)
        return fresh

    def run(self, seconds: float) -> None:
        """Let time pass, waking the core at its deadlines."""
        until = self.now + seconds
        while (deadline := self.core.deadline) is not None and deadline <= until:
            self.now = max(self.now, deadline)
            self.do(Tick())
        self.now = until

    def call(self, sdp: str = SDP, session: str = "s", **more: Any) -> Request:
        """Give `Invite`; the INVITE that was sent."""
        self.do(
            events.Invite(session, self.flow, "sip:peer@127.0.0.2:5070", "<sip:5001@example.com>",
                          "<sip:peer@example.com>", CONTACT, sdp, **more)
        )  # fmt: skip
        return self.request("INVITE")

    def all(self, kind: type[Wanted]) -> list[Wanted]:
        return [output for output in self.outputs if isinstance(output, kind)]

    def last(self, kind: type[Wanted]) -> Wanted:
        found = self.all(kind)
        assert found, f"no {kind.__name__} among {self.kinds}"
        return found[-1]

    @property
    def kinds(self) -> list[str]:
        return [type(output).__name__ for output in self.outputs]

    # --- what it sent ---

    @property
    def lines(self) -> list[str]:
        """All that was sent: methods of requests, "status method" of responses."""
        return [_line(message) for _, message in self.sent]

    def fresh(self) -> list[str]:
        """The same, since the last time this was asked."""
        lines = self.lines[getattr(self, "_seen", 0) :]
        self._seen = len(self.lines)
        return lines

    def request(self, method: str) -> Request:
        """The latest request with that method."""
        found = [each for _, each in self.sent if isinstance(each, Request) and each.method == method]
        assert found, f"no {method} among {self.lines}"
        return found[-1]

    def response(self, line: str) -> Response:
        """The latest response that is "status method"."""
        found = [each for _, each in self.sent if isinstance(each, Response) and _line(each) == line]
        assert found, f"no {line} among {self.lines}"
        return found[-1]

    def times(self, line: str) -> list[float]:
        """When messages of that line were sent."""
        return [time for time, message in self.sent if _line(message) == line]

    # --- the peer ---

    def receive(self, message: Message) -> list[Output]:
        return self.do(Received(self.flow, to_bytes(message)))

    def reply(
        self, status: int, request: Request, tag: str = "peer-tag", sdp: str = "", headers: tuple[Header, ...] = ()
    ) -> Response:
        """The peer answers a request of ours."""
        fields = [field for field in request.headers.items() if field[0] in ("Via", "From", "Call-ID", "CSeq")]
        to = request.headers.get("To", "")
        if tag and status > 100 and "tag=" not in to:
            to += f";tag={tag}"
        response = Response(status, reason_phrase(status), Headers([*fields, ("To", to)]), sdp.encode())
        if 100 < status < 300 and "Contact" not in dict(headers):
            response.headers.add("Contact", PEER_CONTACT)
        for name, value in headers:
            response.headers.add(name, value)
        self.receive(response)
        return response

    def invite(self, sdp: str = SDP, call_id: str = "peer-call", **fields: str) -> Request:
        """The peer sends a new INVITE."""
        request = self._peer_request("INVITE", "<sip:peer@example.com>;tag=peer-tag", "<sip:5001@example.com>", call_id)
        request.body = sdp.encode()
        for name, value in fields.items():
            request.headers.set(name.replace("_", "-"), value)
        self.receive(request)
        return request

    def ask(
        self, method: str, invite: Request, sdp: str = "", cseq: int = 0, headers: tuple[Header, ...] = ()
    ) -> Request:
        """The peer sends a request in the dialog of `invite`, theirs or ours; `cseq` 0 takes the next number."""
        if self._is_ours(invite):
            ours, theirs = invite.headers.get("From", ""), invite.headers.get("To", "") + ";tag=peer-tag"
        else:
            ours = self.our_to(invite)
            theirs = invite.headers.get("From", "")
        request = self._peer_request(method, theirs, ours, invite.headers.get("Call-ID", ""), cseq)
        request.body = sdp.encode()
        for name, value in headers:
            request.headers.set(name, value)
        self.receive(request)
        return request

    def ack(self, invite: Request, sdp: str = "") -> Request:
        """The peer acknowledges our 2xx to its INVITE."""
        number = int(invite.headers.get("CSeq", "").split()[0])
        return self.ask("ACK", invite, sdp, number)

    def cancel(self, invite: Request) -> Request:
        """The peer cancels its INVITE."""
        number = invite.headers.get("CSeq", "").split()[0]
        kept = [field for field in invite.headers.items() if field[0] in ("Via", "From", "To", "Call-ID")]
        request = Request("CANCEL", invite.uri, Headers([*kept, ("CSeq", f"{number} CANCEL"), ("Max-Forwards", "70")]))
        self.receive(request)
        return request

    def our_to(self, invite: Request) -> str:
        """The To of their dialog's requests: with the tag we gave."""
        answers = [
            each.headers.get("To", "")
            for _, each in self.sent
            if isinstance(each, Response) and each.headers.get("Call-ID") == invite.headers.get("Call-ID")
        ]
        return next((to for to in reversed(answers) if "tag=" in to), invite.headers.get("To", ""))

    def _is_ours(self, invite: Request) -> bool:
        return "our-" in invite.headers.get("From", "")

    def _peer_request(self, method: str, sender: str, to: str, call_id: str, cseq: int = 0) -> Request:
        if method not in ("ACK", "CANCEL"):
            self.peer_cseq = cseq or self.peer_cseq + 1
        fields = [
            ("Via", f"SIP/2.0/{self.flow.transport} 127.0.0.2:5070;branch=z9hG4bKpeer{next(self._numbers)}"),
            ("From", sender),
            ("To", to),
            ("Call-ID", call_id),
            ("CSeq", f"{cseq or self.peer_cseq} {method}"),
            ("Max-Forwards", "70"),
            ("Contact", PEER_CONTACT),
        ]
        return Request(method, f"sip:5001@{OURS}", Headers(fields))


def _line(message: Message) -> str:
    if isinstance(message, Request):
        return message.method
    return f"{message.status} {message.headers.get('CSeq', '').split()[1]}"


def request(method: str, **fields: str) -> Request:
    """A request of the peer outside dialogs; fields override the usual ones, an empty one takes it away."""
    headers = {
        "Via": f"SIP/2.0/UDP 127.0.0.2:5070;branch=z9hG4bK{method}",
        "From": "<sip:peer@example.com>;tag=p",
        "To": "<sip:5001@example.com>",
        "Call-ID": f"call-{method}",
        "CSeq": f"1 {method}",
        "Max-Forwards": "70",
    }
    headers |= {name.replace("_", "-"): value for name, value in fields.items()}
    return Request(method, "sip:5001@127.0.0.1", Headers([field for field in headers.items() if field[1]]))


def message(solo: Solo, key: str, **more: object) -> events.SendRequest:
    """The command for a MESSAGE outside dialogs."""
    return events.SendRequest(
        key, solo.flow, "MESSAGE", "sip:peer@127.0.0.2", "<sip:5001@example.com>", "<sip:peer@example.com>", **more
    )  # type: ignore[arg-type]
