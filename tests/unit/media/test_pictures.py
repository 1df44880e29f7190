"""Pictures on their way and what their receivers say: packets again, a whole picture, told apart from sound."""

from __future__ import annotations

import pytest

from cordboard.media.relay.sides.pictures import KEPT, Bundle, BundledReports, PictureReporter, PictureStream, Source
from cordboard.media.relay.sides.reports import Reporter
from cordboard.media.relay.sides.stream import new_stream
from cordboard.rtp.packet import RtpPacket
from cordboard.rtp.rewrite import payload_table
from cordboard.rtp.rtcp import (
    FullIntraRequest,
    Nack,
    Packet,
    PictureLoss,
    ReceiverReport,
    SenderReport,
    SourceDescription,
    build,
    ntp_time,
    parse,
)
from cordboard.sdp.video import FEEDBACK

OURS, BACK, THEIRS = 7, 8, 77


class Way:
    """A stream of pictures from a source that we can ask, to a receiver who can complain."""

    def __init__(self, feedback: tuple[str, ...] = FEEDBACK) -> None:
        self.sent: list[RtpPacket] = []
        self.asked: list[Packet] = []
        self.stream = PictureStream(OURS, 1000, 0, self._send)
        self.stream.rewriter.map_payloads(payload_table({96: 102}))
        self.stream.source = Source(BACK, "cname", self._ask)
        self.stream.source.takes = feedback
        back = PictureStream(BACK, 1, 0, lambda _: True)
        self.reporter = PictureReporter("cname", heard=back, told=self.stream)

    def _send(self, packet: bytes) -> bool:
        self.sent.append(RtpPacket.parse(packet))
        return True

    def _ask(self, data: bytes) -> None:
        report, name, asked = parse(data)
        assert (report, name) == (ReceiverReport(BACK), SourceDescription(BACK, "cname")), "RFC 3550 section 6.1"
        self.asked.append(asked)

    def take(self, *sequences: int, source: int = THEIRS, now: float = 100.0, number: int = 96) -> None:
        for sequence in sequences:
            packet = RtpPacket(number, sequence, 3000 * sequence, source, b"picture %d" % sequence)
            self.stream.take(packet.to_bytes(), now)

    def complain(self, *packets: Packet) -> None:
        self.reporter.take(build([ReceiverReport(5), *packets]), 1_800_000_000.0)


def test_source_that_is_new_is_asked_for_a_whole_picture() -> None:
    way = Way()
    way.take(1, 2, 3)
    assert way.asked == [PictureLoss(BACK, THEIRS)]
    way.take(500, source=78, now=101.0)
    assert way.asked[1:] == [PictureLoss(BACK, 78)]


def test_source_that_is_not_passed_on_is_not_asked() -> None:
    way = Way()
    way.take(1, number=97)
    way.stream.ask_picture(100.0)
    assert way.asked == [PictureLoss(BACK, THEIRS)], "somebody asked, nobody was shown"
    fresh = Way()
    fresh.stream.ask_picture(100.0)
    assert fresh.asked == []


def test_many_requests_are_one() -> None:
    way = Way()
    way.take(1)
    for hundredths in range(100):
        way.stream.ask_picture(100.0 + hundredths / 100)
    assert 9 <= len(way.asked) <= 11


@pytest.mark.parametrize(
    ("feedback", "asked"),
    [
        (FEEDBACK, PictureLoss(BACK, THEIRS)),
        (("nack pli",), PictureLoss(BACK, THEIRS)),
        (("ccm fir",), FullIntraRequest(BACK, ((THEIRS, 1),))),
        ((), PictureLoss(BACK, THEIRS)),
    ],
)
def test_the_way_to_ask_is_one_that_was_agreed(feedback: tuple[str, ...], asked: Packet) -> None:
    way = Way(feedback)
    way.take(1)
    assert way.asked == [asked]


def test_each_full_intra_request_has_a_number_of_its_own() -> None:
    way = Way(("ccm fir",))
    for second in range(300):
        way.take(1000 + second, source=THEIRS + second, now=100.0 + second)
    numbers = [asked.requests[0][1] for asked in way.asked if isinstance(asked, FullIntraRequest)]
    assert numbers == [(1 + each) & 0xFF for each in range(300)]


