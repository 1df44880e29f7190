from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordboard.rtp.g711 import ULAW_TO_ALAW
from cordboard.rtp.packet import RtpPacket
from cordboard.rtp.rewrite import StreamRewriter, payload_table
from cordboard.rtp.telephone_event import payloads

OURS = 0xC0DB0A2D
TABLE = payload_table({0: 0, 8: 8, 126: 101})


def rewriter(sequence: int = 1000, timestamp: int = 50_000) -> StreamRewriter:
    return StreamRewriter(OURS, sequence, timestamp, TABLE, events=(126,))


class Source:
    """A talker with a clock: 20 ms of audio a packet."""

    def __init__(self, out: StreamRewriter, ssrc: int, sequence: int, timestamp: int, now: float) -> None:
        self.out, self.ssrc, self.sequence, self.timestamp, self.now = out, ssrc, sequence, timestamp, now

    def skip(self, packets: int = 1) -> None:
        """Packets that get lost on their way to us."""
        self.sequence += packets
        self.timestamp += 160 * packets
        self.now += 0.02 * packets

    def say(self, *, payload_type: int = 0, marker: bool = False, payload: bytes = bytes(160)) -> RtpPacket | None:
        result = self.send(self.sequence, self.timestamp, payload_type=payload_type, marker=marker, payload=payload)
        self.skip()
        return result

    def send(
        self, sequence: int, timestamp: int, *, payload_type: int = 0, marker: bool = False, payload: bytes = bytes(160)
    ) -> RtpPacket | None:
        packet = RtpPacket(
            payload_type, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, self.ssrc, payload, marker
        ).to_bytes()
        result = self.out.rewrite(packet, self.now)
        return None if result is None else RtpPacket.parse(result)


def heard(packet: RtpPacket | None) -> tuple[int, int, bool]:
    assert packet is not None
    assert packet.ssrc == OURS
    return packet.sequence, packet.timestamp, packet.marker


def test_begins_at_its_own_numbers_with_the_marker() -> None:
    source = Source(rewriter(), 5, 40000, 7, 100.0)
    assert heard(source.say()) == (1000, 50_000, True)
    assert heard(source.say()) == (1001, 50_160, False)
    assert heard(source.say(marker=True)) == (1002, 50_320, True)
    assert source.out.packets == 3
    assert source.out.octets == 480
    assert source.out.sequence == 1002


def test_numbers_wrap_on_both_sides() -> None:
    source = Source(rewriter(65_534, 0xFFFFFFFF - 100), 5, 65_535, 0xFFFFFF80, 0.0)
    assert [heard(source.say())[:2] for _ in range(4)] == [
        (65_534, 0xFFFFFF9B),
        (65_535, 59),
        (0, 219),
        (1, 379),
    ]


def test_a_new_source_goes_on_where_the_old_one_stopped() -> None:
    out = rewriter()
    caller = Source(out, 5, 40_000, 7, 100.0)
    for _ in range(10):
        caller.say()
    music = Source(out, 6, 3, 0xF0000000, caller.now)
    assert heard(music.say()) == (1010, 50_000 + 1600, True)
    assert heard(music.say()) == (1011, 50_000 + 1760, False)
    music.now += 2.0
    assert heard(music.say())[0] == 1012
    back = Source(out, 5, caller.sequence, caller.timestamp, music.now + 1.0)
    sequence, timestamp, marker = heard(back.say())
    assert (sequence, marker) == (1013, True)
    assert timestamp - 50_000 == pytest.approx((back.now - 0.02 - 100.0) * 8000, abs=16_800)


def test_time_that_passed_between_sources_shows_in_the_timestamp() -> None:
    out = rewriter()
    heard(Source(out, 5, 1, 1, 10.0).say())
    assert heard(Source(out, 6, 1, 1, 14.0).say()) == (1001, 50_000 + 4 * 8000, True)
    # at least one packet, even if the new source speaks at once
    assert heard(Source(out, 7, 1, 1, 14.001).say()) == (1002, 50_000 + 4 * 8000 + 160, True)


def test_lost_packets_stay_lost() -> None:
    source = Source(rewriter(), 5, 65_530, 7, 0.0)
    source.say()
    source.skip(3)
    assert heard(source.say()) == (1004, 50_000 + 4 * 160, False)
    source.skip(40)
    assert heard(source.say()) == (1045, 50_000 + 45 * 160, False)
    source.skip(1000)  # 20 s without network
    assert heard(source.say()) == (2046, 50_000 + 1046 * 160, False)


