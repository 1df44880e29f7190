"""Sound in frames: what a media session hears goes in, what it says comes out.

A frame is 20 ms of linear audio, 8000 samples a second, signed 16 bits in the machine's byte order: 320 octets.
Nothing here knows of packets or of time; whoever owns a part asks it for a frame every 20 ms. `None` says that there
is nothing to say.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Iterable
from typing import Protocol

from cordboard.rtp.tone import RATE, music, silence, tone

FRAME_SECONDS = 0.02
FRAME_SAMPLES = round(RATE * FRAME_SECONDS)
FRAME_OCTETS = 2 * FRAME_SAMPLES
SILENCE = bytes(FRAME_OCTETS)

ECHO_DEPTH = 10  # frames that an echo keeps at most: 200 ms
RINGBACK_FREQUENCY = 425.0


class Part(Protocol):
    """Somebody who hears and says something, frame by frame."""

    def hear(self, frame: bytes) -> None: ...

    def next_frame(self) -> bytes | None: ...


class Playing:
    """Says the same recording again and again and does not listen. `linear` is repeated from its first frame on."""

    def __init__(self, linear: bytes) -> None:
        whole = len(linear) // FRAME_OCTETS * FRAME_OCTETS
        if not whole:
            raise ValueError("a recording has at least one frame")
        self._linear = linear[:whole]
        self._place = 0

    def hear(self, frame: bytes) -> None:
        """It does not listen."""

    def next_frame(self) -> bytes:
        frame = self._linear[self._place : self._place + FRAME_OCTETS]
        self._place = (self._place + FRAME_OCTETS) % len(self._linear)
        return frame


class PlayingOnce:
    """Says a recording to its end, then nothing; `linear` is made up to whole frames."""

    def __init__(self, linear: bytes) -> None:
        self._linear = linear + bytes(-len(linear) % FRAME_OCTETS)
        self._place = 0

    def hear(self, frame: bytes) -> None:
        """It does not listen."""

    def next_frame(self) -> bytes | None:
        frame = self._linear[self._place : self._place + FRAME_OCTETS]
        self._place += FRAME_OCTETS
        return frame or None


class Echo:
    """Says what it hears, a frame later; when more comes in than goes out, the oldest is lost."""

    def __init__(self) -> None:
        self._frames: deque[bytes] = deque(maxlen=ECHO_DEPTH)

    def hear(self, frame: bytes) -> None:
        self._frames.append(frame)

    def next_frame(self) -> bytes | None:
        return self._frames.popleft() if self._frames else None


def playing_music() -> Playing:
    """The music of calls that wait or are held."""
    return Playing(music())


def playing_tone(frequency: float) -> Playing:
    """A steady tone without a jump where it repeats: a second holds a whole number of periods of a whole frequency."""
    return Playing(tone(round(frequency), 1.0))


def playing_ringback() -> Playing:
    """What a caller hears while it rings at the other end: a second of tone, two of silence."""
    return Playing(tone(RINGBACK_FREQUENCY, 1.0) + silence(2.0))


def playing_tones(tones: Iterable[tuple[float, float]], again: bool) -> Part:
    """Tones of (Hz, seconds) one after the other, 0 Hz is a pause; once, or again and again."""
    linear = b"".join(tone(frequency, seconds) if frequency else silence(seconds) for frequency, seconds in tones)
    return Playing(linear) if again else PlayingOnce(linear)


def mix(frames: Iterable[bytes]) -> bytes:
    """The sum of frames of one length, limited to what 16 bits can say; silence for none."""
    parts = [memoryview(frame).cast("h") for frame in frames]
    if not parts:
        return SILENCE
    if len(parts) == 1:
        return bytes(parts[0])
    return array("h", (max(-32768, min(32767, sum(samples))) for samples in zip(*parts, strict=True))).tobytes()
