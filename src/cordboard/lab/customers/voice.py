"""A clip that sounds somewhat like a person speaking, made here: vowels on a falling pitch, in phrases with pauses."""

from __future__ import annotations

import math
from array import array
from functools import cache

from cordboard.rtp.tone import RATE

# The first two formants of vowels in Hz, and how long each is held in seconds. 0 is a pause.
PHRASE = (
    (310.0, 2000.0, 0.14), (650.0, 1080.0, 0.20), (400.0, 1920.0, 0.12), (0.0, 0.0, 0.05),
    (550.0, 1770.0, 0.16), (430.0, 1020.0, 0.22), (0.0, 0.0, 0.24),
    (700.0, 1220.0, 0.18), (310.0, 870.0, 0.15), (500.0, 1480.0, 0.14), (400.0, 1920.0, 0.26), (0.0, 0.0, 0.46),
)  # fmt: skip
PITCH = 118.0  # Hz at the start of a phrase
FALL = 0.22  # share of the pitch that is lost until its end
WIDTH = 90.0  # Hz: of a formant
LEVEL = 7000.0


@cache
def clip() -> bytes:
    """About two seconds of linear audio that can be repeated."""
    samples: list[float] = []
    total = sum(seconds for _, _, seconds in PHRASE)
    spoken = 0.0
    for first, second, seconds in PHRASE:
        pitch = PITCH * (1.0 - FALL * spoken / total)
        samples += _vowel(first, second, pitch, seconds) if first else [0.0] * round(seconds * RATE)
        spoken += seconds
    peak = max(abs(sample) for sample in samples)
    return array("h", (round(sample * LEVEL / peak) for sample in samples)).tobytes()


def _vowel(first: float, second: float, pitch: float, seconds: float) -> list[float]:
    """Harmonics of the pitch, each as loud as the formants let it be, faded in and out."""
    count = round(seconds * RATE)
    harmonics = [(number * pitch, _loudness(number * pitch, first, second)) for number in range(1, int(3300 / pitch))]
    fade = RATE // 50
    samples = []
    for index in range(count):
        volume = min(1.0, index / fade, (count - index) / fade)
        angle = 2.0 * math.pi * index / RATE
        samples.append(volume * sum(loud * math.sin(angle * frequency) for frequency, loud in harmonics))
    return samples


def _loudness(frequency: float, first: float, second: float) -> float:
    near = math.exp(-(((frequency - first) / WIDTH) ** 2)) + 0.5 * math.exp(
        -(((frequency - second) / (2 * WIDTH)) ** 2)
    )
    return near + 0.05