@pytest.mark.parametrize("jump", [60, 2000, 5000, 32_768, -150, -200, -20_000])
def test_a_jump_in_sequence_that_is_no_loss_is_closed(jump: int) -> None:
    source = Source(rewriter(), 5, 30_000, 7, 0.0)
    source.say()
    source.sequence += jump
    assert heard(source.say()) == (1001, 50_160, True)
    assert heard(source.say()) == (1002, 50_320, False)


@pytest.mark.parametrize("jump", [100_000, 0x7FFFFFFF, 0x80000000, -1, -160, -8000, -1_000_000])
def test_a_jump_in_timestamp_is_closed(jump: int) -> None:
    source = Source(rewriter(), 5, 30_000, 7, 0.0)
    source.say()
    source.say()
    source.timestamp = (source.timestamp - 160 + jump) & 0xFFFFFFFF
    assert heard(source.say()) == (1002, 50_320, True)
    assert heard(source.say()) == (1003, 50_480, False)


def test_both_jump_at_once() -> None:
    source = Source(rewriter(), 5, 30_000, 7, 0.0)
    source.say()
    source.sequence, source.timestamp = 1, 3_000_000_000
    assert heard(source.say()) == (1001, 50_160, True)


def test_silence_that_the_clock_explains_is_no_jump() -> None:
    source = Source(rewriter(), 5, 30_000, 7, 0.0)
    source.say()
    source.timestamp += 660 * 8000  # eleven minutes on hold, timestamps went on
    source.now += 660.0
    assert heard(source.say(marker=True)) == (1001, 50_160 + 660 * 8000, True)


def test_a_burst_after_a_stall_keeps_the_line() -> None:
    source = Source(rewriter(), 5, 30_000, 7, 0.0)
    source.say()
    source.now += 1.5
    for number in range(1, 75):
        assert heard(source.say()) == (1000 + number, 50_000 + 160 * number, False)
        source.now -= 0.02


def test_late_packets_come_to_their_place_once() -> None:
    source = Source(rewriter(), 5, 30_000, 7, 0.0)
    source.say()
    late = (source.sequence, source.timestamp)
    source.skip()
    later = (source.sequence, source.timestamp)
    source.skip()
    assert heard(source.say()) == (1003, 50_480, False)
    assert heard(source.send(*later)) == (1002, 50_320, False)
    assert heard(source.send(*late)) == (1001, 50_160, False)
    assert source.send(*late) is None
    assert source.send(*later) is None
    assert source.out.sequence == 1003
    assert heard(source.say()) == (1004, 50_640, False)


def test_repeated_packets_are_dropped() -> None:
    source = Source(rewriter(), 5, 30_000, 7, 0.0)
    source.say()
    assert source.send(30_000, 7) is None
    source.say()
    assert source.send(30_000, 7) is None
    assert source.send(30_001, 167) is None
    assert source.out.packets == 2


def test_a_network_that_doubles_every_packet() -> None:
    source = Source(rewriter(), 5, 30_000, 7, 0.0)
    for number in range(50):
        sequence, timestamp = source.sequence, source.timestamp
        assert heard(source.say())[0] == 1000 + number
        assert source.send(sequence, timestamp) is None


def test_a_short_clip_that_begins_again() -> None:
    source = Source(rewriter(), 5, 30_000, 7, 0.0)
    for _ in range(50):
        source.say()
    source.sequence, source.timestamp = 30_000, 7
    packets = [packet for _ in range(50) if (packet := source.say()) is not None]
    assert len(packets) == 45
    assert heard(packets[0]) == (1050, 50_000 + 55 * 160, True)
    assert heard(packets[-1]) == (1094, 50_000 + 99 * 160, False)


def test_a_late_packet_of_the_source_before_is_dropped() -> None:
    out = rewriter()
    old = Source(out, 5, 10, 7, 0.0)
    old.say()
    old.say()
    late = (old.sequence, old.timestamp)
    old.skip()
    old.say()
    new = Source(out, 6, 900, 0, old.now)
    new.say()
    assert old.send(*late) is None
    assert heard(new.say())[2] is False


def test_comfort_noise_leaves_no_gap() -> None:
    source = Source(rewriter(), 5, 30_000, 7, 0.0)
    source.say()
    assert source.say(payload_type=13, payload=b"\x40") is None
    assert heard(source.say(marker=True)) == (1001, 50_320, True)
    assert source.say(payload_type=13, payload=b"\x40") is None
    assert source.say(payload_type=13, payload=b"\x40") is None
    assert heard(source.say()) == (1002, 50_800, False)


def test_comfort_noise_and_loss_and_late_packets() -> None:
    source = Source(rewriter(), 5, 30_000, 7, 0.0)
    source.say()
    late = (source.sequence, source.timestamp)
    source.skip()
    assert source.say(payload_type=13, payload=b"\x40") is None
    assert heard(source.say()) == (1002, 50_480, False)  # 1001 is left for the late one
    assert heard(source.send(*late)) == (1001, 50_160, False)
    assert source.send(*late) is None


