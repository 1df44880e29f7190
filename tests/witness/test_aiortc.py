"""aiortc, a WebRTC stack that we did not write, as the page: its own ICE, DTLS, SRTP, codecs and jitter buffer."""

from __future__ import annotations

import asyncio
import fractions
from collections.abc import AsyncIterator

import pytest

from cordboard.rtp.tone import RATE, strength, tone
from kit.phone import FRAME, until
from kit.relay import relay
from kit.trunk import TrunkPhone

aiortc = pytest.importorskip("aiortc", reason="aiortc is not installed")
av = pytest.importorskip("av", reason="PyAV, which aiortc needs, is not installed")


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


@pytest.fixture
async def witness() -> AsyncIterator[Witness]:
    witness = Witness(440.0)
    yield witness
    await witness.close()


@pytest.fixture
async def trunk() -> AsyncIterator[TrunkPhone]:
    trunk = TrunkPhone()
    yield trunk
    trunk.close()


async def test_aiortc_calls(witness: Witness, trunk: TrunkPhone) -> None:
    async with relay() as engine:
        await engine.take_page_offer("call", await witness.offer())
        trunk.take(await engine.trunk_offer("call"))
        await engine.take_trunk_answer("call", trunk.describe())
        await witness.take_answer(await engine.page_answer("call"))
        trunk.speak(1000.0)
        heard = await asyncio.gather(trunk.hears(440.0), witness.hears(1000.0))
        assert heard == [True, True]


async def test_aiortc_is_called(witness: Witness, trunk: TrunkPhone) -> None:
    async with relay() as engine:
        await engine.take_trunk_offer("call", trunk.describe())
        trunk.take(await engine.trunk_answer("call"))
        await engine.take_page_answer("call", await witness.answer(await engine.page_offer("call")))
        trunk.speak(1000.0)
        heard = await asyncio.gather(trunk.hears(440.0), witness.hears(1000.0))
        assert heard == [True, True]
