from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordboard.rtp.packet import RtpError
from cordboard.rtp.telephone_event import DIGITS, DigitReader, TelephoneEvent, event_of, payloads


def test_a_payload_on_the_wire() -> None:
    event = TelephoneEvent(11, 800, end=True, volume=10)
    assert event.to_bytes() == bytes.fromhex("0b8a0320")
    assert TelephoneEvent.parse(bytes.fromhex("0b8a0320")) == event
    assert event.digit == "#"
    assert TelephoneEvent(16, 0).digit == ""


@given(st.integers(0, 255), st.integers(0, 0xFFFF), st.booleans(), st.integers(0, 63))
def test_reads_what_it_writes(number: int, duration: int, end: bool, volume: int) -> None:
    event = TelephoneEvent(number, duration, end, volume)
    assert TelephoneEvent.parse(event.to_bytes()) == event


@pytest.mark.parametrize("digit", DIGITS)
def test_a_digit_lasts_as_long_as_asked(digit: str) -> None:
    events = [TelephoneEvent.parse(payload) for payload in payloads(digit, 100)]
    assert [event.duration for event in events] == [160, 320, 480, 640, 800, 800, 800]
    assert [event.end for event in events] == [False] * 4 + [True] * 3
    assert {event.digit for event in events} == {digit}
    assert event_of(digit.lower()) == DIGITS.index(digit)


@pytest.mark.parametrize(
    ("milliseconds", "packets", "duration"), [(0, 3, 160), (20, 3, 160), (60, 5, 480), (99_999, 411, 65_440)]
)
def test_short_and_long_digits(milliseconds: int, packets: int, duration: int) -> None:
    events = [TelephoneEvent.parse(payload) for payload in payloads("1", milliseconds)]
    assert len(events) == packets
    assert events[-1].duration == duration


def test_other_clocks_and_packet_times() -> None:
    assert [TelephoneEvent.parse(one).duration for one in payloads("1", 60, packet_time=30, clock_rate=48000)] == [
        1440,
        2880,
        2880,
        2880,
    ]


@pytest.mark.parametrize("digit", ["", "x", "12", "E"])
def test_what_is_no_digit(digit: str) -> None:
    with pytest.raises(ValueError, match="not a digit"):
        payloads(digit)


@pytest.mark.parametrize("payload", [b"", b"\1\2\3"])
def test_what_is_not_whole(payload: bytes) -> None:
    with pytest.raises(RtpError):
        DigitReader().take(1, payload)


def test_each_digit_is_told_once() -> None:
    reader = DigitReader()
    told = []
    for timestamp, digit in ((1000, "5"), (2000, "5"), (3000, "#")):
        told += [reader.take(timestamp, payload) for payload in payloads(digit)]
    assert [digit for digit in told if digit] == ["5", "5", "#"]


def test_a_digit_is_told_though_its_begin_is_lost() -> None:
    assert DigitReader().take(1000, payloads("7")[-1]) == "7"


def test_events_that_are_no_digits_are_not_told() -> None:
    assert DigitReader().take(1000, TelephoneEvent(16, 160).to_bytes()) is None