def test_a_stranger_s_comfort_noise_changes_nothing() -> None:
    out = rewriter()
    source = Source(out, 5, 30_000, 7, 0.0)
    stranger = Source(out, 9, 1, 1, 0.0)
    assert stranger.say(payload_type=13) is None
    source.say()
    assert stranger.say(payload_type=13) is None
    assert heard(source.say()) == (1001, 50_160, False)


def test_payload_numbers_are_mapped_and_the_rest_dropped() -> None:
    source = Source(rewriter(), 5, 30_000, 7, 0.0)
    numbers = [packet.payload_type for number in (0, 8, 126) if (packet := source.say(payload_type=number))]
    assert numbers == [0, 8, 101]
    assert all(source.say(payload_type=number) is None for number in (9, 111, 127))


def test_the_source_can_change_its_numbers() -> None:
    source = Source(rewriter(), 5, 30_000, 7, 0.0)
    source.say()
    source.out.map_payloads(payload_table({0: 8, 96: 126}), events=(96,), translations={0: ULAW_TO_ALAW})
    packet = source.say(payload=bytes(range(160)))
    assert packet is not None
    assert (packet.payload_type, packet.sequence) == (8, 1001)
    assert packet.payload == bytes(range(160)).translate(ULAW_TO_ALAW)
    event = source.say(payload_type=96, payload=b"\1\2\3\4")
    assert event is not None
    assert (event.payload_type, event.payload) == (126, b"\1\2\3\4")


def test_held_back_packets_do_not_look_like_loss() -> None:
    source = Source(rewriter(), 5, 30_000, 7, 0.0)
    source.say()
    source.out.map_payloads((None,) * 128)
    for _ in range(4000):
        assert source.say() is None
    source.out.map_payloads(TABLE, events=(126,))
    assert heard(source.say()) == (1001, 50_000 + 4001 * 160, False)


def digits(source: Source, timestamp: int, digit: str = "5") -> list[RtpPacket]:
    packets = []
    for number, payload in enumerate(payloads(digit)):
        packet = source.send(source.sequence, timestamp, payload_type=126, marker=number == 0, payload=payload)
        assert packet is not None
        packets.append(packet)
        source.sequence += 1
        source.now += 0.02
    return packets


def test_the_packets_of_a_digit_share_a_timestamp() -> None:
    source = Source(rewriter(), 5, 30_000, 7, 0.0)
    source.say()
    begin = source.timestamp
    packets = digits(source, begin)
    assert {packet.timestamp for packet in packets} == {50_160}
    assert [packet.sequence for packet in packets] == list(range(1001, 1001 + len(packets)))
    assert [packet.payload for packet in packets] == payloads("5")
    assert [packet.marker for packet in packets] == [True] + [False] * (len(packets) - 1)
    source.timestamp = begin + 800
    assert heard(source.say()) == (1001 + len(packets), 50_160 + 800, False)


def test_a_digit_among_audio_keeps_both_lines() -> None:
    source = Source(rewriter(), 5, 30_000, 7, 0.0)
    source.say()
    begin = source.timestamp
    for number, payload in enumerate(payloads("9")):
        event = source.send(source.sequence, begin, payload_type=126, payload=payload)
        assert heard(event)[1] == 50_160
        source.sequence += 1
        assert heard(source.say()) == (1002 + 2 * number, 50_160 + 160 * number, False)


def test_a_long_digit_does_not_move_the_line() -> None:
    source = Source(rewriter(), 5, 30_000, 7, 0.0)
    source.say()
    begin, start = source.timestamp, source.now
    for number in range(400):  # eight seconds
        assert heard(source.send(source.sequence, begin, payload_type=126, payload=bytes(4))) == (
            1001 + number,
            50_160,
            False,
        )
        source.sequence += 1
        source.now = start + 0.02 * number
    source.timestamp = begin + 400 * 160
    assert heard(source.say()) == (1401, 50_160 + 400 * 160, False)


def test_a_digit_with_a_clock_of_its_own_stays_one_digit() -> None:
    source = Source(rewriter(), 5, 30_000, 7, 0.0)
    source.say()
    source.say()
    packets = digits(source, 3_000_000_000)
    (timestamp,) = {packet.timestamp for packet in packets}
    assert 50_160 < timestamp <= 50_480
    source.timestamp += 160 * len(packets)
    assert heard(source.say())[2] is False


