from __future__ import annotations

from array import array

import pytest

from cordboard.rtp import g711, tone

FREQUENCIES = [300.0, 440.0, 620.0, 1000.0, 1333.0, 2000.0]


@pytest.mark.parametrize("frequency", FREQUENCIES)
@pytest.mark.parametrize("level", [0.02, 0.3, 1.0])
def test_a_tone_is_recognised_at_any_level(frequency: float, level: float) -> None:
    sound = tone.tone(frequency, 0.5, level=level)
    assert len(sound) == 2 * 4000
    assert tone.strength(sound, frequency) > 0.95
    assert tone.loudness(sound) == pytest.approx(level / 2**0.5, rel=0.03)
    for other in FREQUENCIES:
        if other != frequency:
            assert tone.strength(sound, other) < 0.05


@pytest.mark.parametrize("rate", [8000, 16_000, 48_000])
def test_a_tone_is_recognised_at_any_rate(rate: int) -> None:
    sound = tone.tone(880.0, 0.4, rate)
    assert tone.strength(sound, 880.0, rate) > 0.95
    assert tone.strength(sound, 440.0, rate) < 0.05


def test_a_clock_that_is_a_little_wrong_does_not_matter() -> None:
    assert tone.strength(tone.tone(440.0 * 1.001, 1.0), 440.0) > 0.95


def test_codes_and_lost_packets_do_not_matter() -> None:
    sound = g711.decode_pcmu(g711.encode_pcmu(tone.tone(440.0, 1.0)))
    assert tone.strength(sound, 440.0) > 0.95
    holes = b"".join(sound[start : start + 320] for start in range(0, len(sound), 320) if start // 320 % 10)
    assert tone.strength(holes, 440.0) > 0.85


def test_two_tones_share() -> None:
    both = array("h", tone.tone(440.0, 0.4, level=0.3))
    for index, sample in enumerate(array("h", tone.tone(1000.0, 0.4, level=0.3))):
        both[index] += sample
    assert tone.strength(both.tobytes(), 440.0) == pytest.approx(0.5, abs=0.05)
    assert tone.strength(both.tobytes(), 1000.0) == pytest.approx(0.5, abs=0.05)
    assert tone.strength(list(both), 440.0) == pytest.approx(0.5, abs=0.05)
    assert tone.strength([sample / 32768 for sample in both], 440.0) == pytest.approx(0.5, abs=0.05)


def test_silence_has_no_tone() -> None:
    assert tone.silence(0.1) == bytes(1600)
    assert tone.strength(tone.silence(0.1), 440.0) == 0.0
    assert tone.strength(b"", 440.0) == 0.0
    assert tone.loudness(b"") == tone.loudness(bytes(10)) == 0.0


def test_a_short_piece_is_enough() -> None:
    assert tone.strength(tone.tone(1000.0, 0.02), 1000.0) > 0.95


def test_music_is_no_tone() -> None:
    sound = tone.music(6.0)
    assert len(sound) == 2 * 48_000
    assert tone.loudness(sound) > 0.03
    assert max(tone.strength(sound, frequency) for frequency in range(200, 3400, 20)) < 0.4
    for frequency in FREQUENCIES:
        assert tone.strength(sound, frequency) < 0.1


def test_music_repeats() -> None:
    once = tone.music()
    seconds = len(once) / 2 / 8000
    assert 3.0 < seconds < 10.0
    assert tone.music(2 * seconds) == once + once
    assert tone.music(1.0) == once[:16_000]


def test_loud_music_does_not_overflow() -> None:
    assert max(array("h", tone.music(level=5.0))) == 32_767
