"""What SIP Server does to session descriptions on their way: as little as it can (reference: SIP Server 1.5, 2.2, 2.4).

Bodies are passed through and only the `o=` line is rewritten, so these functions work on the text, line by line; what
is not looked at stays as the phone wrote it.
"""

from __future__ import annotations

import re
from dataclasses import replace

from cordboard.sdp.codec import codecs_of
from cordboard.sdp.description import Attribute, SdpError, parse
from cordboard.sdp.direction import Direction
from cordboard.sdp.plain import UNSPECIFIED, read_plain

_ORIGIN = re.compile(r"^o=.*$", re.MULTILINE)
_DIRECTIONS = frozenset(Direction)


def with_origin(sdp: str, session_id: int, version: int, host: str) -> str:
    """The same description as coming from SIP Server: `o=Genesys <id> <version>`."""
    return _ORIGIN.sub(f"o=Genesys {session_id} {version} IN IP4 {host}", sdp.replace("\r\n", "\n"), count=1).replace(
        "\n", "\r\n"
    )


def is_hold(sdp: str) -> bool:
    """Whether the phone no longer listens: `sendonly`, `inactive` or the address 0.0.0.0. Raises `SdpError`."""
    return read_plain(sdp).held


def hold_answer(offer: str, host: str) -> str:
    """The answer to a hold offer: inactive at 0.0.0.0, with the offer's codecs. Raises `SdpError`."""
    description = parse(offer)
    description.origin = replace(description.origin, address=host)
    description.connection = UNSPECIFIED[0]
    for media in description.media:
        media.connection = None
        media.attributes = [each for each in media.attributes if each.name not in _DIRECTIONS]
        media.attributes.append(Attribute(Direction.INACTIVE.value))
    return description.to_text()


def hold_offer(sdp: str, session_id: int, rfc3264: bool) -> str:
    """`sdp` at rest: `inactive` (RFC 3264), or the address 0.0.0.0 as of old; a dummy where there is none."""
    try:
        description = parse(sdp or dummy(session_id))
    except SdpError:
        return dummy(session_id)
    for media in description.media:
        media.attributes = [each for each in media.attributes if each.name not in _DIRECTIONS]
        if rfc3264:
            media.attributes.append(Attribute(Direction.INACTIVE.value))
        else:
            media.connection = None
    if not rfc3264:
        description.connection = UNSPECIFIED[0]
    return description.to_text()


def narrowed(sdp: str, offer: str) -> str:
    """`sdp` with only the formats that `offer` has too; `sdp` itself where nothing is left or it cannot be read."""
    try:
        description, offered = parse(sdp), parse(offer)
    except SdpError:
        return sdp
    for media, theirs in zip(description.media, offered.media, strict=False):
        wanted = codecs_of(theirs)
        kept = [str(codec.payload_type) for codec in codecs_of(media) if any(codec.matches(each) for each in wanted)]
        if not kept:
            return sdp
        media.formats = kept
        media.attributes = [each for each in media.attributes if _belongs(each, kept)]
    return description.to_text()


def _belongs(attribute: Attribute, formats: list[str]) -> bool:
    if attribute.name not in ("rtpmap", "fmtp") or attribute.value is None:
        return True
    return attribute.value.partition(" ")[0] in formats


def dummy(session_id: int) -> str:
    """What SIP Server acknowledges a caller with, whose callee did not answer in time: nowhere to send to."""
    lines = (
        "v=0",
        f"o=Genesys {session_id} 1 IN IP4 0.0.0.0",
        "s=3pcc Make Call",
        "c=IN IP4 0.0.0.0",
        "t=0 0",
        "m=audio 10000 RTP/AVP 101 8 0 4 18 3",
        "a=rtpmap:101 telephone-event/8000",
        "a=rtpmap:8 PCMA/8000",
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:4 G723/8000",
        "a=rtpmap:18 G729/8000",
        "a=rtpmap:3 GSM/8000",
    )
    return "".join(f"{line}\r\n" for line in lines)
