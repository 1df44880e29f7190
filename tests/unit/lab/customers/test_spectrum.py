"""Finding the loudest tone."""

from __future__ import annotations

import cmath
import math

import pytest

from cordboard.lab.customers.spectrum import SIZE, strongest, transform
from cordboard.rtp.g711 import decode_pcma, decode_pcmu, encode_pcma, encode_pcmu
from cordboard.rtp.tone import silence, tone


@pytest.mark.parametrize("frequency", [210.0, 440.0, 1003.7, 1999.0, 3290.0])
def test_a_tone_is_found(frequency: float) -> None:
    linear = tone(frequency, 1.0)
    for heard in (linear, decode_pcmu(encode_pcmu(linear)), decode_pcma(encode_pcma(linear))):
        found, share = strongest(heard)
        assert found == pytest.approx(frequency, abs=0.5)
        assert share > 0.95


def test_silence_and_too_little_have_no_tone() -> None:
    assert strongest(silence(1.0)) == (0.0, 0.0)
    assert strongest(tone(440.0, 0.2)) == (0.0, 0.0)
    assert strongest(b"") == (0.0, 0.0)


def test_two_tones_share() -> None:
    one, other = memoryview(tone(500.0, 1.0)).cast("h"), memoryview(tone(1500.0, 1.0, level=0.2)).cast("h")
    both = b"".join((a + b).to_bytes(2, "little", signed=True) for a, b in zip(one, other, strict=True))
    found, share = strongest(both)
    assert found == pytest.approx(500.0, abs=0.5)
    assert share == pytest.approx(9 / 13, abs=0.05)


def test_the_transform_is_the_transform() -> None:
    values = [complex(math.sin(index), index % 3) for index in range(16)]
    for place, found in enumerate(transform(values)):
        sum_of_definition = sum(
            value * cmath.exp(-2j * math.pi * place * index / 16) for index, value in enumerate(values)
        )
        assert found == pytest.approx(sum_of_definition)
    assert SIZE & (SIZE - 1) == 0
