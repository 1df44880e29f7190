"""Descriptions as a page writes them: audio only, one UDP host candidate, both DTLS roles offered."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace

from cordboard.phone.settings import AudioSettings
from cordboard.sdp.codec import Codec
from cordboard.sdp.direction import Direction, answer_direction
from cordboard.sdp.selection import audio_of, choose
from cordboard.sdp.webrtc import WebRtcLocal, WebRtcRemote, read_webrtc, write_webrtc

TELEPHONE_EVENT = Codec(126, "telephone-event", 8000, 1, "0-15")


@dataclass(frozen=True, slots=True)
class Transport:
    """Where we are reached, and how we prove who we are."""

    address: str
    port: int
    ufrag: str
    password: str
    fingerprint: str
    ssrc: int


class PhoneDescriptions:
    """Offers and answers of one call; `codec` is what is agreed, None before that."""

    def __init__(self, audio: AudioSettings) -> None:
        self._audio = audio
        self._session_id = secrets.randbits(62)
        self._version = 0
        self._direction = Direction.SENDRECV
        self._cname = secrets.token_hex(8)
        self.remote: WebRtcRemote | None = None
        self.codec: Codec | None = None

    @property
    def sends(self) -> bool:
        """Whether both sides want our sound."""
        return self._direction.sends and self.remote is not None and self.remote.direction.receives

    def offer(self, transport: Transport, direction: Direction = Direction.SENDRECV) -> str:
        self._direction = direction
        return self._write(transport, "actpass", self._listed(), direction)

    def answer(self, transport: Transport, setup: str) -> str:
        """To the offer that was taken."""
        assert self.remote is not None
        codecs = choose(self.remote.codecs, self._spoken())
        return self._write(transport, setup, codecs, answer_direction(self.remote.direction, self._direction))

    def take(self, sdp: str) -> WebRtcRemote:
        """The peer's offer or answer. Raises `SdpError`."""
        remote = read_webrtc(sdp)
        self.codec = audio_of(choose(remote.codecs, self._spoken()))
        self.remote = remote
        return remote

    def _listed(self) -> list[Codec]:
        return [*self._audio.codecs, TELEPHONE_EVENT]

    def _spoken(self) -> list[Codec]:
        return [codec for codec in self._listed() if codec.is_g711 or codec.is_telephone_event]

    def _write(self, transport: Transport, setup: str, codecs: list[Codec], direction: Direction) -> str:
        self._version += 1
        local = WebRtcLocal(
            session_id=self._session_id,
            version=self._version,
            address=transport.address,
            port=transport.port,
            ice_ufrag=transport.ufrag,
            ice_password=transport.password,
            fingerprint=transport.fingerprint,
            setup=setup,
            codecs=codecs,
            direction=direction,
            ssrc=transport.ssrc,
            cname=self._cname,
            ice_lite=False,
        )
        if self.remote is not None:
            remote = self.remote
            local = replace(local, mid=remote.mid, protocol=remote.protocol, bundle=remote.bundle)
            local = replace(local, refused_media=remote.refused_media)
        return write_webrtc(local)
