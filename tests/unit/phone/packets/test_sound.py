"""What a stream says: tone and stamp."""

from __future__ import annotations

import pytest

from cordboard.phone.packets.sound import PCMA, PCMU, STAMP, codes, coefficient, share, stamp, stamped
from cordboard.rtp.g711 import ULAW_TO_ALAW

SAMPLES = 160


def test_a_stamp_is_read_back() -> None:
    payload = stamped(codes(440.0, "PCMU")[:SAMPLES], 7, 123_456_789_012)
    assert len(payload) == SAMPLES
    assert stamp(payload) == (7, 123_456_789_012)


def test_no_stamp() -> None:
    assert stamp(codes(440.0, "PCMU")[:SAMPLES]) is None
    assert stamp(stamped(bytes(SAMPLES), 7, 1)[: STAMP.size - 1]) is None


def test_a_translation_destroys_it() -> None:
    assert stamp(stamped(bytes(SAMPLES), 7, 1).translate(ULAW_TO_ALAW)) is None


@pytest.mark.parametrize(("codec", "law"), [("PCMU", PCMU), ("PCMA", PCMA)])
def test_the_share_of_a_tone(codec: str, law: int) -> None:
    second = codes(700.0, codec)
    assert len(second) == 8000
    assert share(second[:SAMPLES], law, coefficient(700.0)) > 0.95
    assert share(second[:SAMPLES], law, coefficient(440.0)) < 0.1
    assert share(second[:SAMPLES], law, coefficient(0.0)) == 1.0
    assert share(codes(0.0, codec)[:SAMPLES], law, coefficient(0.0)) == 0.0
    assert share(b"", law, coefficient(700.0)) == 0.0


def test_only_g711_is_spoken() -> None:
    with pytest.raises(ValueError, match="opus"):
        codes(440.0, "opus")
