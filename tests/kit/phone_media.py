"""The media of a phone without a call: for the other end of one, and for two of them against each other."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from cordboard.media.relay.dtls_srtp import Identity
from cordboard.phone.media.call_media import CallMedia
from cordboard.phone.media.settings import MediaSettings
from cordboard.phone.packets import PacketLoop
from cordboard.phone.settings import AudioSettings
from cordboard.stun.vocabulary import Timing
from kit.phone import until

HOST = "127.0.0.93"


@dataclass
class Owner:
    """What its media has said."""

    connected: int = 0
    failures: list[str] = field(default_factory=list)

    def media_connected(self) -> None:
        self.connected += 1

    def media_failed(self, why: str) -> None:
        self.failures.append(why)


class Side:
    """One phone's media and its owner."""

    def __init__(self, packets: PacketLoop, audio: AudioSettings, timing: Timing | None = None) -> None:
        self.owner = Owner()
        self.settings = MediaSettings(HOST, audio, timing or Timing(), Identity(), packets)
        self.media = CallMedia(self.settings, self.owner)

    async def hears(self) -> bool:
        """The expected tone, from now on."""
        self.settings.packets.reset([self.media.stream])
        return await until(lambda: self.media.figures().heard and self.media.figures().received > 10)

    def restart_ice(self, ufrag: str = "restarted") -> None:
        """New credentials of our own accord."""
        ice = self.media._ice
        ice.ufrag, ice.password = ufrag, "anotherPasswordOfIce00"
        ice.begin(controlling=True)

    def be_another(self) -> None:
        """Go on with another certificate and another ufrag, as a gateway does that moves a call."""
        self.media._ice._agents.clear()
        self.restart_ice("moved")
        self.media._settings = replace(self.settings, identity=Identity())
        self.media._association = self.media._keys = None
