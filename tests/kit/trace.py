"""Messages for traces."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Way:
    """By which a message came."""

    transport: str = "UDP"
    remote: tuple[str, int] = ("127.0.0.81", 5060)


def message(start: str, call_id: str, *, body: str = "") -> bytes:
    """A SIP message of that dialog."""
    return f"{start}\r\nVia: x\r\nCall-ID: {call_id}\r\nCSeq: 1 INVITE\r\n\r\n{body}".encode()


def invite(call_id: str) -> bytes:
    """SIP Server calls 5001."""
    return message("INVITE sip:5001@127.0.0.1 SIP/2.0", call_id)
