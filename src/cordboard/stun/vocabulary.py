"""What goes into a `Checker` and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from cordboard.stun.lite import ConsentLost, Refused
from cordboard.stun.message import Address


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds. `retransmit` doubles with each of `transmissions`; after the last one 16 times it is waited."""

    pace: float = 0.05  # RFC 8445 section 14.2
    retransmit: float = 0.5  # section 14.3
    transmissions: int = 7  # RFC 8489 section 6.2.1
    nominate_after: float = 0.1  # how long a working pair waits for a better one, or for the peer's nomination
    consent_every: float = 5.0  # RFC 7675 section 5.1, spread by a fifth
    consent_lasts: float = 30.0


DEFAULT_TIMING = Timing()


@dataclass(frozen=True, slots=True)
class RemoteCandidates:
    """What the peer's description says: candidates as address and priority, those of UDP and component 1."""

    ufrag: str
    password: str = field(repr=False)
    candidates: tuple[tuple[Address, int], ...] = ()
    lite: bool = False


@dataclass(frozen=True, slots=True)
class Send:
    """Send this datagram there."""

    data: bytes
    destination: Address


@dataclass(frozen=True, slots=True)
class Selected:
    """Media and DTLS go there from now on; said again when the path changes."""

    remote: Address


@dataclass(frozen=True, slots=True)
class Failed:
    """None of the peer's candidates has answered; a check of the peer can still change that."""


Output = Send | Selected | Failed | Refused | ConsentLost
