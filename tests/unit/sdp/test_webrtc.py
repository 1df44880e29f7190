from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordboard.sdp.codec import PCMA, PCMU, TELEPHONE_EVENT
from cordboard.sdp.description import parse
from cordboard.sdp.direction import Direction
from cordboard.sdp.errors import SdpError
from cordboard.sdp.selection import choose, ours
from cordboard.sdp.webrtc import WebRtcLocal, read_webrtc, write_webrtc

from .samples import CHROMIUM_OFFER, CHROMIUM_OFFER_WITH_VIDEO, FINGERPRINT, FIREFOX_OFFER, GENESYS_OFFER, JSSIP_ANSWER

LOCAL = WebRtcLocal(
    session_id=17,
    version=1,
    address="127.0.0.1",
    port=40000,
    ice_ufrag="abcdEFGH",
    ice_password="p" * 24,
    fingerprint=FINGERPRINT,
    setup="actpass",
    codecs=ours(),
    ssrc=77,
    cname="cordboard",
)


def test_reads_chromium_s_offer() -> None:
    remote = read_webrtc(CHROMIUM_OFFER)
    assert remote.ice_ufrag == "Dz+6"
    assert remote.ice_password == "ewwCtZVk/qE9rDpcxNMt1SrO"
    assert (remote.fingerprint_algorithm, remote.fingerprint) == ("sha-256", FINGERPRINT)
    assert (remote.setup, remote.direction, remote.mid, remote.kind) == ("actpass", Direction.SENDRECV, "0", "audio")
    assert len(remote.codecs) == 8
    assert remote.bundle
    assert not remote.ice_lite
    assert remote.refused_media == ()
    assert [(one.transport, one.kind, one.port) for one in remote.candidates] == [
        ("udp", "host", 37691),
        ("udp", "srflx", 37691),
        ("tcp", "host", 9),
    ]
    assert remote.candidates[0].address.endswith(".local")


def test_reads_firefox_s_offer() -> None:
    remote = read_webrtc(FIREFOX_OFFER)
    assert remote.ice_ufrag == "8f31c2d7"
    assert remote.fingerprint == FINGERPRINT
    assert [one.transport for one in remote.candidates] == ["udp", "tcp"]
    assert choose(remote.codecs, ours()) == [PCMU, TELEPHONE_EVENT]


def test_reads_jssip_s_answer() -> None:
    remote = read_webrtc(JSSIP_ANSWER)
    assert (remote.setup, remote.mid, remote.direction) == ("active", "0", Direction.SENDRECV)
    assert [one.payload_type for one in remote.codecs] == [0, 8, 101]


def test_reads_jssip_s_hold() -> None:
    assert read_webrtc(CHROMIUM_OFFER.replace("a=sendrecv", "a=sendonly")).direction is Direction.SENDONLY
    assert read_webrtc(CHROMIUM_OFFER.replace("a=sendrecv", "a=inactive")).direction is Direction.INACTIVE


def test_takes_the_audio_among_other_lines() -> None:
    remote = read_webrtc(CHROMIUM_OFFER_WITH_VIDEO)
    assert remote.mid == "0"
    assert remote.bundle
    assert [(one.index, one.kind, one.mid) for one in remote.refused_media] == [
        (0, "video", "1"),
        (2, "application", "2"),
    ]


def test_answers_other_lines_with_port_0_at_their_places() -> None:
    remote = read_webrtc(CHROMIUM_OFFER_WITH_VIDEO)
    local = replace(LOCAL, setup="passive", mid=remote.mid, refused_media=remote.refused_media)
    description = parse(write_webrtc(local))
    assert [(one.kind, one.port, one.get("mid")) for one in description.media] == [
        ("video", 0, "1"),
        ("audio", 40000, "0"),
        ("application", 0, "2"),
    ]
    assert description.media[0].formats == ["96", "97"]
    assert description.media[2].protocol == "UDP/DTLS/SCTP"
    assert description.get("group") == "BUNDLE 0"


def test_our_offer_in_full() -> None:
    assert write_webrtc(LOCAL).split("\r\n") == [
        "v=0",
        "o=- 17 1 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=ice-lite",
        "a=group:BUNDLE 0",
        "a=msid-semantic:WMS *",
        "m=audio 40000 UDP/TLS/RTP/SAVPF 0 8 101",
        "c=IN IP4 127.0.0.1",
        "a=mid:0",
        "a=rtcp-mux",
        "a=setup:actpass",
        f"a=fingerprint:sha-256 {FINGERPRINT}",
        "a=ice-ufrag:abcdEFGH",
        "a=ice-pwd:pppppppppppppppppppppppp",
        "a=candidate:1 1 udp 2130706431 127.0.0.1 40000 typ host",
        "a=end-of-candidates",
        "a=sendrecv",
        "a=msid:cordboard cordboard-audio",
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:8 PCMA/8000",
        "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:101 0-15",
        "a=ptime:20",
        "a=ssrc:77 cname:cordboard",
        "",
    ]