def test_a_new_source_may_begin_with_a_digit() -> None:
    source = Source(rewriter(), 5, 30_000, 7, 0.0)
    source.say()
    other = Source(source.out, 6, 1, 90_000, source.now)
    packets = digits(other, 90_000)
    assert {packet.timestamp for packet in packets} == {50_160}
    other.timestamp += 800
    assert heard(other.say())[1] == 50_960


def test_header_extension_csrcs_and_padding_are_taken_off() -> None:
    out = rewriter()
    rich = RtpPacket(0, 1, 1, 5, bytes(range(160)), csrcs=(1, 2), extension=(0xBEDE, b"\x10\x55\0\0")).to_bytes()
    padded = bytes([rich[0] | 0x20]) + rich[1:] + b"\0\0\0\4"
    result = out.rewrite(bytearray(padded), 0.0)
    assert isinstance(result, bytes)
    assert result[0] == 0x80
    assert result[12:] == bytes(range(160))


@pytest.mark.parametrize(
    "data", [b"", bytes(11), bytes(40), b"\xc0" + bytes(40), b"\x90" + bytes(11), b"\xa0" + bytes(12)]
)
def test_what_is_no_packet_is_dropped(data: bytes) -> None:
    assert rewriter().rewrite(data, 0.0) is None


def test_the_timestamp_of_now() -> None:
    source = Source(rewriter(), 5, 30_000, 7, 10.0)
    assert source.out.timestamp_at(99.0) == 50_000
    source.say()
    assert source.out.timestamp_at(10.0) == 50_000
    assert source.out.timestamp_at(11.5) == 62_000


@given(
    st.lists(
        st.tuples(
            st.integers(1, 3),  # source
            st.sampled_from([0, 0, 0, 8, 13, 126]),
            st.integers(-5, 5) | st.integers(0, 0xFFFF),  # step in sequence
            st.integers(0, 2000) | st.integers(0, 0xFFFFFFFF),  # step in timestamp
            st.floats(0, 2),
        ),
        max_size=60,
    )
)
def test_whatever_sources_do_no_number_is_sent_twice(steps: list[tuple[int, int, int, int, float]]) -> None:
    out = rewriter()
    places = {number: [7 * number, 9 * number] for number in (1, 2, 3)}
    now, seen, highest = 0.0, set(), 999
    for number, payload_type, step, ticks, passed in steps:
        place = places[number]
        place[0], place[1] = (place[0] + step) & 0xFFFF, (place[1] + ticks) & 0xFFFFFFFF
        now += passed
        result = out.rewrite(RtpPacket(payload_type, place[0], place[1], number).to_bytes(), now)
        if result is not None:
            packet = RtpPacket.parse(result)
            assert packet.ssrc == OURS
            ahead = (packet.sequence - highest) & 0xFFFF
            assert ahead <= 3000 or ahead > 0xFFFF - 200
            if ahead <= 3000:
                highest = packet.sequence
            assert packet.sequence not in seen
            seen.add(packet.sequence)


def test_another_clock_goes_on_from_where_the_stream_is() -> None:
    """Opus counts in 48 kHz (RFC 7587 section 4.1): a break of a second is 48,000 then, and 20 ms are 960."""
    out = rewriter()
    source = Source(out, 5, 100, 7, 0.0)
    source.say()
    out.set_clock_rate(48_000)
    later = Source(out, 6, 4000, 99, 1.0)
    assert heard(later.send(4000, 99)) == (1001, 50_000 + 48_000, True)
    assert heard(later.send(4001, 99 + 960)) == (1002, 50_000 + 48_960, False)
    assert out.timestamp_at(2.0) == 50_000 + 48_960 + 48_000


@pytest.mark.parametrize(
    ("rates", "event", "made"),
    [
        ((48_000, 8000), b"\x05\x8a\x12\xc0", b"\x05\x8a\x03\x20"),
        ((8000, 48_000), b"\x05\x0a\x03\x20", b"\x05\x0a\x12\xc0"),
        ((8000, 48_000), b"\x05\x0a\xff\xff", b"\x05\x0a\xff\xff"),
        ((8000, 48_000), b"\x05", b"\x05"),
    ],
)
def test_durations_of_digits_in_another_clock(rates: tuple[int, int], event: bytes, made: bytes) -> None:
    out = rewriter()
    out.map_payloads(TABLE, events=(126,), durations={126: rates})
    source = Source(out, 5, 100, 7, 0.0)
    source.say()
    digit = source.say(payload_type=126, payload=event)
    assert digit is not None
    assert digit.payload == made
    sound = source.say(payload=b"\x05\x8a\x12\xc0")
    assert sound is not None
    assert sound.payload == b"\x05\x8a\x12\xc0"
