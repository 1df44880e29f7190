from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordboard.rtp import rtcp
from cordboard.rtp.packet import RtpError, is_rtcp
from cordboard.rtp.rtcp import (
    Bye,
    FullIntraRequest,
    Nack,
    PictureLoss,
    ReceiverReport,
    ReportBlock,
    SenderReport,
    SourceDescription,
)

BLOCK = ReportBlock(0xBC5E9A40, 64, -7, 0x0001FFFE, 33, 0x12345678, 65_536)
ALL: list[rtcp.Packet] = [
    SenderReport(0x11223344, 0xE0000001_80000000, 160, 50, 8000, (BLOCK, ReportBlock(9))),
    ReceiverReport(0x11223344, (BLOCK,)),
    SourceDescription(0x11223344, "cordboard"),
    Nack(1, 2, (10, 11, 26, 27)),
    PictureLoss(1, 2),
    FullIntraRequest(1, ((2, 7), (3, 255))),
    Bye((1, 2), "done"),
]


@pytest.mark.parametrize("packet", [*ALL, Bye((1,)), ReceiverReport(5), SourceDescription(5, "")])
def test_reads_what_it_writes(packet: rtcp.Packet) -> None:
    data = rtcp.build([packet])
    assert is_rtcp(data)
    assert len(data) % 4 == 0
    assert rtcp.parse(data) == [packet]


def test_a_compound_datagram() -> None:
    assert rtcp.parse(rtcp.build(ALL)) == ALL
    assert rtcp.parse(b"") == []


@pytest.mark.parametrize("length", range(1, 12))
def test_names_of_all_lengths_are_padded(length: int) -> None:
    packets: list[rtcp.Packet] = [SourceDescription(5, "x" * length), PictureLoss(1, 2)]
    assert rtcp.parse(rtcp.build(packets)) == packets


def test_a_sender_report_on_the_wire() -> None:
    data = rtcp.build([SenderReport(0x01020304, 0x1112131415161718, 0x21222324, 5, 6, (BLOCK,))])
    assert data == bytes.fromhex(
        "81c8000c 01020304 11121314 15161718 21222324 00000005 00000006"
        "bc5e9a40 40fffff9 0001fffe 00000021 12345678 00010000"
    )


def test_a_nack_on_the_wire() -> None:
    # RFC 4585 section 6.2.1: a number, and a bit for each of the 16 that follow
    assert rtcp.build([Nack(1, 2, (0xFFFF, 0, 15, 16))]) == bytes.fromhex(
        "81cd0004 00000001 00000002 ffff8001 00100000"
    )


def test_several_names_in_one_packet_and_other_items() -> None:
    # SSRC 5: CNAME "ab", NOTE "n"; SSRC 6: nothing; SSRC 7: CNAME "c"
    data = bytes.fromhex("83ca0007 00000005 01026162 07016e00 00000006 00000000 00000007 01016300")
    assert rtcp.parse(data) == [SourceDescription(5, "ab"), SourceDescription(7, "c")]


def test_unknown_packets_are_read_over() -> None:
    unknown = bytes.fromhex("80cc0002 00000001 6e616d65 8fce0003 00000001 00000002 52454d42")
    assert rtcp.parse(unknown + rtcp.build([PictureLoss(1, 2)])) == [PictureLoss(1, 2)]


def test_padding_is_taken_off() -> None:
    assert rtcp.parse(bytes.fromhex("a1cb0002 00000005 00000004")) == [Bye((5,))]


@pytest.mark.parametrize(
    "data",
    [
        "81",
        "81c8",
        "01c90001 00000001",  # version 0
        "80c90002 00000001",  # longer than the datagram
        "81c90001 00000001",  # one block, none there
        "80c80001 00000001",  # half a sender report
        "82cb0001 00000001",  # two sources, one there
        "81ca0001 00000005",  # a source without items
        "81ca0002 00000005 01ff6162",  # an item that never ends
        "81cd0001 00000001",
        "81ce0001 00000001",
        "a1cb0001 00000009",  # more padding than packet
        "a1cb0001 00000000",
        "a0cb0000",
    ],
)
def test_what_is_not_whole(data: str) -> None:
    with pytest.raises(RtpError):
        rtcp.parse(bytes.fromhex(data))


@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    head = bytes([0x80 | len(data) & 0x1F, 200 + len(data) % 8]) + (len(data) // 4).to_bytes(2, "big")
    for attempt in (data, head + data[: len(data) // 4 * 4]):
        try:
            packets = rtcp.parse(attempt)
        except RtpError:
            continue
        assert rtcp.parse(rtcp.build(packets[:1])) == packets[:1] or not packets


def test_figures_that_do_not_fit_are_cut() -> None:
    (report,) = rtcp.parse(rtcp.build([ReceiverReport(1, (ReportBlock(2, 999, 1 << 30, 1 << 40, -5, 0, 1 << 40),))]))
    assert isinstance(report, ReceiverReport)
    assert report.blocks[0] == ReportBlock(2, 255, 0x7FFFFF, 0, 0, 0, 0xFFFFFFFF)


def test_ntp_time_and_round_trip() -> None:
    sent = rtcp.ntp_time(1_000_000_000.25)
    assert sent >> 32 == 1_000_000_000 + 2_208_988_800
    assert sent & 0xFFFFFFFF == 1 << 30
    block = ReportBlock(1, last_sender_report=rtcp.middle_of(sent), delay=2 * 65_536)
    assert rtcp.round_trip(block, rtcp.ntp_time(1_000_000_002.5)) == pytest.approx(0.25, abs=0.001)
    assert rtcp.round_trip(block, sent) == 0.0
    assert rtcp.round_trip(ReportBlock(1), sent) is None
