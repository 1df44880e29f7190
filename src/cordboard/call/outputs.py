"""What a leg puts out, and the rules for headers that both legs share."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from cordboard.call.events import WORDS_TYPE, CallEvent, Header, Info
from cordboard.call.media import MediaRequest, Side
from cordboard.genesys import dialect
from cordboard.sip.events import Input
from cordboard.sip.headers import Headers
from cordboard.sip.message import Request, Response

OUR_PREFIX = "x-cordboard-"


@dataclass(frozen=True, slots=True)
class ToSip:
    """A command for the SIP core of that side."""

    side: Side
    command: Input


LegOutput = ToSip | MediaRequest | CallEvent


def crossing_headers(headers: Headers) -> tuple[Header, ...]:
    """The headers of SIP Server's INVITE that the page gets; nobody outside may speak in our own `X-Cordboard-`
    words."""
    return tuple(
        (name, value)
        for name, value in headers.items()
        if dialect.crosses(name) and not name.lower().startswith(OUR_PREFIX)
    )


def words(**content: object) -> Info:
    """Words to the page, e.g. `words(do="answer")`."""
    return Info(WORDS_TYPE, json.dumps(content, separators=(",", ":")).encode())


def without_tag(address: str) -> str:
    """A From or To value without its tag, otherwise as the peer wrote it."""
    return ";".join(part for part in address.split(";") if not part.strip().lower().startswith("tag="))


def description(message: Request | Response) -> str:
    """The SDP in a message, empty if there is none."""
    return message.body.decode("utf-8", "replace")


def as_offered(answer: str) -> str:
    """An answer as its peer would offer: what it does with pictures may be all that we had asked for."""
    head, *lines = re.split(r"(?m)^(?=m=)", answer)
    pictures = (line.startswith("m=video") for line in lines)
    opened = (re.sub(r"a=(send|recv)only\b", "a=sendrecv", line) for line in lines)
    return head + "".join(new if is_video else old for old, new, is_video in zip(lines, opened, pictures, strict=True))


def held_by_address(sdp: str) -> str:
    """A description that says hold in RFC 2543's form: nothing can be sent to 0.0.0.0, and no direction is named.

    There is no such form for IPv6 (RFC 3264 section 8.4): one without IPv4 address stays as it is.
    """
    if "c=IN IP4 " not in sdp:
        return sdp
    lines = ["c=IN IP4 0.0.0.0" if line.startswith("c=IN IP4 ") else line for line in sdp.splitlines()]
    return "".join(f"{line}\r\n" for line in lines if line not in ("a=inactive", "a=sendonly"))
