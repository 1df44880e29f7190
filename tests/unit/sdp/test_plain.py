from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordboard.sdp.codec import PCMA, PCMU, TELEPHONE_EVENT
from cordboard.sdp.description import parse
from cordboard.sdp.direction import Direction
from cordboard.sdp.errors import SdpError
from cordboard.sdp.plain import PlainLocal, read_plain, write_plain
from cordboard.sdp.selection import choose, ours

from .samples import CHROMIUM_OFFER, GENESYS_DUMMY, GENESYS_OFFER, crlf

LOCAL = PlainLocal(session_id=5, version=3, address="127.0.0.1", port=10000, codecs=ours())


def test_reads_what_sip_server_passes_on() -> None:
    remote = read_plain(GENESYS_OFFER)
    assert (remote.address, remote.port, remote.rtcp_port) == ("198.51.100.81", 8000, 8001)
    assert (remote.direction, remote.held, remote.packet_time) == (Direction.SENDRECV, False, 20)
    assert remote.receives
    assert not remote.refused
    assert [one.payload_type for one in choose(remote.codecs, ours())] == [0, 101]


def test_sip_server_s_dummy_is_a_hold() -> None:
    remote = read_plain(GENESYS_DUMMY)
    assert remote.held
    assert not remote.receives
    assert remote.address == "0.0.0.0"
    assert choose(remote.codecs, ours()) == [PCMA, TELEPHONE_EVENT]


@pytest.mark.parametrize(
    ("address", "direction", "held", "receives"),
    [
        ("198.51.100.81", "", False, True),
        ("198.51.100.81", "a=sendrecv", False, True),
        ("198.51.100.81", "a=recvonly", False, True),
        ("198.51.100.81", "a=sendonly", True, False),
        ("198.51.100.81", "a=inactive", True, False),
        ("0.0.0.0", "", True, False),
        ("0.0.0.0", "a=sendonly", True, False),
        ("0.0.0.0", "a=sendrecv", True, False),
        ("nowhere.invalid", "", True, False),
    ],
)
def test_both_ways_to_say_hold(address: str, direction: str, held: bool, receives: bool) -> None:
    remote = read_plain(crlf(GENESYS_OFFER.replace("c=IN IP4 198.51.100.81", f"c=IN IP4 {address}") + direction))
    assert (remote.held, remote.receives) == (held, receives)


def test_a_hold_for_ip6() -> None:
    remote = read_plain(GENESYS_OFFER.replace("c=IN IP4 198.51.100.81", "c=IN IP6 ::0"))
    assert remote.held
    assert remote.address == "::"
    assert not remote.receives


def test_port_0_is_a_refusal() -> None:
    remote = read_plain(GENESYS_OFFER.replace("m=audio 8000", "m=audio 0").replace("c=IN IP4 198.51.100.81\r\n", ""))
    assert remote.refused
    assert not remote.receives
    assert (remote.port, remote.rtcp_port) == (0, 0)


@pytest.mark.parametrize(
    ("line", "port"),
    [("a=rtcp:53020", 53020), ("a=rtcp:53020 IN IP4 127.0.0.1", 53020), ("a=rtcp:99999", 0), ("a=rtcp:x", 8001)],
)
def test_the_port_of_rtcp(line: str, port: int) -> None:
    assert read_plain(crlf(GENESYS_OFFER + line)).rtcp_port == port


def test_no_port_is_above_the_last() -> None:
    assert read_plain(GENESYS_OFFER.replace("m=audio 8000", "m=audio 65535")).rtcp_port == 0


@pytest.mark.parametrize(
    ("line", "milliseconds"),
    [
        ("a=ptime:30", 30),
        ("a=ptime:20.0", 20),
        ("a=ptime:0", 20),
        ("a=ptime:900", 20),
        ("a=ptime:x", 20),
        ("a=ptime", 20),
    ],
)
def test_the_packet_time(line: str, milliseconds: int) -> None:
    assert read_plain(crlf(GENESYS_OFFER + line)).packet_time == milliseconds


def test_takes_the_audio_line_that_is_open() -> None:
    text = GENESYS_OFFER.replace("m=audio", "m=audio 0 RTP/AVP 0\r\nm=video 9000 RTP/AVP 96\r\nm=audio", 1)
    remote = read_plain(text)
    assert remote.port == 8000
    assert [(one.index, one.kind) for one in remote.refused_media] == [(0, "audio"), (1, "video")]
    answer = parse(write_plain(replace(LOCAL, refused_media=remote.refused_media)))
    assert [(one.kind, one.port) for one in answer.media] == [("audio", 0), ("video", 0), ("audio", 10000)]


def test_our_offer_in_full() -> None:
    assert write_plain(LOCAL).split("\r\n") == [
        "v=0",
        "o=- 5 3 IN IP4 127.0.0.1",
        "s=-",
        "c=IN IP4 127.0.0.1",
        "t=0 0",
        "m=audio 10000 RTP/AVP 0 8 101",
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:8 PCMA/8000",
        "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:101 0-15",
        "a=ptime:20",
        "a=sendrecv",
        "",
    ]


@pytest.mark.parametrize("direction", list(Direction))
def test_reads_what_we_write(direction: Direction) -> None:
    remote = read_plain(
        write_plain(replace(LOCAL, direction=direction, codecs=[PCMU, TELEPHONE_EVENT], rtcp_port=10007))
    )
    assert (remote.address, remote.port, remote.rtcp_port) == ("127.0.0.1", 10000, 10007)
    assert remote.direction is direction
    assert remote.codecs == [PCMU, TELEPHONE_EVENT]


@pytest.mark.parametrize(
    ("old", "new", "status"),
    [
        ("m=audio", "m=video", 488),
        ("RTP/AVP", "RTP/SAVP", 488),
        ("c=IN IP4 198.51.100.81\r\n", "", 400),
        ("c=IN IP4 198.51.100.81", "c=IN IP4 phone.example.com", 488),
        ("c=IN IP4 198.51.100.81", "c=IN IP4 224.0.0.1", 488),
        ("c=IN IP4 198.51.100.81", "c=IN IP4 255.255.255.255", 488),
        ("c=IN IP4 198.51.100.81", "c=IN IP6 fe80::1%eth0", 488),
        ("c=IN IP4 198.51.100.81", "c=IN IP4 1.2.3", 488),
    ],
)
def test_what_cannot_be_used(old: str, new: str, status: int) -> None:
    with pytest.raises(SdpError) as caught:
        read_plain(GENESYS_OFFER.replace(old, new))
    assert caught.value.status_hint == status


def test_webrtc_is_not_plain() -> None:
    with pytest.raises(SdpError) as caught:
        read_plain(CHROMIUM_OFFER)
    assert caught.value.status_hint == 488


@given(st.data())
def test_damaged_offers_are_read_or_refused(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([GENESYS_OFFER, GENESYS_DUMMY, write_plain(LOCAL)]))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    try:
        remote = read_plain(text[:start] + data.draw(st.text(max_size=20)) + text[end:])
    except SdpError:
        return
    assert 0 <= remote.port <= 65535
    assert 0 <= remote.rtcp_port <= 65535
