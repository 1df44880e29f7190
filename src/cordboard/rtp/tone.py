"""Tones to send and to recognise, and a little music: linear audio, signed 16 bits in the machine's byte order."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from functools import lru_cache

RATE = 8000  # samples per second
BLOCK = 0.04  # seconds: a filter 25 Hz wide, which a sound card's wrong clock does not leave
FULL_SCALE = 32_767

# Melody: frequency in Hz (0: pause) and beats. Notes of a pentatonic scale, none of them near a usual test tone.
MELODY = (
    (392.0, 1), (523.3, 1), (587.3, 1), (659.3, 1), (587.3, 1), (523.3, 1), (784.0, 2),
    (659.3, 1), (587.3, 1), (523.3, 1), (392.0, 1), (329.6, 2), (0.0, 1),
    (329.6, 1), (392.0, 1), (523.3, 1), (659.3, 1), (587.3, 1), (784.0, 1), (880.0, 1), (784.0, 1),
    (659.3, 1), (523.3, 1), (587.3, 2), (0.0, 1),
)  # fmt: skip
BEAT = 0.16  # seconds


@lru_cache(maxsize=64)
def tone(frequency: float, seconds: float, rate: int = RATE, level: float = 0.3) -> bytes:
    """A steady sine; `level` is its amplitude as a share of full scale. Made once: that takes milliseconds."""
    return _linear(_sine(frequency, round(seconds * rate), rate, level))


def silence(seconds: float, rate: int = RATE) -> bytes:
    """Nothing, for that long."""
    return bytes(2 * round(seconds * rate))


@lru_cache(maxsize=4)
def music(seconds: float | None = None, rate: int = RATE, level: float = 0.3) -> bytes:
    """Music on hold: a plucked melody of our own, repeated to fill `seconds`, or once through if None. Made once."""
    samples: list[float] = []
    for frequency, beats in MELODY:
        count = round(beats * BEAT * rate)
        fade = [math.exp(-3.0 * index / count) for index in range(count)]
        notes = _sine(frequency, count, rate, level * 0.8), _sine(2 * frequency, count, rate, level * 0.2)
        samples.extend((low + high) * volume for low, high, volume in zip(*notes, fade, strict=True))
    once = _linear(samples)
    if seconds is None:
        return once
    wanted = 2 * round(seconds * rate)
    return (once * (wanted // len(once) + 1))[:wanted]


def strength(samples: bytes | Sequence[float], frequency: float, rate: int = RATE) -> float:
    """The share (0 to 1) of the audio's energy that lies at that frequency, whatever its level; 0 for silence.

    Goertzel's filter over blocks of 40 ms, so that lost packets and jumps of phase cost little. `samples` is linear
    audio or a sequence of numbers.
    """
    values: Sequence[float] = memoryview(samples).cast("h") if isinstance(samples, bytes) else samples
    size = min(round(BLOCK * rate), len(values))
    total = found = 0.0
    for start in range(0, len(values) - size + 1, size) if size else ():
        block = values[start : start + size]
        total += math.fsum(value * value for value in block)
        found += _goertzel(block, 2.0 * math.pi * frequency / rate) * 2.0 / size
    return min(found / total, 1.0) if total > 0.0 else 0.0


def loudness(samples: bytes) -> float:
    """The root mean square of linear audio as a share of full scale."""
    values = memoryview(samples).cast("h")
    return math.sqrt(sum(value * value for value in values) / len(values)) / FULL_SCALE if len(values) else 0.0


def _goertzel(block: Sequence[float], angle: float) -> float:
    """The squared magnitude of the block at that angle per sample."""
    coefficient = 2.0 * math.cos(angle)
    last = before = 0.0
    for value in block:
        last, before = value + coefficient * last - before, last
    return last * last + before * before - coefficient * last * before


def _sine(frequency: float, count: int, rate: int, level: float) -> list[float]:
    angle = 2.0 * math.pi * frequency / rate
    return [level * math.sin(angle * index) for index in range(count)]


def _linear(samples: Sequence[float]) -> bytes:
    return array("h", [round(max(-1.0, min(1.0, sample)) * FULL_SCALE) for sample in samples]).tobytes()
