"""How long a tone was missing: on the customer's line by RTP packets, in the agent's page by its own samples.

    line = LineLog(party)                         # the customer's end in the lab
    async with PageLog.of(page) as ears:          # every remote track of the page, after a reload as well
        ...
        gap = line.gap(620.0)                     # seconds

Both judge frames of 20 ms by frequency. A gap is the longest time between two frames of the tone; what is below
`STEADY` is the machine's own jitter.
"""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import BrowserContext, Page

from cordboard.rtp.g711 import decode_pcma, decode_pcmu
from cordboard.rtp.packet import RtpPacket
from cordboard.rtp.tone import strength

STEADY = 0.6  # seconds between two frames on a busy machine; whether a packet is missing is asked besides
TONE = 0.6  # share of a frame's energy
DECODERS = {0: decode_pcmu, 8: decode_pcma}


def longest(times: list[float], begin: float, end: float) -> float:
    """The longest time without any of `times` between `begin` and `end`."""
    marks = [begin, *(each for each in times if begin <= each <= end), end]
    return max(after - before for before, after in itertools.pairwise(marks))


class LineLog:
    """Listens at a customer's RTP party."""

    def __init__(self, party: Any) -> None:
        self._packets: list[tuple[float, RtpPacket]] = []
        self._receive = party.receive
        party.receive = self._note

    def _note(self, data: bytes, *rest: Any) -> None:
        self._packets.append((time.time(), RtpPacket.parse(data)))
        self._receive(data, *rest)

    def since(self, begin: float) -> list[tuple[float, RtpPacket]]:
        return [each for each in self._packets if each[0] >= begin and each[1].payload_type in DECODERS]

    def gap(self, frequency: float, begin: float, end: float) -> float:
        """Seconds without the tone, between two times of the epoch."""
        heard = [
            came
            for came, packet in self.since(begin)
            if strength(DECODERS[packet.payload_type](packet.payload), frequency) > TONE
        ]
        return longest(heard, begin, end)

    def missing(self, begin: float, end: float) -> int:
        """Packets that never came, by their sequence numbers."""
        numbers = [packet.sequence for came, packet in self.since(begin) if came <= end]
        return sum(max(0, ((after - before) & 0xFFFF) - 1) for before, after in itertools.pairwise(numbers))

    def streams(self, begin: float, end: float) -> int:
        """How many SSRCs were heard."""
        return len({packet.ssrc for came, packet in self.since(begin) if came <= end})


LISTEN = """
(() => {
  const FRAME = 0.02;
  const seen = new WeakSet();
  async function follow(track) {
    if (track.kind !== "audio" || seen.has(track)) return;
    seen.add(track);
    const reader = new MediaStreamTrackProcessor({ track }).readable.getReader();
    let samples = [], notes = [], told = 0;
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const part = new Float32Array(value.numberOfFrames);
      value.copyTo(part, { planeIndex: 0, format: "f32-planar" });
      samples.push(...part);
      const size = Math.round(value.sampleRate * FRAME);
      while (samples.length >= size) notes.push(share(samples.splice(0, size), value.sampleRate));
      value.close();
      const now = performance.now();
      if (now - told > 60 && notes.length) {
        const end = (performance.timeOrigin + now) / 1000;
        globalThis.noteSound(notes.map((each, index) => [end - (notes.length - 1 - index) * FRAME, each]));
        notes = [];
        told = now;
      }
    }
  }
  function share(frame, rate) {
    let total = 0;
    for (const sample of frame) total += sample * sample;
    if (total / frame.length < 1e-5) return 0;
    const turn = 2 * Math.cos((2 * Math.PI * FREQUENCY) / rate);
    let last = 0, before = 0;
    for (const sample of frame) [last, before] = [sample + turn * last - before, last];
    return ((last * last + before * before - turn * last * before) * 2) / frame.length / total;
  }
  const listen = RTCPeerConnection.prototype.setRemoteDescription;
  RTCPeerConnection.prototype.setRemoteDescription = function (...given) {
    this.addEventListener("track", ({ track }) => void follow(track));
    return listen.apply(this, given);
  };
})();
"""


@dataclass(slots=True)
class PageLog:
    """What the page's remote tracks sound like, judged in the page; it goes on over a reload."""

    heard: list[float] = field(default_factory=list)  # times of the epoch
    last: float = 0.0

    @classmethod
    async def of(cls, page: Page | BrowserContext, frequency: float) -> PageLog:
        """To be called before the page, or the next load of it, makes a call; a context before it has pages."""
        log = cls()
        await page.expose_binding("noteSound", lambda _, notes: log.take(notes))
        await page.add_init_script(LISTEN.replace("FREQUENCY", str(frequency)))
        return log

    def take(self, notes: list[list[float]]) -> None:
        self.last = max(self.last, notes[-1][0])
        self.heard += [when for when, share in notes if share > TONE]

    def gap(self, begin: float, end: float) -> float:
        return longest(self.heard, begin, end)


def report(what: str, **gaps: float) -> None:
    """Print what was measured."""
    print(f"\n{what}: " + ", ".join(f"{name.replace('_', ' ')} {1000 * gap:.0f} ms" for name, gap in gaps.items()))
