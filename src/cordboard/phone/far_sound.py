"""The sound of one call at the far end: a plain RTP socket, its offers and answers, a stream of the packet loop."""

from __future__ import annotations

import itertools
import secrets
from dataclasses import dataclass, replace

from cordboard.phone.packets.port import PacketLoop, Sending, StreamFigures
from cordboard.phone.packets.sockets import SharedSockets
from cordboard.sdp.codec import PCMA, PCMU, TELEPHONE_EVENT, Codec
from cordboard.sdp.direction import Direction, answer_direction
from cordboard.sdp.plain import PlainLocal, PlainRemote, read_plain, write_plain
from cordboard.sdp.selection import audio_of, choose

CODECS = {codec.name.upper(): codec for codec in (PCMU, PCMA)}


@dataclass(frozen=True, slots=True)
class SoundSettings:
    """What a far end says and expects; frequencies in Hz, `expected` 0.0 takes whatever comes."""

    codec: str = "PCMU"  # or "PCMA"
    frequency: float = 1000.0
    expected: float = 0.0
    check_every: int = 1  # as in `Sending`
    stamp_every: int = 1


class FarSound:
    """Sends from the moment that the other side has described itself, as long as it wants to receive."""

    def __init__(self, sockets: SharedSockets, packets: PacketLoop, settings: SoundSettings) -> None:
        codec = CODECS[settings.codec]
        self.ssrc = secrets.randbits(32)
        self._packets = packets
        self._codecs = [codec, TELEPHONE_EVENT]
        self._session_id = secrets.randbits(31)
        self._versions = itertools.count(1)
        self._last = StreamFigures()
        self._open = True
        self._sockets = sockets
        self._socket = sockets.take()
        self._host, self._port = self._socket.getsockname()[:2]
        try:
            self.stream = packets.add(self._socket, None, None, self._sending(codec, settings))
        except BaseException:
            sockets.give_back(self._socket)
            raise

    def _sending(self, codec: Codec, settings: SoundSettings) -> Sending:
        return Sending(
            ssrc=self.ssrc,
            payload_type=codec.payload_type,
            frequency=settings.frequency,
            codec=settings.codec,
            expected=settings.expected,
            check_every=settings.check_every,
            stamp_every=settings.stamp_every,
        )

    # --- offer and answer

    def offer(self) -> str:
        """Our description, for an INVITE or for one that had none."""
        return write_plain(self._local(self._codecs, Direction.SENDRECV))

    def answer(self, offer: str) -> str:
        """Take an offer in and answer it; raises `SdpError`, and then nothing has changed."""
        remote = read_plain(offer)
        codecs = choose(remote.codecs, self._codecs)
        self._take(remote)
        local = self._local(codecs, answer_direction(remote.direction, Direction.SENDRECV))
        return write_plain(replace(local, protocol=remote.protocol, refused_media=remote.refused_media))

    def take_answer(self, answer: str) -> None:
        """Take the answer to our offer in; raises `SdpError`."""
        remote = read_plain(answer)
        choose(remote.codecs, self._codecs)
        self._take(remote)

    def _local(self, codecs: list[Codec], direction: Direction) -> PlainLocal:
        """RTCP is asked for on the same port (RFC 3605): a port of its own would be one more socket per call."""
        audio = audio_of(codecs) or codecs[0]
        listed = [audio, *(codec for codec in codecs if codec.is_telephone_event)]
        version = next(self._versions)
        return PlainLocal(self._session_id, version, self._host, self._port, listed, direction, rtcp_port=self._port)

    def _take(self, remote: PlainRemote) -> None:
        receives = remote.receives
        if receives:
            self._packets.point(self.stream, (remote.address, remote.port))
        self._packets.talk(self.stream, receives)

    # --- figures

    def expect(self, frequency: float, ssrc: int = 0) -> None:
        """What is to be heard from now on: a tone, and the stamps of the stream with that SSRC."""
        if self._open:
            self._packets.expect(self.stream, frequency, ssrc)

    def figures(self) -> StreamFigures:
        """Up to now, or up to the end."""
        return self._packets.figures(self.stream) if self._open else self._last

    def close(self) -> None:
        if self._open:
            self._open = False
            self._last = self._packets.remove(self.stream)
            self._sockets.give_back(self._socket)
