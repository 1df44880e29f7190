"""Sound in frames."""

from __future__ import annotations

from array import array

import pytest

from cordboard.lab.mixer import (
    ECHO_DEPTH,
    FRAME_OCTETS,
    SILENCE,
    Echo,
    Playing,
    PlayingOnce,
    mix,
    playing_music,
    playing_ringback,
    playing_tone,
    playing_tones,
)
from cordboard.rtp.tone import loudness, strength


def frame(value: int) -> bytes:
    return array("h", [value] * (FRAME_OCTETS // 2)).tobytes()


def test_a_recording_begins_again() -> None:
    part = Playing(frame(1) + frame(2) + b"rest")
    assert [part.next_frame() for _ in range(5)] == [frame(1), frame(2), frame(1), frame(2), frame(1)]


def test_a_recording_that_is_played_once() -> None:
    part = PlayingOnce(frame(1) + frame(2)[:10])
    part.hear(frame(3))
    assert part.next_frame() == frame(1)
    assert part.next_frame() == frame(2)[:10] + bytes(FRAME_OCTETS - 10)
    assert part.next_frame() is None


def test_tones_one_after_the_other() -> None:
    once, again = (playing_tones([(600.0, 0.2), (0.0, 0.1), (900.0, 0.2)], again) for again in (False, True))
    sound = [part.next_frame() or b"" for part in (once, again) for _ in range(26)]
    first, pause, second, after = sound[:10], sound[10:15], sound[15:25], sound[25]
    assert strength(b"".join(first), 600.0) > 0.9
    assert loudness(b"".join(pause)) == 0
    assert strength(b"".join(second), 900.0) > 0.9
    assert after == b""
    assert sound[26:51] == sound[:25]
    assert sound[51] == sound[0]


def test_a_recording_is_not_empty() -> None:
    with pytest.raises(ValueError, match="at least one frame"):
        Playing(b"short")


def test_a_tone_goes_on_without_a_jump() -> None:
    part = playing_tone(437.4)  # is played as 437 Hz
    heard = b"".join(part.next_frame() for _ in range(120))  # over the place where it repeats
    assert strength(heard, 437.0) > 0.999


def test_music_is_not_silent() -> None:
    part = playing_music()
    assert loudness(b"".join(part.next_frame() for _ in range(50))) > 0.02


def test_ringback_is_a_second_of_tone_and_two_of_silence() -> None:
    part = playing_ringback()
    heard = b"".join(part.next_frame() for _ in range(300))
    second = len(heard) // 6
    assert strength(heard[:second], 425.0) > 0.99
    assert loudness(heard[second : 3 * second]) == 0.0
    assert strength(heard[3 * second : 4 * second], 425.0) > 0.99


def test_an_echo_says_what_it_hears_and_keeps_little() -> None:
    echo = Echo()
    assert echo.next_frame() is None
    for value in range(ECHO_DEPTH + 3):
        echo.hear(frame(value))
    assert [echo.next_frame() for _ in range(ECHO_DEPTH)] == [frame(value) for value in range(3, ECHO_DEPTH + 3)]
    assert echo.next_frame() is None


def test_mixing_adds_and_limits() -> None:
    assert mix([]) == SILENCE
    assert mix([frame(5)]) == frame(5)
    assert mix([frame(5), frame(-7)]) == frame(-2)
    assert mix([frame(30_000), frame(30_000)]) == frame(32_767)
    assert mix([frame(-30_000), frame(-30_000)]) == frame(-32_768)
