"""Streams of pictures: bursts, repetitions, and numbers that can be asked for again."""

from __future__ import annotations

from cordboard.rtp.packet import RtpPacket
from cordboard.rtp.pictures import PictureRewriter
from cordboard.rtp.rewrite import payload_table

TABLE = payload_table({96: 102})
FRAME = 3000


def rewriter() -> PictureRewriter:
    return PictureRewriter(7, 1000, 50_000, TABLE, clock_rate=90_000)


def send(
    out: PictureRewriter, sequence: int, time: int = 0, now: float = 0.0, *, marker: bool = False, source: int = 1,
    number: int = 96,
) -> RtpPacket | None:  # fmt: skip
    packet = RtpPacket(number, sequence & 0xFFFF, time, source, b"picture", marker)
    made = out.rewrite(packet.to_bytes(), now)
    return None if made is None else RtpPacket.parse(made)


def sent(packet: RtpPacket | None) -> RtpPacket:
    assert packet is not None
    return packet


def test_packets_of_one_picture_share_a_time_and_the_marker_stays_where_it_is() -> None:
    out = rewriter()
    made = [sent(send(out, 10 + place, 900, marker=place == 3)) for place in range(4)]
    assert [each.sequence for each in made] == [1000, 1001, 1002, 1003]
    assert {each.timestamp for each in made} == {50_000}
    assert [each.marker for each in made] == [False, False, False, True]
    assert {each.payload_type for each in made} == {102}


def test_new_source_goes_on_without_a_marker_of_ours() -> None:
    out = rewriter()
    send(out, 10, 900)
    made = sent(send(out, 40_000, 5, 0.5, source=2))
    assert (made.sequence, made.marker) == (1001, False), "a marker would end a picture that has just begun"
    assert made.timestamp == 50_000 + 45_000


def test_hundreds_of_packets_can_be_lost_at_once() -> None:
    out = rewriter()
    send(out, 10)
    assert sent(send(out, 310, FRAME)).sequence == 1300
    assert sent(send(out, 150, FRAME)).sequence == 1140, "the place was left for it"
    assert send(out, 150, FRAME) is None


def test_pictures_may_come_in_another_order_than_they_are_shown() -> None:
    out = rewriter()
    times = [0, 4 * FRAME, 2 * FRAME, FRAME, 3 * FRAME, 8 * FRAME]
    made = [sent(send(out, 10 + place, time, place / 30)) for place, time in enumerate(times)]
    assert [each.timestamp - 50_000 for each in made] == times


def test_a_row_of_repeated_packets_is_no_new_beginning() -> None:
    out = rewriter()
    for number in range(40):
        send(out, number, FRAME * number, number / 30)
    assert [send(out, number, FRAME * number, 2.0) for number in range(10, 30)] == [None] * 20
    assert sent(send(out, 40, FRAME * 40, 2.0)).sequence == 1040


def test_numbers_of_the_source_can_be_told() -> None:
    out = rewriter()
    assert out.source_of(1000) is None
    for number in (500, 501, 503):
        send(out, number)
    assert [out.source_of(number) for number in (1000, 1001, 1002, 1003)] == [(1, 500), (1, 501), (1, 502), (1, 503)]
    assert out.source_of(1004) is None, "not sent yet"
    assert out.source_of(900) is None, "never sent"


def test_numbers_wrap() -> None:
    out = PictureRewriter(7, 65_534, 0, TABLE, clock_rate=90_000)
    for number in range(4):
        send(out, 65_530 + number)
    assert out.source_of(1) == (1, 65_533)
    for number in range(70_000):
        send(out, 65_534 + number, now=number / 500)
    assert out.source_of(out.sequence) == (1, (65_533 + 70_000) & 0xFFFF)


def test_packets_of_the_source_before_cannot_be_asked_for() -> None:
    out = rewriter()
    for number in range(5):
        send(out, number)
    for number in range(2):
        send(out, 7000 + number, source=2)
    assert out.source_of(1006) == (2, 7001)
    assert out.source_of(1004) is None


def test_numbers_that_were_left_out_are_forgotten() -> None:
    out = rewriter()
    for number in range(5):
        send(out, number)
    assert send(out, 5, number=97) is None
    send(out, 6)
    assert out.source_of(1005) == (1, 6)
    assert out.source_of(1004) is None
