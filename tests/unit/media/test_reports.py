"""Our RTCP reports of one side, and what the other end's tell."""

from __future__ import annotations

import pytest

from cordboard.media.relay.sides.reports import Reporter
from cordboard.media.relay.sides.stream import Stream
from cordboard.rtp.packet import RtpPacket
from cordboard.rtp.rewrite import StreamRewriter, payload_table
from cordboard.rtp.rtcp import (
    Bye,
    ReceiverReport,
    ReportBlock,
    SenderReport,
    SourceDescription,
    build,
    ntp_time,
    parse,
)

EPOCH = 1_800_000_000.0


def stream(ssrc: int) -> Stream:
    return Stream(StreamRewriter(ssrc, 10, 1000, payload_table({0: 0})), lambda _: True)


@pytest.fixture
def heard() -> Stream:
    return stream(1)


@pytest.fixture
def told() -> Stream:
    return stream(2)


@pytest.fixture
def reporter(heard: Stream, told: Stream) -> Reporter:
    return Reporter("cname", heard, told)


def speak(stream: Stream, count: int, first: int = 0, ssrc: int = 77) -> None:
    for number in range(first, first + count):
        stream.take(RtpPacket(0, number, 160 * number, ssrc, bytes(160)).to_bytes(), 50.0 + number * 0.02)


def test_before_anything_was_sent_there_is_an_empty_receiver_report(reporter: Reporter) -> None:
    assert parse(reporter.report(60.0, EPOCH)) == [ReceiverReport(2), SourceDescription(2, "cname")]


def test_sender_report_tells_what_went_out(reporter: Reporter, told: Stream) -> None:
    speak(told, 100)
    report, source = parse(reporter.report(50.0 + 99 * 0.02 + 1.0, EPOCH))
    assert isinstance(report, SenderReport)
    assert (report.ssrc, report.packets, report.octets) == (2, 100, 16000)
    assert report.timestamp == 1000 + 99 * 160 + 8000
    assert report.ntp == ntp_time(EPOCH)
    assert source == SourceDescription(2, "cname")


def test_block_tells_what_came_in(reporter: Reporter, heard: Stream) -> None:
    speak(heard, 10)
    speak(heard, 10, first=12)
    report = parse(reporter.report(60.0, EPOCH))[0]
    assert isinstance(report, ReceiverReport)
    (block,) = report.blocks
    assert (block.ssrc, block.lost, block.highest_sequence) == (77, 2, 21)
    assert block.fraction_lost == 2 * 256 // 22
    assert (block.last_sender_report, block.delay) == (0, 0)


def test_block_refers_to_their_last_sender_report(reporter: Reporter, heard: Stream) -> None:
    speak(heard, 10)
    reporter.take(build([SenderReport(77, ntp_time(EPOCH), 0, 10, 1600)]), EPOCH)
    reporter.take(build([SenderReport(78, ntp_time(EPOCH + 1), 0, 10, 1600)]), EPOCH + 1)
    reporter.take(build([SenderReport(77, ntp_time(EPOCH + 2), 0, 10, 1600)]), EPOCH + 2)
    report = parse(reporter.report(60.0, EPOCH + 2.5))[0]
    assert isinstance(report, ReceiverReport)
    assert report.blocks[0].last_sender_report == ntp_time(EPOCH + 2) >> 16 & 0xFFFFFFFF
    assert report.blocks[0].delay == 0x8000


def test_their_block_about_us_is_taken(reporter: Reporter) -> None:
    block = ReportBlock(2, lost=7, last_sender_report=ntp_time(EPOCH) >> 16 & 0xFFFFFFFF, delay=0x4000)
    reporter.take(build([ReceiverReport(77, (ReportBlock(3, lost=99), block))]), EPOCH + 0.75)
    assert reporter.peer_lost == 7
    assert reporter.round_trip == pytest.approx(0.5, abs=0.001)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80",
        b"\x80\xc8\x00\x00",
        b"\x81\xc9\x00\x01" + bytes(4),
        b"\xff" * 64,
        build([Bye((77,))]),
        build([ReceiverReport(77, (ReportBlock(2, lost=-5),))]),
    ],
)
def test_strange_reports_do_no_harm(reporter: Reporter, data: bytes) -> None:
    reporter.take(data, EPOCH)
    assert (reporter.peer_lost, reporter.round_trip) == (0, 0.0)
