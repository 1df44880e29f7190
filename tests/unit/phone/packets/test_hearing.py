"""What a stream hears, packet by packet."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordboard.phone.packets.hearing import Hearing, Order
from cordboard.phone.packets.sound import SAMPLES, codes, coefficient, stamped
from cordboard.rtp.packet import RtpPacket

SOURCE = 5
FREQUENCY = 440.0


def heard(*numbers: int) -> Order:
    order = Order()
    for number in numbers:
        order.place(SOURCE, number)
    return order


def counts(order: Order) -> tuple[int, int, int, int]:
    return order.received, order.lost, order.late, order.repeated


def packet(number: int, payload: bytes, payload_type: int = 0) -> bytes:
    return RtpPacket(payload_type, number, number * SAMPLES, SOURCE, payload).to_bytes()


def sound(number: int, frequency: float = FREQUENCY, codec: str = "PCMU") -> bytes:
    start = number * SAMPLES % 8000
    return codes(frequency, codec)[start : start + SAMPLES]


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ((1, 2, 3), (3, 0, 0, 0)),
        ((1, 3), (2, 1, 0, 0)),
        ((1, 3, 2), (3, 0, 1, 0)),
        ((1, 1, 2, 2), (2, 0, 0, 2)),
        ((1, 3, 2, 2), (3, 0, 1, 1)),
        ((65535, 0), (2, 0, 0, 0)),
        ((65534, 1), (2, 2, 0, 0)),
        ((5, 4), (2, 0, 1, 0)),  # before the first: late, and not expected
        ((1, 2, 40000, 40001), (4, 0, 0, 0)),  # another source's numbers
        ((1, 201, 2), (3, 198, 1, 0)),
    ],
)
def test_order(numbers: tuple[int, ...], expected: tuple[int, int, int, int]) -> None:
    assert counts(heard(*numbers)) == expected


def test_another_source_begins_anew_and_losses_stay() -> None:
    order = heard(1, 3)
    assert order.place(SOURCE + 1, 3)
    assert counts(order) == (3, 1, 0, 0)


def test_reset_counts_from_here() -> None:
    order = heard(1, 5)
    order.reset()
    assert counts(order) == (0, 0, 0, 0)
    order.place(SOURCE, 4)
    order.place(SOURCE, 7)
    assert counts(order) == (2, 1, 1, 0)


@given(st.lists(st.integers(0, 60), max_size=80), st.integers(0, 0xFFFF))
def test_every_packet_is_counted_once(numbers: list[int], first: int) -> None:
    """Whatever the network does, what came and what is missing make up what was sent."""
    order = Order()
    new = [order.place(SOURCE, first + number & 0xFFFF) for number in (0, *numbers)]
    assert order.received == sum(new) == len({0, *numbers})
    assert order.repeated == len(numbers) + 1 - order.received
    assert order.lost == max(0, *numbers) + 1 - order.received if numbers else order.lost == 0


def test_tone_latency_and_gap() -> None:
    hearing = Hearing(coefficient(FREQUENCY), 9)
    for number in range(10):
        sent = 100.0 + number * 0.02
        hearing.take(packet(number, stamped(sound(number), 9, round(sent * 1e9))), sent + 0.003)
    hearing.take(packet(10, sound(10)), 101.0)  # without a stamp
    figures = hearing.figures()
    assert figures.heard
    assert figures.tone > 0.9
    assert figures.latency.count == 10
    assert figures.latency.p50 == pytest.approx(0.003, rel=0.07)
    assert figures.longest_gap == pytest.approx(101.0 - 100.183)
    assert (figures.first_received, figures.first_heard, figures.last_received) == (100.003, 100.003, 101.0)


@pytest.mark.parametrize(("codec", "number"), [("PCMU", 0), ("PCMA", 8)])
@pytest.mark.parametrize(("sent", "expected", "audible"), [(440.0, 440.0, True), (440.0, 600.0, False)])
def test_tone_in_both_codecs(codec: str, number: int, sent: float, expected: float, audible: bool) -> None:
    hearing = Hearing(coefficient(expected), 0)
    hearing.take(packet(1, sound(1, sent, codec), number), 1.0)
    assert hearing.figures().heard is audible


def test_a_tone_that_ends_is_not_heard_any_more() -> None:
    hearing = Hearing(coefficient(FREQUENCY), 0)
    clock = itertools.count(1)
    for number in range(3):
        hearing.take(packet(number, sound(number)), float(next(clock)))
    assert hearing.figures().heard
    for number in range(3, 8):
        hearing.take(packet(number, sound(number, 0.0)), float(next(clock)))
    assert not hearing.figures().heard


def test_stamps_of_another_call_are_foreign() -> None:
    hearing = Hearing(0.0, 9)
    hearing.take(packet(1, stamped(sound(1), 8, 0)), 1.0)
    figures = hearing.figures()
    assert (figures.foreign, figures.latency.count) == (1, 0)


def test_events_and_other_codecs_are_counted_only() -> None:
    hearing = Hearing(0.0, 0)
    hearing.take(packet(1, bytes(4), 101), 1.0)
    hearing.take(packet(2, bytes(300), 111), 1.02)
    figures = hearing.figures()
    assert (figures.received, figures.tone, figures.first_heard) == (2, 0.0, 0.0)
