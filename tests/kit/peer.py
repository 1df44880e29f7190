"""A peer of a ladder: builds SIP messages from short texts and compares what it gets with short texts.

    INVITE sip:5001@gateway:5060 + Supported: timer | offer
    200 INVITE + Contact: /sip:5001@/ | answer
    NOTIFY + Event: talk

First the method with its Request-URI, or the status with the method it answers; then `+ Name: value` for header
fields (in a comparison `/.../` is a regular expression and `-` means absent); then `| name` for a body of that name
from `BODIES`
(in a comparison `| none` means no body, `| /.../` a regular expression, `| sdp` any description).

A peer holds one dialog at a time; a new one begins with an INVITE when none is left. Its identifiers are counted, not
drawn.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field

from cordboard.sip.address import NameAddress
from cordboard.sip.headers import Headers
from cordboard.sip.message import Message, Request, Response, parse_message, reason_phrase, to_bytes

BODIES: dict[str, str] = {}


@dataclass(slots=True)
class Words:
    """A line of a ladder, taken apart."""

    start: list[str]
    headers: list[tuple[str, str]]
    body: str

    @classmethod
    def parse(cls, text: str) -> Words:
        head, _, body = text.partition(" | ")
        start, *fields = re.split(r"\s\+\s", head)
        headers = [(name.strip(), value.strip()) for name, _, value in (each.partition(":") for each in fields)]
        return cls(start.split(), headers, body.strip())


@dataclass(slots=True)
class SipPeer:
    """`own` and `other` are URIs, `contact` a Contact value, `via` the sent-by of our Via with its transport."""

    name: str
    own: str
    other: str
    contact: str
    via: str
    brackets: bool = True
    call_id: str = ""
    tag: str = ""
    other_tag: str = ""
    target: str = ""
    cseq: int = 0
    invite: Request | None = None
    refused: bool = False  # our INVITE got a final response other than 2xx, so its ACK belongs to the transaction
    answered: dict[str, Request] = field(default_factory=dict)
    got: list[Message] = field(default_factory=list)
    _counter: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def build(self, text: str) -> bytes:
        words = Words.parse(text)
        message = self._response(words) if words.start[0].isdigit() else self._request(words)
        if words.body:
            message.headers.set("Content-Type", "application/sdp")
            message.body = BODIES[words.body].encode()
        for name, value in words.headers:
            message.headers.set(name, value)
        return to_bytes(message)

    def match(self, text: str, data: bytes) -> str:
        words, message = Words.parse(text), parse_message(data)
        self._note(message)
        return differs_start(words, message) or differs_headers(words, message) or differs_body(words, message)

    def forget(self) -> None:
        """The dialog is over; the next INVITE begins another."""
        self.call_id = self.tag = self.other_tag = self.target = ""
        self.cseq = 0

    # --- building

    def _request(self, words: Words) -> Request:
        method = words.start[0]
        if not self.call_id:
            self._begin(words.start[1])
        uri = words.start[1] if len(words.start) > 1 else self.target
        if method in ("ACK", "CANCEL"):
            assert self.invite is not None
            number = int((self.invite.headers.get("CSeq") or "0").split()[0])
        else:
            self.cseq += 1
            number = self.cseq
        request = Request(method, uri, self._headers(method, number))
        if method == "INVITE":
            self.invite = request
        if self.invite and (method == "CANCEL" or (method == "ACK" and self.refused)):
            request.uri = self.invite.uri
            request.headers.set("Via", self.invite.headers.get("Via") or "")
        return request

    def _begin(self, uri: str) -> None:
        number = next(self._counter)
        self.call_id, self.tag, self.target = f"{self.name}-call-{number}", f"{self.name}-tag-{number}", uri

    def _headers(self, method: str, number: int) -> Headers:
        other = self._address(self.other) + (f";tag={self.other_tag}" if self.other_tag else "")
        return Headers(
            [
                ("From", f"{self._address(self.own)};tag={self.tag}"),
                ("To", other),
                ("Call-ID", self.call_id),
                ("CSeq", f"{number} {method}"),
                ("Via", f"SIP/2.0/{self.via};branch=z9hG4bK{self.name}{next(self._counter)}"),
                ("Max-Forwards", "70"),
                ("Contact", self.contact),
            ]
        )

    def _address(self, uri: str) -> str:
        return f"<{uri}>" if self.brackets else uri

    def _response(self, words: Words) -> Response:
        status = int(words.start[0])
        method = words.start[1] if len(words.start) > 1 else "INVITE"
        request = self.answered[method]
        headers = Headers([(name, value) for name, value in request.headers.items() if name in COPIED])
        if status > 100 and "tag=" not in (headers.get("To") or ""):
            self.tag = self.tag or f"{self.name}-tag-{next(self._counter)}"
            headers.set("To", f"{headers.get('To')};tag={self.tag}")
        headers.add("Contact", self.contact)
        return Response(status, reason_phrase(status), headers)

    # --- noting what came

    def _note(self, message: Message) -> None:
        self.got.append(message)
        if isinstance(message, Request):
            self.answered[message.method] = message
            self._learn(message.headers.get("From"), message.headers.get("Contact"))
            if message.method == "INVITE" and not self.call_id:
                self.call_id = message.headers.get("Call-ID") or ""
                self.own = str(NameAddress.parse(message.headers.get("To") or "").uri)
                self.other = str(NameAddress.parse(message.headers.get("From") or "").uri)
        elif message.status > 100:
            if (message.headers.get("CSeq") or "").endswith("INVITE"):
                self.refused = message.status >= 300
            self._learn(message.headers.get("To"), message.headers.get("Contact"))

    def _learn(self, address: str | None, contact: str | None) -> None:
        if address:
            self.other_tag = NameAddress.parse(address).tag or self.other_tag
        if contact:
            self.target = str(NameAddress.parse(contact).uri)


COPIED = ("Via", "From", "To", "Call-ID", "CSeq")


def differs_start(words: Words, message: Message) -> str:
    expected = words.start
    if isinstance(message, Request):
        if message.method != expected[0]:
            return f"expected {expected[0]}"
        return "" if len(expected) < 2 or differs(expected[1], message.uri) is False else f"expected {expected[1]}"
    method = (message.headers.get("CSeq") or "").split()[-1]
    wanted = (expected[0], expected[1] if len(expected) > 1 else "INVITE")
    return "" if (str(message.status), method) == wanted else f"expected {wanted[0]} to {wanted[1]}"


def differs_headers(words: Words, message: Message) -> str:
    for name, value in words.headers:
        values = message.headers.get_all(name)
        if value == "-":
            if values:
                return f"{name} is there"
        elif not any(differs(value, each) is False for each in values):
            return f"expected {name}: {value}, got {values}"
    return ""


def differs_body(words: Words, message: Message) -> str:
    body = message.body.decode(errors="replace")
    if words.body == "none":
        return "a body" if body else ""
    if words.body == "sdp":
        return "" if body.startswith("v=0") else "no description"
    if words.body.startswith("/"):
        return "" if re.search(words.body.strip("/"), body) else f"the body does not match {words.body}"
    return "" if not words.body or body == BODIES[words.body] else f"the body is not {words.body!r}"


def differs(expected: str, actual: str) -> bool:
    if expected.startswith("/") and expected.endswith("/"):
        return re.search(expected[1:-1], actual) is None
    return expected != actual
