"""rtpengine without a daemon: what it is told, what its answers mean, its configuration."""

from __future__ import annotations

import configparser
from typing import Any

import pytest

from cordboard.media.port import StreamStatistics
from cordboard.media.quality import rated
from cordboard.media.rtpengine.configuration import DAY, DaemonConfiguration, render
from cordboard.media.rtpengine.descriptions import Kind, page_text, page_transport, trunk_text
from cordboard.media.rtpengine.lines.figures import new_figures
from cordboard.media.rtpengine.lines.page_state import Silence
from cordboard.media.rtpengine.query import has_reported, is_nominated, is_secured, is_verified
from cordboard.sdp.codec import OPUS, PCMU, TELEPHONE_EVENT, Codec
from cordboard.sdp.direction import Direction
from cordboard.sdp.errors import SdpError
from cordboard.sdp.plain import PlainLocal, read_plain, write_plain
from cordboard.sdp.transport import RemoteTransport
from cordboard.sdp.video import RemoteVideo
from cordboard.sdp.webrtc import WebRtcLocal, read_webrtc, write_webrtc

VP8 = Codec(96, "VP8", 90000)
FINGERPRINT = ":".join(["AB"] * 32)
PAGE = WebRtcLocal(1, 1, "192.0.2.1", 7000, "ufrag", "p" * 24, FINGERPRINT, "actpass", [OPUS, PCMU, TELEPHONE_EVENT])


def stream(packets: int = 0, **more: Any) -> dict[str, Any]:
    return {"stats": {"packets": packets, "errors": more.pop("errors", 0)}, "flags": more.pop("flags", []), **more}


def found(page: list[dict[str, Any]], trunk: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"tags": {"page0": {"medias": [{"streams": page}]}, "trunk": {"medias": [{"streams": trunk}]}}, **more}


# --- what it is told


def test_trunk_is_where_its_description_says() -> None:
    remote = read_plain(write_plain(PlainLocal(1, 1, "192.0.2.9", 4000, [PCMU], rtcp_port=4010)))
    told = read_plain(trunk_text(remote, [PCMU, TELEPHONE_EVENT]))
    assert (told.address, told.port, told.rtcp_port) == ("192.0.2.9", 4000, 4010)
    assert [codec.payload_type for codec in told.codecs] == [0, 101]


@pytest.mark.parametrize("text", ["c=IN IP4 0.0.0.0", "m=audio 0"])
def test_trunk_that_is_nowhere_is_at_a_port_where_nobody_listens(text: str) -> None:
    before = write_plain(PlainLocal(1, 1, "192.0.2.9", 4000, [PCMU]))
    description = before.replace("c=IN IP4 192.0.2.9", text) if "c=" in text else before.replace("m=audio 4000", text)
    told = read_plain(trunk_text(read_plain(description), [PCMU]))
    assert (told.address, told.port) == ("127.0.0.1", 9)
    assert trunk_text(None, [PCMU]) == trunk_text(read_plain(description), [PCMU])


def test_page_is_told_without_its_credentials() -> None:
    remote = read_webrtc(write_webrtc(PAGE))
    told = page_text(remote, 3, [OPUS])
    again = read_webrtc(told)
    assert (again.fingerprint, again.setup, again.ice_ufrag) == (FINGERPRINT, "active", "page0003")
    assert remote.ice_password not in told
    assert [codec.payload_type for codec in again.codecs] == [111]


def test_transport_of_its_description_for_the_page() -> None:
    at = page_transport(write_webrtc(PAGE))
    assert (at.address, at.port, at.ice_ufrag, at.ice_password, at.fingerprint) == (
        "192.0.2.1",
        7000,
        "ufrag",
        "p" * 24,
        FINGERPRINT,
    )
    with pytest.raises(SdpError):
        page_transport("v=0\r\n")


def test_pictures_are_told_with_feedback_and_by_themselves() -> None:
    remote = RemoteVideo(
        1, (VP8,), Direction.SENDRECV, frozenset(), "RTP/AVP", address="192.0.2.9", port=5000, rtcp_port=5001
    )
    lines = trunk_text(remote, [VP8], Kind.PICTURES).split("\r\n")
    assert "m=video 5000 RTP/AVPF 96" in lines
    assert "a=rtcp:5001" in lines
    assert not any(line.startswith("m=audio") for line in lines)
    told = page_text(RemoteTransport("ufrag", "sha-256", FINGERPRINT), 0, [VP8], Kind.PICTURES)
    assert read_webrtc(told, "video").fingerprint == FINGERPRINT


