from __future__ import annotations

from array import array

import pytest

from cordboard.rtp import g711

CODES = bytes(range(256))


def linear(*samples: int) -> bytes:
    return array("h", samples).tobytes()


# Values of ITU-T G.711, tables 1 and 2, on the scale of 16 bits.
@pytest.mark.parametrize(
    ("sample", "pcmu", "pcma"),
    [
        (0, 0xFF, 0xD5),
        (-1, 0x7F, 0x55),
        (8, 0xFE, 0xD5),
        (-8, 0x7E, 0x55),
        (100, 0xF2, 0xD3),
        (1000, 0xCE, 0xFA),
        (-1000, 0x4E, 0x7A),
        (10_000, 0x9C, 0xB6),
        (-10_000, 0x1C, 0x36),
        (32_767, 0x80, 0xAA),
        (-32_768, 0x00, 0x2A),
    ],
)
def test_known_values(sample: int, pcmu: int, pcma: int) -> None:
    assert g711.encode_pcmu(linear(sample)) == bytes([pcmu])
    assert g711.encode_pcma(linear(sample)) == bytes([pcma])


def test_extremes() -> None:
    assert (g711.PCMU_TO_LINEAR[0x80], g711.PCMU_TO_LINEAR[0x00]) == (32_124, -32_124)
    assert (g711.PCMA_TO_LINEAR[0xAA], g711.PCMA_TO_LINEAR[0x2A]) == (32_256, -32_256)
    assert g711.PCMU_TO_LINEAR[g711.SILENCE_PCMU] == 0
    assert abs(g711.PCMA_TO_LINEAR[g711.SILENCE_PCMA]) == 8


def test_decoding_and_encoding_gives_the_same_codes() -> None:
    assert g711.encode_pcma(g711.decode_pcma(CODES)) == CODES
    # PCMU has two zeros, and linear audio one
    assert g711.encode_pcmu(g711.decode_pcmu(CODES)) == CODES.replace(b"\x7f", b"\xff")


def test_encoding_keeps_within_half_a_step() -> None:
    samples = array("h", range(-32_000, 32_000, 7))
    for encode, decode in ((g711.encode_pcmu, g711.decode_pcmu), (g711.encode_pcma, g711.decode_pcma)):
        again = array("h", decode(encode(samples.tobytes())))
        assert all(abs(new - old) <= max(9, (abs(old) + 132) / 32 + 1) for old, new in zip(samples, again, strict=True))


def test_translation_is_decoding_and_encoding() -> None:
    assert CODES.translate(g711.ULAW_TO_ALAW) == g711.encode_pcma(g711.decode_pcmu(CODES))
    assert CODES.translate(g711.ALAW_TO_ULAW) == g711.encode_pcmu(g711.decode_pcma(CODES))


def test_translation_there_and_back_costs_little() -> None:
    for code in CODES:
        there_and_back = g711.ALAW_TO_ULAW[g711.ULAW_TO_ALAW[code]]
        old, new = g711.PCMU_TO_LINEAR[code], g711.PCMU_TO_LINEAR[there_and_back]
        assert abs(new - old) <= max(16, abs(old) / 15)
    assert g711.ULAW_TO_ALAW[g711.SILENCE_PCMU] == g711.SILENCE_PCMA


def test_no_samples() -> None:
    assert g711.decode_pcmu(b"") == g711.encode_pcma(b"") == b""
