"""Messages of the torture tests, line by line."""

from __future__ import annotations

from dataclasses import dataclass

SDP = (
    b"v=0\r\no=caller 29739 7272939 IN IP4 192.0.2.3\r\ns=-\r\nc=IN IP4 192.0.2.4\r\nt=0 0\r\n"
    b"m=audio 49217 RTP/AVP 0 12\r\nm=video 3227 RTP/AVP 31\r\na=rtpmap:31 LPC\r\n"
)

CALL = "call"  # Invited: it goes to the call machine
REQUEST = "request"  # OutOfDialogRequested: it goes to the core's user
DROPPED = "dropped"  # nothing is answered and nobody is told, but for the log


@dataclass(frozen=True, slots=True)
class Torture:
    """One message, and the core's verdict: CALL, REQUEST, DROPPED, or the status that it answers by itself.

    `registrar` is the status that the binding table gives to a REGISTER that the core let through.
    """

    section: str
    name: str
    octets: bytes
    verdict: int | str
    why: str
    registrar: int | None = None


def lines(*rows: str | bytes, body: bytes = b"") -> bytes:
    """The rows with CRLF line ends, an empty line, and the body."""
    octets = [row.encode() if isinstance(row, str) else row for row in rows]
    return b"\r\n".join([*octets, b"", body])


def request(
    start: str,
    *more: str | bytes,
    sdp: bool = False,
    body: bytes = b"",
    length: str | None = None,
    cseq: str | None = None,
    without: tuple[str, ...] = (),
    **changes: str,
) -> bytes:
    """A request with the headers that every one has; `changes` replaces their values, underscores for hyphens."""
    body = SDP if sdp else body
    headers = {
        "To": "<sip:user@example.com>",
        "From": "<sip:caller@example.net>;tag=t1",
        "Call-ID": "torture@caller.example.net",
        "CSeq": cseq or f"8 {start.split(' ')[0]}",
        "Max-Forwards": "70",
        "Via": "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKtorture",
    }
    headers |= {name.replace("_", "-"): value for name, value in changes.items()}
    rows: list[str | bytes] = [f"{name}: {value}" for name, value in headers.items() if name not in without]
    rows += more
    if sdp:
        rows.append("Content-Type: application/sdp")
    if length != "":
        rows.append(f"Content-Length: {len(body) if length is None else length}")
    return lines(start, *rows, body=body)


def response(start: str, *more: str, body: bytes = b"", **changes: str) -> bytes:
    """A response with the headers that every one has."""
    via = {"Via": "SIP/2.0/UDP 192.0.2.105;branch=z9hG4bKours", **changes}
    return request("OPTIONS", *more, body=body, **via).replace(b"OPTIONS\r\n", start.encode() + b"\r\n", 1)
