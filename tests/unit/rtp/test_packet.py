from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordboard.rtp import packet
from cordboard.rtp.packet import Kind, RtpError, RtpPacket

SIMPLE = RtpPacket(8, 65000, 0xFFFFFF00, 0xDEADBEEF, b"hello", marker=True)


def test_functions_on_bytes() -> None:
    data = SIMPLE.to_bytes()
    assert data == bytes.fromhex("8088fde8ffffff00deadbeef") + b"hello"
    assert packet.payload_type(data) == 8
    assert packet.marker(data)
    assert packet.sequence(data) == 65000
    assert packet.timestamp(data) == 0xFFFFFF00
    assert packet.ssrc(data) == 0xDEADBEEF
    assert packet.header_length(data) == 12
    assert packet.payload(data) == b"hello"
    assert not packet.marker(RtpPacket(8, 1, 1, 1).to_bytes())


def test_csrcs_extension_and_padding_are_not_payload() -> None:
    data = RtpPacket(0, 1, 2, 3, b"payload", csrcs=(7, 8), extension=(0xBEDE, b"\x10\x55\0\0")).to_bytes()
    assert packet.header_length(data) == 12 + 8 + 8
    assert packet.payload(data) == b"payload"
    padded = bytes([data[0] | 0x20]) + data[1:] + b"\0\0\3"
    assert packet.payload(padded) == b"payload"
    assert RtpPacket.parse(padded) == RtpPacket(
        0, 1, 2, 3, b"payload", csrcs=(7, 8), extension=(0xBEDE, b"\x10\x55\0\0")
    )


@pytest.mark.parametrize(
    "data",
    [
        "8f000001000000020000000300000000",  # 15 CSRCs, one there
        "900000010000000200000003",  # an extension, none there
        "90000001000000020000000300000002",  # an extension of two words, none there
        "a0000001000000020000000300",  # padding of nothing
        "a0000001000000020000000305",  # more padding than packet
    ],
)
def test_packets_that_are_not_whole(data: str) -> None:
    assert packet.payload(bytes.fromhex(data)) is None
    with pytest.raises(RtpError):
        RtpPacket.parse(bytes.fromhex(data))


@pytest.mark.parametrize("data", [b"", bytes(12), bytes.fromhex("80c8") + bytes(20), bytes.fromhex("8000000100")])
def test_what_is_no_rtp(data: bytes) -> None:
    assert not packet.is_rtp(data)
    with pytest.raises(RtpError):
        RtpPacket.parse(data)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("0001", Kind.STUN),
        ("0101", Kind.STUN),
        ("03ff", Kind.STUN),
        ("0400", Kind.UNKNOWN),
        ("14fe", Kind.DTLS),
        ("16fe", Kind.DTLS),
        ("3ffe", Kind.DTLS),
        ("40fe", Kind.UNKNOWN),
        ("7fff", Kind.UNKNOWN),
        ("8000", Kind.RTP),
        ("8088", Kind.RTP),
        ("80bf", Kind.RTP),
        ("80c0", Kind.RTCP),
        ("81c8", Kind.RTCP),
        ("80df", Kind.RTCP),
        ("80e0", Kind.RTP),
        ("bf00", Kind.RTP),
        ("c000", Kind.UNKNOWN),
        ("ff00", Kind.UNKNOWN),
    ],
)
def test_tells_protocols_apart(start: str, expected: Kind) -> None:
    data = bytes.fromhex(start) + bytes(30)
    assert packet.kind(data) is expected
    assert packet.is_rtp(data) == (expected is Kind.RTP)
    assert packet.is_rtcp(data) == (expected is Kind.RTCP)


def test_short_datagrams_are_nothing() -> None:
    assert packet.kind(b"") is Kind.UNKNOWN
    assert packet.kind(bytes.fromhex("80c8000012345678")) is Kind.RTCP
    assert packet.kind(bytes.fromhex("8000000012345678")) is Kind.UNKNOWN


@given(
    st.builds(
        RtpPacket,
        payload_type=st.integers(0, 63) | st.integers(96, 127),
        sequence=st.integers(0, 0xFFFF),
        timestamp=st.integers(0, 0xFFFFFFFF),
        ssrc=st.integers(0, 0xFFFFFFFF),
        payload=st.binary(max_size=200),
        marker=st.booleans(),
        csrcs=st.lists(st.integers(0, 0xFFFFFFFF), max_size=15).map(tuple),
        extension=st.none() | st.tuples(st.integers(0, 0xFFFF), st.binary(max_size=5).map(lambda words: words * 4)),
    )
)
def test_reads_what_it_writes(original: RtpPacket) -> None:
    assert RtpPacket.parse(original.to_bytes()) == original


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for attempt in (data, b"\x9f\x00" + data):
        try:
            read = RtpPacket.parse(attempt)
        except RtpError:
            continue
        assert len(read.payload) < len(attempt)