def test_reads_what_we_write() -> None:
    local = replace(LOCAL, setup="passive", codecs=[PCMA, TELEPHONE_EVENT.numbered(126)], direction="recvonly", mid="a")
    remote = read_webrtc(write_webrtc(local))
    assert remote.ice_lite
    assert remote.codecs == local.codecs
    assert (remote.ice_ufrag, remote.ice_password, remote.fingerprint) == ("abcdEFGH", "p" * 24, FINGERPRINT)
    assert (remote.setup, remote.mid, remote.direction) == ("passive", "a", Direction.RECVONLY)
    (candidate,) = remote.candidates
    assert (candidate.address, candidate.port, candidate.component) == ("127.0.0.1", 40000, 1)


def test_an_answer_has_no_bundle_where_the_offer_had_none() -> None:
    remote = read_webrtc(CHROMIUM_OFFER.replace("a=group:BUNDLE 0\r\n", ""))
    assert not remote.bundle
    assert "BUNDLE" not in write_webrtc(replace(LOCAL, bundle=remote.bundle))
    bare = write_webrtc(replace(LOCAL, mid=""))
    assert "BUNDLE" not in bare
    assert "a=mid" not in bare


def test_the_better_of_two_fingerprints() -> None:
    weak = "a=fingerprint:sha-1 " + ":".join(["00"] * 20)
    text = CHROMIUM_OFFER.replace("a=setup", weak + "\r\na=setup").replace(
        "a=fingerprint:sha-256", "a=fingerprint:SHA-256"
    )
    assert read_webrtc(text).fingerprint == FINGERPRINT


def test_passwords_do_not_reach_a_log() -> None:
    assert "ewwCtZVk" not in repr(read_webrtc(CHROMIUM_OFFER))
    assert "pppp" not in repr(LOCAL)


def test_no_setup_is_active() -> None:
    assert read_webrtc(CHROMIUM_OFFER.replace("a=setup:actpass\r\n", "")).setup == "active"


@pytest.mark.parametrize(
    ("old", "new", "status"),
    [
        ("m=audio 37691", "m=audio 0", 488),
        ("m=audio", "m=video", 488),
        ("UDP/TLS/RTP/SAVPF", "RTP/AVP", 488),
        ("a=rtcp-mux\r\n", "", 488),
        (f"a=fingerprint:sha-256 {FINGERPRINT}\r\n", "", 488),
        ("a=fingerprint:sha-256", "a=fingerprint:sha-1", 488),
        ("a=fingerprint:sha-256", "a=fingerprint:md5", 488),
        (FINGERPRINT, FINGERPRINT[:-3], 488),
        (FINGERPRINT, FINGERPRINT[:-1] + "Z", 488),
        ("a=ice-ufrag:Dz+6\r\n", "", 488),
        ("a=ice-pwd:ewwCtZVk/qE9rDpcxNMt1SrO\r\n", "", 488),
        ("a=ice-ufrag:Dz+6", "a=ice-ufrag:Dz6", 400),
        ("a=ice-ufrag:Dz+6", "a=ice-ufrag:Dz 6:x", 400),
        ("a=ice-pwd:ewwCtZVk/", "a=ice-pwd:", 400),
        ("a=setup:actpass", "a=setup:holdconn", 488),
    ],
)
def test_what_a_page_must_say(old: str, new: str, status: int) -> None:
    assert old in CHROMIUM_OFFER
    with pytest.raises(SdpError) as caught:
        read_webrtc(CHROMIUM_OFFER.replace(old, new))
    assert caught.value.status_hint == status


def test_plain_descriptions_are_not_webrtc() -> None:
    with pytest.raises(SdpError) as caught:
        read_webrtc(GENESYS_OFFER)
    assert caught.value.status_hint == 488


@pytest.mark.parametrize("candidate", ["", "1 1 udp", "1 1 udp 5 127.0.0.1 99999 typ host", "1 1 udp x h 5 typ host"])
def test_unreadable_candidates_are_left_out(candidate: str) -> None:
    assert (
        len(read_webrtc(CHROMIUM_OFFER.replace("a=ice-ufrag", f"a=candidate:{candidate}\r\na=ice-ufrag")).candidates)
        == 3
    )


@given(st.data())
def test_damaged_offers_are_read_or_refused(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([CHROMIUM_OFFER, CHROMIUM_OFFER_WITH_VIDEO, FIREFOX_OFFER, JSSIP_ANSWER]))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    damaged = text[:start] + data.draw(st.text(max_size=20)) + text[end:]
    try:
        remote = read_webrtc(damaged)
    except SdpError:
        return
    answer = replace(LOCAL, mid=remote.mid, bundle=remote.bundle, refused_media=remote.refused_media)
    assert len(parse(write_webrtc(answer)).media) == len(parse(damaged).media)
