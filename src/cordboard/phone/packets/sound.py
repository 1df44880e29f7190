"""What a stream says: a tone in G.711, and in it a stamp that tells whose it is and when it was sent.

The stamp takes the place of the payload's first 16 bytes: a magic number, the sender's SSRC, and nanoseconds of the
machine's steady clock, which all processes of one machine share.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from functools import cache

from cordboard.rtp.g711 import PCMA_TO_LINEAR, PCMU_TO_LINEAR, encode_pcma, encode_pcmu
from cordboard.rtp.tone import FULL_SCALE, RATE, silence, tone

SAMPLES = 160  # of a packet
STAMP = struct.Struct("!IIQ")
MAGIC = 0x9BC4A1E7
LOUD = 0.0005  # mean square, full scale is 1: about -33 dB
PCMU, PCMA = 0, 8  # payload numbers (RFC 3551 section 6)

_LINEAR = {
    PCMU: tuple(sample / (FULL_SCALE + 1) for sample in PCMU_TO_LINEAR),
    PCMA: tuple(sample / (FULL_SCALE + 1) for sample in PCMA_TO_LINEAR),
}


@cache
def codes(frequency: float, codec: str) -> bytes:
    """One second of a tone (Hz; 0.0: silence) in G.711, to be repeated."""
    if codec not in ("PCMU", "PCMA"):
        raise ValueError(f"a stream speaks PCMU or PCMA, not {codec}")
    linear = tone(frequency, 1.0) if frequency else silence(1.0)
    return encode_pcma(linear) if codec == "PCMA" else encode_pcmu(linear)


def coefficient(frequency: float) -> float:
    """What Goertzel's filter needs of a frequency; 0.0 for none."""
    return 2.0 * math.cos(2.0 * math.pi * frequency / RATE) if frequency else 0.0


def stamped(payload: bytes, ssrc: int, nanoseconds: int) -> bytes:
    """The payload with a stamp."""
    return STAMP.pack(MAGIC, ssrc, nanoseconds) + payload[STAMP.size :]


def stamp(payload: bytes | bytearray) -> tuple[int, int] | None:
    """SSRC and nanoseconds of a payload's stamp; None without one."""
    if len(payload) < STAMP.size:
        return None
    magic, ssrc, nanoseconds = STAMP.unpack_from(payload)
    return (ssrc, nanoseconds) if magic == MAGIC else None


def share(payload: Sequence[int], payload_type: int, factor: float) -> float:
    """The share (0 to 1) of the energy at the frequency of that coefficient; 0.0 for silence. With 0.0: 1 for sound."""
    table = _LINEAR[payload_type]
    last = before = total = 0.0
    for code in payload:
        value = table[code]
        last, before = value + factor * last - before, last
        total += value * value
    if not payload or total / len(payload) < LOUD:
        return 0.0
    if factor == 0.0:
        return 1.0
    return min((last * last + before * before - factor * last * before) * 2.0 / len(payload) / total, 1.0)
