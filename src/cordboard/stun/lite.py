"""The ICE-lite responder of one call (RFC 8445 sections 2.5 and 7.3, RFC 7675).

Theory of operation. A lite agent has one host candidate and never checks: the browser, a full agent, checks every
path it has to us and names the one to use by USE-CANDIDATE. So this machine answers binding requests that carry our
credentials, tells which source was nominated, and follows when another one is nominated later: the browser changed
its network, and the latest nomination counts. Where requests come from is all that is known of the peer's address
(peer-reflexive, section 7.3.1.3); candidates of its description are not needed.

A lite agent is controlled. A peer that believes itself controlled too gets 487 and takes the other role (section
7.3.1.1).

Consent. We send no requests, so RFC 7675's proof, the answer to them, does not exist; the peer's own authenticated
requests, which it must send for its consent every 5 s or so, prove the same: someone who knows our password still
wants this path. None for 30 s, and consent is lost (section 5.1). A request that comes later is answered and begins
consent anew.
"""

from __future__ import annotations

from dataclasses import dataclass

from cordboard.stun.message import Address, AttributeType, Message, MessageClass, StunError, has_fingerprint, parse
from cordboard.stun.response import Refusal, refusal_of, refused, success

CONSENT = 30.0  # seconds
MAXIMUM_SOURCES = 16


@dataclass(frozen=True, slots=True)
class Reply:
    """Send this from the socket that got the request to where it came from."""

    data: bytes
    destination: Address


@dataclass(frozen=True, slots=True)
class Nominated:
    """From now on this is the peer's address; told once for each change."""

    source: Address


@dataclass(frozen=True, slots=True)
class Refused:
    """A datagram that was no valid request of the peer; for a counter. A `Reply` beside it may tell the peer."""

    why: str


@dataclass(frozen=True, slots=True)
class ConsentLost:
    """No valid request for 30 s: send nothing more to that address (RFC 7675 section 5.1)."""

    source: Address | None


Output = Reply | Nominated | Refused | ConsentLost


class IceLite:
    """Answers the checks of one peer; `selected` is the nominated source, `sources` those of all valid checks."""

    def __init__(self, local_ufrag: str, local_password: str, remote_ufrag: str = "") -> None:
        """`remote_ufrag` may become known later, by setting the attribute; "" checks ours alone."""
        self.local_ufrag = local_ufrag
        self.remote_ufrag = remote_ufrag
        self.selected: Address | None = None
        self._key = local_password.encode()
        self._sources: dict[Address, float] = {}
        self._deadline: float | None = None

    @property
    def deadline(self) -> float | None:
        """When consent ends unless a request comes; None before the first and after the end."""
        return self._deadline

    @property
    def sources(self) -> frozenset[Address]:
        return frozenset(self._sources)

    def knows(self, source: Address) -> bool:
        """A valid check came from there."""
        return source in self._sources

    def handle(self, data: bytes, source: Address, now: float) -> list[Output]:
        """Take in a datagram that looks like STUN."""
        try:
            message = parse(data)
        except StunError as error:
            return [Refused(str(error))]
        # RFC 8445 section 7.1: checks carry FINGERPRINT; without it this may be anybody's datagram.
        if not has_fingerprint(data):
            return [Refused("no or wrong fingerprint")]
        if message.message_class is not MessageClass.REQUEST:
            return [] if message.message_class is MessageClass.INDICATION else [Refused("a response")]
        if message.method != 1:
            return [Refused("not a binding request")]
        refusal = self._refusal(message, data)
        if refusal is not None:
            return [Refused(refusal[1]), Reply(refused(message, *refusal, self._key), source)]
        return self._accept(message, source, now)

    def tick(self, now: float) -> list[Output]:
        """Time has come to `now`."""
        if self._deadline is None or now < self._deadline:
            return []
        lost = ConsentLost(self.selected)
        self._deadline = None
        self.selected = None
        self._sources.clear()
        return [lost]

    def _refusal(self, message: Message, data: bytes) -> Refusal | None:
        refusal = refusal_of(message, data, self.local_ufrag, self._key, self.remote_ufrag)
        if refusal is None and message.get(AttributeType.ICE_CONTROLLED) is not None:
            return 487, "Role Conflict"
        return refusal

    def _accept(self, message: Message, source: Address, now: float) -> list[Output]:
        self._deadline = now + CONSENT
        self._sources.pop(source, None)
        self._sources[source] = now
        if len(self._sources) > MAXIMUM_SOURCES:
            del self._sources[next(one for one in self._sources if one != self.selected)]
        outputs: list[Output] = [Reply(success(message, source, self._key), source)]
        if message.get(AttributeType.USE_CANDIDATE) is not None and source != self.selected:
            self.selected = source
            outputs.append(Nominated(source))
        return outputs
