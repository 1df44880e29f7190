"""SIP messages: bytes to `Request` or `Response` and back (RFC 3261 section 7).

Strategy. A message is cut at its first empty line, the head is decoded once and split into lines; nothing inside a
header value is looked at until somebody asks. Peers may end lines with CRLF or LF, fold lines, use compact names and
order headers as they like (SIP Server puts Via after Content-Type). The start line is read strictly: section 7.1 allows
single spaces only. What a head may not contain is a bare CR, because a value with one could smuggle a line into a
message that is built from it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from cordboard.sip.errors import LocalProtocolError, RemoteProtocolError
from cordboard.sip.grammar import is_token, number
from cordboard.sip.headers import Headers

__all__ = ["MAXIMUM_SIZE", "Headers", "Message", "Request", "Response", "parse_message", "reason_phrase", "to_bytes"]

MAXIMUM_SIZE = 65535  # octets, the most a datagram can carry (RFC 3261 section 18.1.1)

_FOLD = re.compile(r"\n[ \t]+")


@dataclass(slots=True, repr=False)
class Request:
    """A request; `uri` is the Request-URI as written."""

    method: str
    uri: str
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""

    def __repr__(self) -> str:
        return f"Request({self.method}, {self.headers!r}, body of {len(self.body)} octets)"


@dataclass(slots=True, repr=False)
class Response:
    """A response; `status` is 100 to 699."""

    status: int
    reason: str
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""

    def __repr__(self) -> str:
        return f"Response({self.status}, {self.headers!r}, body of {len(self.body)} octets)"


Message = Request | Response


def parse_message(data: bytes) -> Message:
    """Read the one message that a datagram or a WebSocket message holds.

    Octets after the Content-Length are dropped, fewer are an error; without Content-Length the body is all the rest
    (RFC 3261 section 18.3, RFC 7118 section 5). Raises RemoteProtocolError.
    """
    if len(data) > MAXIMUM_SIZE:
        raise RemoteProtocolError(f"message is larger than {MAXIMUM_SIZE} octets", status_hint=513)
    lines, rest = split_head(data)
    headers = Headers.parse(lines[1:])
    message = parse_start_line(lines[0], headers)
    message.body = _body(headers, rest)
    return message


def split_head(data: bytes) -> tuple[list[str], bytes]:
    """The unfolded lines before the first empty line, start line first, and the octets after it."""
    data = data.lstrip(b"\r\n")
    ends = head_end(data)
    if ends is None:
        raise RemoteProtocolError("no empty line after the headers")
    head, rest = data[: ends[0]], data[ends[1] :]
    text = _decode(head).replace("\r\n", "\n").removesuffix("\r")
    if "\r" in text:
        raise RemoteProtocolError("carriage return without line feed in the headers")
    if "\n " in text or "\n\t" in text:
        text = _FOLD.sub(" ", text)
    return text.split("\n"), rest


def head_end(data: bytes | bytearray, start: int = 0) -> tuple[int, int] | None:
    """Where the head ends and where the body begins, if there is an empty line from `start` on."""
    with_return, without = data.find(b"\n\r\n", start), data.find(b"\n\n", start)
    if with_return < 0 and without < 0:
        return None
    if without < 0 or 0 <= with_return < without:
        return with_return, with_return + 3
    return without, without + 2


def content_length(headers: Headers) -> int | None:
    """What Content-Length says, None where there is none; raises RemoteProtocolError where it says no one number."""
    lengths = set(headers.get_all("Content-Length"))
    if not lengths:
        return None
    if len(lengths) > 1:
        raise RemoteProtocolError("more than one Content-Length")
    return number(lengths.pop(), 2**32 - 1, "Content-Length")


def parse_start_line(line: str, headers: Headers) -> Message:
    """A message without body from its start line; raises RemoteProtocolError (505 for another version of SIP)."""
    first, _, rest = line.partition(" ")
    if first[:4].upper() == "SIP/":
        _check_version(first)
        return _response(rest, headers)
    uri, space, version = rest.partition(" ")
    if not space or not uri or not is_token(first) or version[:4].upper() != "SIP/":
        raise RemoteProtocolError("start line is neither a request line nor a status line")
    _check_version(version)
    return Request(first, uri, headers)


def to_bytes(message: Message) -> bytes:
    """The message as it goes on the wire; Content-Length is set right, in its place or at the end.

    Raises LocalProtocolError where a line end hides in a header or the start line.
    """
    fields = message.headers.items()
    lines = [start_line(message)]
    length_written = False
    for name, value in fields:
        if name == "Content-Length":
            if length_written:
                continue
            value, length_written = str(len(message.body)), True
        lines.append(f"{name}: {value}")
    if not length_written:
        lines.append(f"Content-Length: {len(message.body)}")
    lines.append("\r\n")
    head = "\r\n".join(lines)
    if head.count("\n") != len(lines) or head.count("\r") != len(lines):
        raise LocalProtocolError("line end inside a header")
    return head.encode("utf-8", "replace") + message.body


def start_line(message: Message) -> str:
    """The request line or status line, without line end."""
    if isinstance(message, Request):
        return f"{message.method} {message.uri} SIP/2.0"
    return f"SIP/2.0 {message.status} {message.reason}"


def reason_phrase(status: int) -> str:
    """The usual reason phrase of a status code; that of its class for an unknown one."""
    return _REASONS.get(status) or _CLASSES.get(status // 100, "Unknown")


def _decode(head: bytes) -> str:
    """UTF-8 (section 7); a head that is not, is taken as Latin-1, which old switches use in display names."""
    try:
        return head.decode("utf-8")
    except UnicodeDecodeError:
        return head.decode("latin-1")


def _check_version(version: str) -> None:
    if version.upper() == "SIP/2.0":
        return
    if re.fullmatch(r"SIP/[0-9]+\.[0-9]+", version, re.IGNORECASE):
        raise RemoteProtocolError("version of SIP is not 2.0", status_hint=505)
    raise RemoteProtocolError("start line has no version of SIP")


def _response(rest: str, headers: Headers) -> Response:
    code, _, reason = rest.partition(" ")
    if len(code) != 3 or not 100 <= number(code, 999, "status code") <= 699:
        raise RemoteProtocolError("status code is not between 100 and 699")
    return Response(int(code), reason, headers)


def _body(headers: Headers, rest: bytes) -> bytes:
    length = content_length(headers)
    if length is None:
        return rest
    if length > len(rest):
        too_large = length > MAXIMUM_SIZE
        raise RemoteProtocolError("body is shorter than Content-Length", status_hint=513 if too_large else 400)
    return rest[:length]


_CLASSES = {1: "Progress", 2: "OK", 3: "Redirected", 4: "Request Failure", 5: "Server Failure", 6: "Global Failure"}

_REASONS = {
    100: "Trying",
    180: "Ringing",
    181: "Call Is Being Forwarded",
    182: "Queued",
    183: "Session Progress",
    199: "Early Dialog Terminated",
    200: "OK",
    202: "Accepted",
    204: "No Notification",
    300: "Multiple Choices",
    301: "Moved Permanently",
    302: "Moved Temporarily",
    305: "Use Proxy",
    380: "Alternative Service",
    400: "Bad Request",
    401: "Unauthorized",
    402: "Payment Required",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    407: "Proxy Authentication Required",
    408: "Request Timeout",
    410: "Gone",
    412: "Conditional Request Failed",
    413: "Request Entity Too Large",
    414: "Request-URI Too Long",
    415: "Unsupported Media Type",
    416: "Unsupported URI Scheme",
    420: "Bad Extension",
    421: "Extension Required",
    422: "Session Interval Too Small",
    423: "Interval Too Brief",
    433: "Anonymity Disallowed",
    439: "First Hop Lacks Outbound Support",
    469: "Bad Info Package",
    480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist",
    482: "Loop Detected",
    483: "Too Many Hops",
    484: "Address Incomplete",
    485: "Ambiguous",
    486: "Busy Here",
    487: "Request Terminated",
    488: "Not Acceptable Here",
    489: "Bad Event",
    491: "Request Pending",
    493: "Undecipherable",
    494: "Security Agreement Required",
    500: "Server Internal Error",
    501: "Not Implemented",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Server Time-out",
    505: "Version Not Supported",
    513: "Message Too Large",
    580: "Precondition Failure",
    600: "Busy Everywhere",
    603: "Decline",
    604: "Does Not Exist Anywhere",
    606: "Not Acceptable",
}
