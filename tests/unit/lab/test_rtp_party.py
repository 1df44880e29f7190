"""One end of an RTP stream with its side of offer/answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cordboard.lab.mixer import Echo, Part, Playing, playing_tone
from cordboard.lab.rtp_party import HEARD_SECONDS, MAXIMUM_DIGITS, RtpParty
from cordboard.rtp.packet import RtpPacket
from cordboard.rtp.tone import strength, tone
from cordboard.sdp.direction import Direction
from cordboard.sdp.errors import SdpError
from cordboard.sdp.plain import read_plain

LEFT, RIGHT = ("127.0.0.2", 4000), ("127.0.0.3", 4002)


def party(address: tuple[str, int] = LEFT, part: Part | None = None) -> RtpParty:
    return RtpParty(address, part or playing_tone(440.0), ssrc=7, session_id=9)


def pair(left: Part | None = None, right: Part | None = None) -> tuple[RtpParty, RtpParty]:
    """Two parties that have negotiated."""
    one, other = party(LEFT, left), party(RIGHT, right or playing_tone(1000.0))
    one.take_answer(other.answer(one.offer()))
    return one, other


def talk(one: RtpParty, other: RtpParty, frames: int) -> None:
    for number in range(frames):
        for sender, hearer in ((one, other), (other, one)):
            packet = sender.next_packet()
            if packet is not None:
                hearer.receive(packet, number * 0.02, 1_700_000_000.0 + number * 0.02)


def test_both_hear_each_other() -> None:
    one, other = pair()
    assert (one.target, other.target) == (RIGHT, LEFT)
    talk(one, other, 50)
    assert strength(one.heard(1.0), 1000.0) > 0.99
    assert strength(other.heard(1.0), 440.0) > 0.99
    assert (one.packets, one.first_received) == (50, 1_700_000_000.0)


def test_pcma_is_spoken_where_it_is_offered_first() -> None:
    one = party()
    one.answer(party(RIGHT).offer().replace("RTP/AVP 0 8 101", "RTP/AVP 8 0 101"))
    packet = one.next_packet()
    assert packet is not None
    assert RtpPacket.parse(packet).payload_type == 8


def test_nothing_is_sent_before_the_far_side_is_known() -> None:
    one = party()
    one.offer()
    assert one.next_packet() is None


@pytest.mark.parametrize(
    "held", [lambda sdp: sdp.replace("127.0.0.3", "0.0.0.0"), lambda sdp: sdp.replace("sendrecv", "inactive")]
)
def test_a_held_party_is_silent_and_its_stream_goes_on_in_time(held: Callable[[str], str]) -> None:
    one, other = pair()
    before = one.next_packet()
    one.answer(held(other.offer()))
    assert [one.next_packet() for _ in range(9)] == [None] * 9
    one.answer(other.offer())
    after = one.next_packet()
    assert before is not None
    assert after is not None
    first, second = RtpPacket.parse(before), RtpPacket.parse(after)
    assert second.timestamp - first.timestamp == 10 * 160
    assert second.sequence - first.sequence == 1
    assert second.marker


def test_a_held_party_hears_nothing_of_what_still_comes() -> None:
    one, other = pair()
    one.answer(other.offer(Direction.INACTIVE))
    other.answer(one.offer())
    talk(one, other, 5)
    assert one.heard(1.0) == b""


def test_an_answer_mirrors_the_direction() -> None:
    one, other = pair()
    assert read_plain(one.answer(other.offer(Direction.SENDONLY))).direction is Direction.RECVONLY
    assert read_plain(one.answer(other.offer(Direction.INACTIVE))).direction is Direction.INACTIVE


def test_versions_of_the_description_rise() -> None:
    one = party()
    assert "o=- 9 1 IN" in one.offer()
    assert "o=- 9 2 IN" in one.offer()


def test_an_offer_that_cannot_be_used_changes_nothing() -> None:
    one, _ = pair()
    for offer in ("rubbish", party(RIGHT).offer().replace("0 8 101", "9")):
        with pytest.raises(SdpError):
            one.answer(offer)
    assert one.target == RIGHT


def test_an_echo_returns_the_sound() -> None:
    one, other = pair(right=Echo())
    talk(one, other, 50)
    assert strength(one.heard(0.5), 440.0) > 0.99


def test_digits_are_told_once_each_and_silence_the_sound() -> None:
    one, other = pair()
    talk(one, other, 3)
    one.send_digits("1*A1")
    talk(one, other, 60)
    assert other.digits == "1*A1"
    with pytest.raises(ValueError, match="digit"):
        one.send_digits("x")


def test_digits_are_bounded() -> None:
    one = party()
    for _ in range(MAXIMUM_DIGITS + 5):
        one.note_digit("1")
    assert len(one.digits) == MAXIMUM_DIGITS


def test_what_was_heard_is_bounded_and_can_be_forgotten() -> None:
    one, other = pair(left=Playing(tone(440.0, 0.02)))
    talk(one, other, HEARD_SECONDS * 50 + 100)
    assert len(other.heard(60.0)) == HEARD_SECONDS * 16000
    other.forget()
    assert other.heard(1.0) == b""


def test_silence_on_the_line_is_no_audio() -> None:
    one, other = pair()
    talk(one, other, 50)  # the last came at 0.98 s
    assert len(one.heard(1.0, now=0.98)) == 16000
    assert len(one.heard(1.0, now=1.5)) == 8000 - 320
    assert one.heard(1.0, now=2.0) == b""


def test_what_is_no_rtp_is_dropped() -> None:
    one, _ = pair()
    unknown = RtpPacket(96, 1, 1, 1, b"x" * 160).to_bytes()
    empty = RtpPacket(0, 1, 1, 1, b"").to_bytes()
    short_event = RtpPacket(101, 1, 1, 1, b"x").to_bytes()
    for data in (b"", b"\x80", b"\x80\xc8\x00\x01" + bytes(24), unknown, empty, short_event):
        one.receive(data, 0.0, 0.0)
    assert (one.packets, one.first_received, one.heard(1.0)) == (0, None, b"")
