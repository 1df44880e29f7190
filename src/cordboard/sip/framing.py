"""What one datagram or one WebSocket message holds: a message, a keep-alive, or something that cannot be used.

Both carry exactly one SIP message (RFC 3261 section 18.3, RFC 7118 section 5); streams are cut in `stream`. Empty
lines are keep-alives (RFC 5626 section 3.5.1): on a connection a double CRLF is a ping and asks for a CRLF as pong; in
datagrams they only keep a NAT open. A broken request is picked over for the five headers that a response must
repeat (section 8.2.6.2), so that the sender learns of its mistake instead of repeating it for 32 seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.grammar import is_token
from cordboard.sip.headers import Headers
from cordboard.sip.message import MAXIMUM_SIZE, Message, Request, parse_message, split_head
from cordboard.sip.validation import ONCE, validate
from cordboard.sip.via import top_via


@dataclass(frozen=True, slots=True)
class KeepAlive:
    """Nothing but empty lines; `answer` is what to send back, b"" for nothing."""

    answer: bytes


@dataclass(frozen=True, slots=True)
class Unreadable:
    """No usable message. `why` names no value of it; `status` says the same as a number.

    `request` holds what a response repeats (Via, From, To, Call-ID, CSeq, as far as they were there); None if it was
    a response, an ACK or too broken, and must be dropped.
    """

    why: str
    status: int
    request: Request | None


Framed = Message | KeepAlive | Unreadable


def read(data: bytes, *, connection: bool = False, stream: bool = False) -> Framed:
    """What `data` holds; messages have been through `validate`. `connection`: a WebSocket rather than a datagram.

    `stream`: cut out of a stream, where a message must say its length (RFC 3261 section 20.14).
    """
    if not data.strip(b"\r\n\0 \t"):
        return KeepAlive(b"\r\n" if connection and data == b"\r\n\r\n" else b"")
    try:
        message = parse_message(data)
        if stream and "Content-Length" not in message.headers:
            raise RemoteProtocolError("Content-Length is missing")
        validate(message)
    except RemoteProtocolError as error:
        return Unreadable(str(error), error.status_hint, _salvage(data))
    return message


def _salvage(data: bytes) -> Request | None:
    """What is left of a broken request, if that is enough to answer it."""
    try:
        lines, _ = split_head(data[:MAXIMUM_SIZE].rstrip(b"\r\n") + b"\r\n\r\n")
        method, _, rest = lines[0].partition(" ")
        if not is_token(method) or method == "ACK":  # a status line begins with SIP/2.0, which is no token
            return None
        headers = _needed_by_a_response(lines[1:])
        top_via(headers)
    except RemoteProtocolError:
        return None
    if "CSeq" not in headers:
        return None
    return Request(method, rest.partition(" ")[0], headers)


def _needed_by_a_response(lines: list[str]) -> Headers:
    kept = Headers()
    for line in lines:
        try:
            ((name, value),) = Headers.parse([line]).items()
        except RemoteProtocolError:
            continue
        if name == "Via" or (name in ONCE and name not in kept):
            kept.add(name, value)
    return kept
