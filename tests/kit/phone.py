"""What both ends of a media call have in common in tests: a stream that they speak and one that they hear."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from cordboard.rtp.g711 import decode_pcma, decode_pcmu, encode_pcma, encode_pcmu
from cordboard.rtp.packet import RtpPacket
from cordboard.rtp.tone import strength, tone
from cordboard.sdp.codec import Codec

FRAME = 160  # samples: 20 ms
ENCODERS = {"PCMU": encode_pcmu, "PCMA": encode_pcma}
DECODERS = {0: decode_pcmu, 8: decode_pcma}
LOOK, QUIET_LOOKS = 0.02, 15  # looks are counted, not seconds: a process that stood still has not listened


@dataclass
class Voice:
    """The numbers of one outgoing stream."""

    ssrc: int = field(default_factory=lambda: random.getrandbits(32))
    sequence: int = field(default_factory=lambda: random.getrandbits(15) + 1000)
    timestamp: int = field(default_factory=lambda: random.getrandbits(32))


class Phone:
    """`received` has all RTP packets that came; `speak` sends a tone from now on."""

    def __init__(self, codecs: Iterable[Codec]) -> None:
        self.codecs = list(codecs)
        self.received: list[RtpPacket] = []
        self.voice = Voice()
        self.loop = asyncio.get_running_loop()
        self._speaking: asyncio.Task[None] | None = None

    def send_rtp(self, packet: bytes) -> None:
        """Send a packet to the gateway."""
        raise NotImplementedError

    def speak(self, frequency: float) -> None:
        """Send a tone of that frequency from now on, instead of any other."""
        self.hush()
        self._speaking = self.loop.create_task(self._speak(frequency))

    def hush(self) -> None:
        """Send nothing more."""
        if self._speaking is not None:
            self._speaking.cancel()
            self._speaking = None

    async def _speak(self, frequency: float) -> None:
        codec = next(codec for codec in self.codecs if codec.name in ENCODERS)
        payload = ENCODERS[codec.name](tone(frequency, 2.0))
        begin = self.loop.time()
        for number in itertools.count():
            offset = number * FRAME % len(payload)
            self.send(codec.payload_type, payload[offset : offset + FRAME], step=FRAME)
            await asyncio.sleep(begin + (number + 1) * 0.02 - self.loop.time())

    def send(self, payload_type: int, payload: bytes, step: int = 0, marker: bool = False) -> None:
        """One packet of the stream; the timestamp goes on by `step` afterwards."""
        voice = self.voice
        packet = RtpPacket(payload_type, voice.sequence, voice.timestamp, voice.ssrc, payload, marker)
        voice.sequence = (voice.sequence + 1) & 0xFFFF
        voice.timestamp = (voice.timestamp + step) & 0xFFFFFFFF
        self.send_rtp(packet.to_bytes())

    def heard(self, frequency: float, last: int = 25) -> float:
        """The share of the last packets' energy at that frequency."""
        audio = [packet for packet in self.received[-last:] if packet.payload_type in DECODERS]
        return strength(b"".join(DECODERS[packet.payload_type](packet.payload) for packet in audio), frequency)

    async def hears(self, frequency: float, within: float = 5.0, packets: int = 15) -> bool:
        """Wait for that many *new* packets which are a tone of that frequency."""
        begin = len(self.received)
        return await until(
            lambda: len(self.received) - begin >= packets and self.heard(frequency, packets) > 0.8, within
        )

    async def falls_silent(self, within: float = 5.0) -> bool:
        """What was heard ends within that time: `QUIET_LOOKS` looks one after the other find nothing new."""
        end, known, quiet = self.loop.time() + within, len(self.received), 0
        while quiet < QUIET_LOOKS:
            if self.loop.time() > end:
                return False
            await asyncio.sleep(LOOK)
            came = len(self.received) - known
            known, quiet = known + came, 0 if came else quiet + 1
        return True

    async def stays_silent(self, seconds: float = 0.35) -> bool:
        """No packet comes for that long, not even one."""
        begin = len(self.received)
        await asyncio.sleep(seconds)
        return len(self.received) == begin

    def unbroken(self) -> bool:
        """All that was received is one stream: one SSRC, each sequence number the next of the one before."""
        sequences = [packet.sequence for packet in self.received]
        steps = {(after - before) & 0xFFFF for before, after in itertools.pairwise(sequences)}
        return len({packet.ssrc for packet in self.received}) == 1 and steps == {1}

    def in_order(self) -> bool:
        """Of each source each sequence number is above the one before."""
        return in_order(self.received)


def in_order(packets: Iterable[RtpPacket]) -> bool:
    """Something came, and of each source each sequence number is above the one before."""
    sources: dict[int, list[int]] = {}
    for packet in packets:
        sources.setdefault(packet.ssrc, []).append(packet.sequence)
    pairs = [pair for sequences in sources.values() for pair in itertools.pairwise(sequences)]
    return bool(sources) and all(0 < (after - before) & 0xFFFF < 0x8000 for before, after in pairs)


async def until(condition: Callable[[], object], within: float = 5.0) -> bool:
    """Wait until the condition holds; False when it did not in time."""
    loop = asyncio.get_running_loop()
    end = loop.time() + within
    while not condition():
        if loop.time() > end:
            return False
        await asyncio.sleep(0.01)
    return True
