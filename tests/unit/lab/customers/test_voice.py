"""The clip that sounds like somebody speaking."""

from __future__ import annotations

from cordboard.lab.customers.spectrum import strongest
from cordboard.lab.customers.voice import clip
from cordboard.rtp.tone import loudness


def test_the_clip_has_words_and_pauses_and_no_steady_tone() -> None:
    linear = clip()
    assert 2.0 < len(linear) / 16000 < 3.0
    blocks = [loudness(linear[start : start + 1600]) for start in range(0, len(linear) - 1600, 1600)]
    assert min(blocks) < 0.001
    assert max(blocks) > 0.05
    assert strongest(linear[:16000])[1] < 0.6
