"""aiortc, a WebRTC stack that we did not write: its own ICE, DTLS, SRTP, codecs and jitter buffer."""

from __future__ import annotations

import asyncio
import fractions

import aiortc
import av

from cordboard.rtp.tone import RATE, strength, tone
from kit.phone import FRAME, until


class ToneTrack(aiortc.MediaStreamTrack):
    """A tone of one frequency, 20 ms a frame."""

    kind = "audio"

    def __init__(self, frequency: float) -> None:
        super().__init__()
        self._audio = tone(frequency, 1.0)
        self._number = 0
        self._begin = asyncio.get_running_loop().time()

    async def recv(self) -> object:
        await asyncio.sleep(self._begin + self._number * 0.02 - asyncio.get_running_loop().time())
        frame = av.AudioFrame(format="s16", layout="mono", samples=FRAME)
        offset = self._number * FRAME * 2 % len(self._audio)
        frame.planes[0].update(self._audio[offset : offset + FRAME * 2])
        frame.sample_rate, frame.pts, frame.time_base = RATE, self._number * FRAME, fractions.Fraction(1, RATE)
        self._number += 1
        return frame


class Witness:
    """A peer connection that sends a tone and collects what it hears."""

    def __init__(self, frequency: float) -> None:
        self.connection = aiortc.RTCPeerConnection(aiortc.RTCConfiguration(iceServers=[]))
        self.connection.addTrack(ToneTrack(frequency))
        self.connection.on("track", self._listen)
        self.frames: list[bytes] = []
        self.rate = 0
        self._listening: asyncio.Task[None] | None = None

    def _listen(self, track: aiortc.MediaStreamTrack) -> None:
        self._listening = asyncio.get_running_loop().create_task(self._collect(track))

    async def _collect(self, track: aiortc.MediaStreamTrack) -> None:
        while True:
            try:
                frame = await track.recv()
            except aiortc.mediastreams.MediaStreamError:
                return
            channels = len(frame.layout.channels)
            samples = memoryview(bytes(frame.planes[0])).cast("h")[: frame.samples * channels : channels]
            self.rate = frame.sample_rate
            self.frames.append(samples.tobytes())

    async def hears(self, frequency: float) -> bool:
        return await until(
            lambda: len(self.frames) > 20 and strength(b"".join(self.frames[-15:]), frequency, self.rate) > 0.8
        )

    async def offer(self) -> str:
        await self.connection.setLocalDescription(await self.connection.createOffer())
        return str(self.connection.localDescription.sdp)

    async def answer(self, sdp: str) -> str:
        await self.connection.setRemoteDescription(aiortc.RTCSessionDescription(sdp, "offer"))
        await self.connection.setLocalDescription(await self.connection.createAnswer())
        return str(self.connection.localDescription.sdp)

    async def take_answer(self, sdp: str) -> None:
        await self.connection.setRemoteDescription(aiortc.RTCSessionDescription(sdp, "answer"))

    async def close(self) -> None:
        await self.connection.close()
        if self._listening is not None:
            self._listening.cancel()
