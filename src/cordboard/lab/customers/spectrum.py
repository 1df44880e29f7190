"""Which tone is the loudest: a small Fourier transform, for what a customer hears."""

from __future__ import annotations

import cmath
import math

from cordboard.rtp.tone import RATE, strength

SIZE = 2048  # samples, a quarter of a second: bins 3.9 Hz wide
QUIET = 40.0  # root mean square below which there is no tone, out of 32768


def strongest(linear: bytes) -> tuple[float, float]:
    """The frequency in Hz with the most energy in the last quarter second, and its share (0 to 1) of all of `linear`.

    (0, 0) for silence, or for less than a quarter of a second.
    """
    samples = memoryview(linear[-2 * SIZE :]).cast("h").tolist()
    if len(samples) < SIZE or math.sqrt(sum(sample * sample for sample in samples) / SIZE) < QUIET:
        return 0.0, 0.0
    windowed = [sample * (0.5 - 0.5 * math.cos(2 * math.pi * index / SIZE)) for index, sample in enumerate(samples)]
    energy = [abs(each) ** 2 for each in transform([complex(each) for each in windowed])[: SIZE // 2]]
    peak = max(range(1, SIZE // 2 - 1), key=energy.__getitem__)
    frequency = (peak + _offset(energy[peak - 1], energy[peak], energy[peak + 1])) * RATE / SIZE
    return round(frequency, 1), round(strength(linear, frequency), 3)


def transform(values: list[complex]) -> list[complex]:
    """The discrete Fourier transform of a power of two of values (Cooley and Tukey)."""
    count = len(values)
    if count == 1:
        return values
    even, odd = transform(values[0::2]), transform(values[1::2])
    turned = [cmath.rect(1.0, -2 * math.pi * index / count) * each for index, each in enumerate(odd)]
    return [one + other for one, other in zip(even, turned, strict=True)] + [
        one - other for one, other in zip(even, turned, strict=True)
    ]


def _offset(left: float, middle: float, right: float) -> float:
    """How far the top of a parabola through the logarithms of three neighbours lies from the middle one, in bins."""
    left, middle, right = (math.log(energy + 1e-9) for energy in (left, middle, right))
    curve = left - 2 * middle + right
    return 0.5 * (left - right) / curve if curve else 0.0
