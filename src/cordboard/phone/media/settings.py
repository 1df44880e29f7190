"""What the media of all calls of an agent have in common, and who hears of one call's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from cordboard.media.relay.dtls_srtp import Identity
from cordboard.phone.packets.port import PacketLoop
from cordboard.phone.packets.sockets import SharedSockets
from cordboard.phone.settings import AudioSettings
from cordboard.stun.vocabulary import Timing


class MediaOwner(Protocol):
    """Who wants to know."""

    def media_connected(self) -> None: ...

    def media_failed(self, why: str) -> None: ...


@dataclass(frozen=True, slots=True)
class MediaSettings:
    """What all calls of an agent have in common; `identity` all calls of the process."""

    address: str
    audio: AudioSettings
    ice: Timing
    identity: Identity
    packets: PacketLoop
    sockets: SharedSockets | None = None