@pytest.mark.parametrize(("host", "family"), [("192.0.2.3", "IP4"), ("2001:db8::3", "IP6")])
def test_reports_of_the_trunk_are_said_to_come_from_us(host: str, family: str) -> None:
    told = trunk_text(None, [VP8], Kind.PICTURES, (host, 7000))
    assert f"a=rtcp:7000 IN {family} {host}\r\n" in told


# --- what it answers


def test_states_of_the_page() -> None:
    nowhere = {"address": "127.0.0.1", "port": 9}
    some = {"address": "192.0.2.7", "port": 5000}
    cases = [
        (stream(endpoint={}), (False, False, False)),
        (stream(endpoint=nowhere), (False, False, False)),
        (stream(endpoint=some), (True, False, False)),
        (stream(endpoint=some, **{"crypto suite": "AEAD_AES_128_GCM"}), (True, True, False)),
        (stream(endpoint=some, flags=["DTLS fingerprint verified"], **{"crypto suite": "X"}), (True, True, True)),
    ]
    for each, states in cases:
        answer = found([each], [])
        assert (is_nominated(answer, "page0"), is_secured(answer, "page0"), is_verified(answer, "page0")) == states
    assert not is_verified({}, "page0")


def test_trunk_has_reported_when_its_second_stream_has_packets_that_were_taken() -> None:
    assert not has_reported(found([], [stream(5), stream(0)]), "trunk")
    assert not has_reported(found([], [stream(5), stream(3, errors=3)]), "trunk")
    assert has_reported(found([], [stream(5), stream(3, errors=2)]), "trunk")


def test_statistics_of_both_sides() -> None:
    figures = new_figures()
    assert figures.of_both(None, None)[0] == StreamStatistics()
    reports = {
        "7": {"cumulative loss": 4, "average MOS": {"packet loss": 25, "jitter": 3, "round-trip time leg": 40000}}
    }
    page, trunk = [stream(20, SSRC=7, **{"last packet": 100})], [stream(30, errors=2, SSRC=8, **{"last packet": 100})]
    figures.take(found(page, trunk, SSRC=reports), "page0", to_page=True, to_trunk=True)
    of_page, of_trunk = figures.of_both(OPUS, PCMU)
    assert (of_page.codec, of_page.packets_received, of_page.packets_sent, of_page.packets_lost) == (
        "OPUS",
        20,
        30,
        4,
    )
    assert (of_page.jitter, of_page.last_received) == (0.003, 101.0)
    assert (of_trunk.packets_refused, of_trunk.peer_lost, of_trunk.round_trip) == (2, 5, 0.04)
    assert 1.0 < rated(of_page).mos < rated(of_trunk).mos < 4.5


def test_what_is_blocked_was_not_sent_and_another_tag_counts_from_nothing() -> None:
    figures = new_figures()
    figures.take(found([stream(10)], [stream(10)]), "page0", to_page=False, to_trunk=True)
    of_page, of_trunk = figures.of_both(PCMU, PCMU)
    assert (of_page.packets_sent, of_trunk.packets_sent) == (0, 10)
    second = {"tags": {"page1": {"medias": [{"streams": [stream(4)]}]}}}
    figures.take(second, "page1", to_page=True, to_trunk=True)
    assert figures.of_both(PCMU, PCMU)[0].packets_received == 14


def test_silence_is_told_once_and_ends_once() -> None:
    silence = Silence()
    assert not silence.begins(5, 10.0, 3.0)
    assert not silence.begins(5, 12.9, 3.0)
    assert silence.begins(5, 13.0, 3.0)
    assert not silence.begins(5, 20.0, 3.0)
    assert not silence.ends(20.0)
    assert not silence.begins(6, 21.0, 3.0)
    assert silence.ends(21.0)
    assert not silence.ends(22.0)
    assert not silence.begins(6, 99.0, 0.0), "never"


# --- its configuration


def test_configuration_never_ends_a_call_for_silence() -> None:
    text = render(DaemonConfiguration(("in/192.0.2.1", "out/192.0.2.2!203.0.113.2"), "127.0.0.1:2223", (4000, 5000), 4))
    read = configparser.ConfigParser(delimiters=("=",), comment_prefixes=("#",))
    read.read_string(text)
    own = read["rtpengine"]
    assert {own[name] for name in ("timeout", "silent-timeout", "offer-timeout")} == {str(DAY)}
    assert (own["interface"], own["listen-ng"]) == ("in/192.0.2.1;out/192.0.2.2!203.0.113.2", "127.0.0.1:2223")
    assert (own["port-min"], own["port-max"], own["num-threads"], own["table"]) == ("4000", "5000", "4", "-1")
    assert (own["endpoint-learning"], own["dtls-passive"], own["delete-delay"]) == ("off", "true", "0")