@pytest.mark.parametrize("complaint", [PictureLoss(5, OURS), FullIntraRequest(5, ((OURS, 9),))])
def test_receivers_ask_through_us(complaint: Packet) -> None:
    way = Way()
    way.take(1)
    way.asked.clear()
    way.complain(complaint)
    assert way.asked == [PictureLoss(BACK, THEIRS)]


@pytest.mark.parametrize(
    "complaint", [PictureLoss(5, 6), FullIntraRequest(5, ((6, 9),)), FullIntraRequest(5, ()), Nack(5, 6, (1000,))]
)
def test_complaints_about_others_are_passed_over(complaint: Packet) -> None:
    way = Way()
    way.take(1)
    way.asked.clear()
    way.sent.clear()
    way.complain(complaint)
    assert (way.asked, way.sent) == ([], [])


def test_packets_that_we_sent_are_sent_again_as_they_were() -> None:
    way = Way()
    way.take(1, 2, 3)
    way.asked.clear()
    way.complain(Nack(5, OURS, (1000, 1002)))
    assert way.sent[3:] == [way.sent[0], way.sent[2]]
    assert way.asked == []


def test_packets_that_never_came_are_asked_for() -> None:
    way = Way()
    way.take(10, 11, 14)
    way.asked.clear()
    way.complain(Nack(5, OURS, (1002, 1003, 1004)))
    assert way.asked == [Nack(BACK, THEIRS, (12, 13))]
    assert way.sent[3:] == [way.sent[2]]
    way.take(12)
    assert (way.sent[-1].sequence, way.sent[-1].payload) == (1002, b"picture 12")


def test_nobody_is_asked_for_packets_who_does_not_know_how() -> None:
    way = Way(("nack pli",))
    way.take(10, 12)
    way.asked.clear()
    way.complain(Nack(5, OURS, (1001,)))
    assert way.asked == []


def test_packets_of_long_ago_are_forgotten() -> None:
    way = Way()
    way.take(*range(KEPT + 10))
    way.sent.clear()
    way.asked.clear()
    way.complain(Nack(5, OURS, tuple(range(995, 1010))))
    assert way.sent == []
    asked = [each for each in way.asked if isinstance(each, Nack)]
    assert [each.sequences for each in asked] == [tuple(range(10))], "only the source may still have them"


def test_strange_feedback_does_no_harm() -> None:
    way = Way()
    way.take(1, 2)
    for data in (b"", b"\x81\xcd\x00\x02" + bytes(8), b"\x84\xce\x00\x02" + bytes(8), b"\xff" * 40):
        way.reporter.take(data, 0.0)
    assert len(way.sent) == 2


def test_sound_and_pictures_are_told_apart_by_number() -> None:
    way = Way()
    audio = new_stream(1, 1, 1, lambda _: True)
    bundle = Bundle(audio, way.stream, {96})
    for number, marker in ((96, True), (96, False), (0, True), (97, False)):
        bundle.take(RtpPacket(number, 1, 1, number + 1, b"x", marker).to_bytes(), 1.0)
    assert (audio.reception.packets, way.stream.reception.packets) == (2, 2)


def test_reports_find_their_stream() -> None:
    way = Way()
    sound = new_stream(3, 1, 1, lambda _: True)
    sound.take(RtpPacket(0, 1, 1, 55, b"x").to_bytes(), 1.0)
    audio = Reporter("cname", heard=sound, told=sound)
    reports = BundledReports(audio, way.reporter)
    reports.take(build([SenderReport(55, ntp_time(1.8e9), 0, 1, 1)]), 1.8e9)
    reports.take(build([SenderReport(56, ntp_time(1.8e9 + 3), 0, 1, 1), PictureLoss(5, OURS)]), 1.8e9 + 3)
    report = parse(audio.report(2.0, 1.8e9 + 4))[0]
    assert isinstance(report, ReceiverReport | SenderReport)
    assert report.blocks[0].delay == 4 << 16, "since the report of this source, not of another"
