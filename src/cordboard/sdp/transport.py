"""The transport of a media line that has one of its own, for a description that bundles nothing (RFC 9143 section 7).

Each such line has ICE credentials, a candidate and a DTLS fingerprint of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RemoteTransport:
    """What a line of theirs says of it, or its session for all lines."""

    ice_ufrag: str
    fingerprint_algorithm: str  # lower case
    fingerprint: str  # upper case, with colons
    setup: str = "active"  # or "actpass", "passive"


@dataclass(frozen=True, slots=True)
class LocalTransport:
    """Our end of it; `fingerprint` is that of SHA-256, with colons."""

    address: str
    port: int
    ice_ufrag: str
    ice_password: str = field(repr=False)
    fingerprint: str
