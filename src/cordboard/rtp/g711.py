"""G.711: PCMU and PCMA to and from 16-bit linear audio, and straight from one to the other.

Linear audio is bytes of signed 16-bit samples in the machine's byte order. The translation tables are for
`bytes.translate`: one pass, no decoding.
"""

from __future__ import annotations

from array import array
from functools import cache

SILENCE_PCMU = 0xFF
SILENCE_PCMA = 0xD5

_BIAS = 0x84
_CLIP = 32_635


def _linear_of_pcmu(code: int) -> int:
    code ^= 0xFF
    magnitude = ((((code & 0x0F) << 3) + _BIAS) << ((code & 0x70) >> 4)) - _BIAS
    return -magnitude if code & 0x80 else magnitude


def _linear_of_pcma(code: int) -> int:
    code ^= 0x55
    segment, magnitude = (code & 0x70) >> 4, ((code & 0x0F) << 4) + 8
    if segment:
        magnitude = (magnitude + 0x100) << (segment - 1)
    return magnitude if code & 0x80 else -magnitude


def _pcmu_of_linear(sample: int) -> int:
    sign, magnitude = (0x80, -sample) if sample < 0 else (0, sample)
    magnitude = min(magnitude, _CLIP) + _BIAS
    segment = magnitude.bit_length() - 8
    return (sign | segment << 4 | magnitude >> (segment + 3) & 0x0F) ^ 0xFF


def _pcma_of_linear(sample: int) -> int:
    sign, magnitude = (0x80, sample >> 3) if sample >= 0 else (0, (-sample - 1) >> 3)
    segment = max(magnitude.bit_length() - 5, 0)
    step = magnitude >> (segment if segment > 1 else 1)
    return (sign | segment << 4 | step & 0x0F) ^ 0x55


PCMU_TO_LINEAR = tuple(map(_linear_of_pcmu, range(256)))
PCMA_TO_LINEAR = tuple(map(_linear_of_pcma, range(256)))
ULAW_TO_ALAW = bytes(_pcma_of_linear(sample) for sample in PCMU_TO_LINEAR)
ALAW_TO_ULAW = bytes(_pcmu_of_linear(sample) for sample in PCMA_TO_LINEAR)


def decode_pcmu(payload: bytes) -> bytes:
    """PCMU to linear audio."""
    return array("h", map(PCMU_TO_LINEAR.__getitem__, payload)).tobytes()


def decode_pcma(payload: bytes) -> bytes:
    """PCMA to linear audio."""
    return array("h", map(PCMA_TO_LINEAR.__getitem__, payload)).tobytes()


def encode_pcmu(linear: bytes) -> bytes:
    """Linear audio (a whole number of samples) to PCMU."""
    return bytes(map(_linear_to_pcmu().__getitem__, memoryview(linear).cast("H")))


def encode_pcma(linear: bytes) -> bytes:
    """Linear audio (a whole number of samples) to PCMA."""
    return bytes(map(_linear_to_pcma().__getitem__, memoryview(linear).cast("H")))


@cache
def _linear_to_pcmu() -> bytes:
    return bytes(map(_pcmu_of_linear, _samples()))


@cache
def _linear_to_pcma() -> bytes:
    return bytes(map(_pcma_of_linear, _samples()))


def _samples() -> list[int]:
    """All samples in the order of their bits read without sign: 0 to 32767, then -32768 to -1."""
    return [*range(32_768), *range(-32_768, 0)]
