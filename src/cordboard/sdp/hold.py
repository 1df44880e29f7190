"""The old way to write a hold: the address 0.0.0.0 (RFC 2543 appendix B.5), which every telephone understands."""

from __future__ import annotations

from cordboard.sdp.description import parse
from cordboard.sdp.direction import Direction

UNSPECIFIED = {"IP4": "0.0.0.0", "IP6": "::"}


def as_old_hold(sdp: str) -> str:
    """The same description with nowhere to send to and no direction; raises `SdpError`."""
    description = parse(sdp)
    address = UNSPECIFIED["IP6" if ":" in (description.connection or "") else "IP4"]
    description.connection = address
    names = {direction.value for direction in Direction}
    for media in description.media:
        media.connection = None
        media.attributes = [attribute for attribute in media.attributes if attribute.name not in names]
    description.attributes = [attribute for attribute in description.attributes if attribute.name not in names]
    return description.to_text()
