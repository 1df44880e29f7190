from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordboard.sdp.codec import PCMU, TELEPHONE_EVENT, Codec
from cordboard.sdp.description import MediaDescription, parse
from cordboard.sdp.direction import Direction
from cordboard.sdp.plain import PlainLocal, read_plain, write_plain
from cordboard.sdp.selection import with_numbers
from cordboard.sdp.transport import LocalTransport, RemoteTransport
from cordboard.sdp.video import (
    LocalVideo,
    RemoteVideo,
    choose_video,
    feedback_of,
    format_parameters,
    h264_profile,
    same_video,
    video_codecs,
)
from cordboard.sdp.webrtc import WebRtcLocal, read_webrtc, write_webrtc

from .samples import CHROMIUM_OFFER, CHROMIUM_OFFER_WITH_VIDEO, FINGERPRINT, GENESYS_OFFER, crlf

VP8 = Codec(96, "VP8", 90000)


def h264(profile: str = "42e01f", mode: str = "1", number: int = 102) -> Codec:
    parameters = ";".join(
        each for each in (profile and f"profile-level-id={profile}", mode and f"packetization-mode={mode}") if each
    )
    return Codec(number, "H264", 90000, 1, parameters)


@pytest.mark.parametrize(
    ("written", "profile"),
    [
        ("42e01f", "constrained baseline"),
        ("42C00D", "constrained baseline"),
        ("4d801f", "constrained baseline"),
        ("58c01f", "constrained baseline"),
        ("42001f", "baseline"),
        ("42801F", "baseline"),
        ("58801f", "baseline"),
        ("", "baseline"),
        ("4d001f", "main"),
        ("4d401f", "main"),
        ("58001f", "extended"),
        ("64001f", "high"),
        ("640c1f", "constrained high"),
        ("6e0029", "6e00"),
        ("nonsense", "nons"),
        ("+42e01", "+42e"),
    ],
)
def test_profiles_of_h264(written: str, profile: str) -> None:
    """RFC 6184 table 5."""
    assert h264_profile(h264(written)).startswith(profile)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (VP8, VP8.numbered(120), True),
        (VP8, replace(VP8, name="vp8", parameters="max-fr=30"), True),
        (VP8, h264(), False),
        (h264("42e01f"), h264("42e034"), True),
        (h264("42e01f"), h264("4d801f"), True),
        (h264("42e01f"), h264("42001f"), False),
        (h264("42e01f"), h264("64001f"), False),
        (h264("42e01f", "1"), h264("42e01f", "0"), False),
        (h264("42e01f", "0"), h264("42e01f", ""), True),
        (h264(), replace(h264(), clock_rate=8000), False),
        (None, h264(), False),
        (h264(), None, False),
    ],
)
def test_what_can_be_passed_on_as_what(one: Codec | None, other: Codec | None, same: bool) -> None:
    """Levels may differ: they say what each side receives (RFC 6184 section 8.2.2)."""
    assert same_video(one, other) is same


def test_parameters_are_read_as_they_come() -> None:
    codec = replace(h264(), parameters=" Profile-Level-ID = 42E01F ; packetization-mode=1;; x ")
    assert format_parameters(codec) == {"profile-level-id": "42E01F", "packetization-mode": "1", "x": ""}


def line(*attributes: str, formats: str = "96 97 98 99 102") -> MediaDescription:
    text = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\nc=IN IP4 127.0.0.1\r\n" + f"m=video 6000 RTP/AVP {formats}\r\n"
    return parse(text + "".join(f"a={each}\r\n" for each in attributes)).media[0]


def test_repetition_and_error_correction_are_left_out() -> None:
    media = line(
        "rtpmap:96 VP8/90000", "rtpmap:97 rtx/90000", "fmtp:97 apt=96", "rtpmap:98 red/90000",
        "rtpmap:99 ulpfec/90000", "rtpmap:102 h264/90000",
    )  # fmt: skip
    assert [codec.name for codec in video_codecs(media)] == ["VP8", "h264"]


def test_feedback_for_any_format_counts() -> None:
    media = line(
        "rtcp-fb:96 goog-remb", "rtcp-fb:96 NACK", "rtcp-fb:* nack pli", "rtcp-fb:102 ccm fir tmmbr", "rtcp-fb:"
    )
    assert feedback_of(media) == {"nack", "nack pli"}


def test_the_choice_without_wishes_is_what_every_telephone_has() -> None:
    offered = [VP8, h264("64001f", number=100), h264("42001f", number=101), h264("42e01f", "0", 103), h264(number=104)]
    assert choose_video(offered, None) == h264(number=104)
    assert choose_video(offered, None, ("VP8", "H264")) == VP8
    assert choose_video(offered, None, ("vp8",)) == VP8
    assert choose_video(offered, None, ()) is None
    assert choose_video([VP8], None) == VP8


def test_wishes_decide_and_the_number_is_the_offers() -> None:
    offered = [VP8, h264(number=104), h264("42001f", number=101)]
    assert choose_video(offered, [h264("42001f", number=33), VP8]) == h264("42001f", number=101)
    assert choose_video(offered, [h264("64001f")]) is None


def test_numbers_mean_one_thing_to_a_side() -> None:
    known = {100: h264()}
    numbered = with_numbers([h264(number=96), VP8, h264("64001f", number=96)], known, {96, 98}, same_video)
    assert [codec.payload_type for codec in numbered] == [100, 97, 99]
    everything = range(128)
    assert with_numbers([VP8], {}, everything, same_video) == []


# --- lines in descriptions

PLAIN_VIDEO = """m=video 9002 RTP/AVP 97
a=rtpmap:97 H264/90000
a=fmtp:97 profile-level-id=42801F;packetization-mode=1
a=rtcp-fb:* nack pli
a=sendonly
"""


def test_reads_a_telephones_video() -> None:
    remote = read_plain(crlf(GENESYS_OFFER + PLAIN_VIDEO))
    assert remote.videos == (
        RemoteVideo(
            1,
            (Codec(97, "H264", 90000, 1, "profile-level-id=42801F;packetization-mode=1"),),
            Direction.SENDONLY,
            frozenset({"nack pli"}),
            "RTP/AVP",
            address="198.51.100.81",
            port=9002,
            rtcp_port=9003,
        ),
    )
    assert [each.index for each in remote.refused_media] == [1], "until it is taken"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("m=video 9002", "m=video 0"),
        ("RTP/AVP 97", "RTP/SAVP 97"),
        ("m=video 9002", "m=image 9002"),
        ("a=sendonly", "c=IN IP4 phone.example.com\na=sendonly"),
        ("a=sendonly", "c=IN IP4 224.0.0.1\na=sendonly"),
    ],
)
def test_video_that_cannot_be_used_is_none_and_sound_is(old: str, new: str) -> None:
    remote = read_plain(crlf(GENESYS_OFFER + PLAIN_VIDEO.replace(old, new, 1)))
    assert (remote.videos, remote.port) == ((), 8000)
    assert len(remote.refused_media) == 1


def test_our_plain_video_line_in_full() -> None:
    video = LocalVideo(1, 10002, (h264(), VP8), Direction.SENDRECV, "RTP/AVP", feedback=("nack pli", "nack"))
    text = write_plain(PlainLocal(5, 3, "127.0.0.1", 10000, [PCMU], video=video))
    assert text.partition("m=video")[2].split("\r\n") == [
        " 10002 RTP/AVP 102 96",
        "a=rtpmap:102 H264/90000",
        "a=fmtp:102 profile-level-id=42e01f;packetization-mode=1",
        "a=rtpmap:96 VP8/90000",
        "a=rtcp-fb:* nack",
        "a=rtcp-fb:* nack pli",
        "a=sendrecv",
        "",
    ]


LOCAL = WebRtcLocal(17, 1, "127.0.0.1", 40000, "abcdEFGH", "p" * 24, FINGERPRINT, "passive", [PCMU, TELEPHONE_EVENT])


def test_reads_a_browsers_video() -> None:
    (video,) = read_webrtc(CHROMIUM_OFFER_WITH_VIDEO).videos
    assert (video.index, video.mid, video.direction) == (0, "1", Direction.RECVONLY)
    assert [codec.name for codec in video.codecs] == ["VP8"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a=group:BUNDLE 1 0 2", "a=group:BUNDLE 0 2"),
        ("a=group:BUNDLE 1 0 2", "a=group:BUNDLE 1 2"),
        ("m=video 9", "m=video 0"),
        ("m=video 9 UDP/TLS/RTP/SAVPF", "m=video 9 RTP/AVP"),
        ("a=mid:1\r\n", ""),
    ],
)
def test_a_browsers_video_without_the_transport_of_its_sound_is_none(old: str, new: str) -> None:
    assert old in CHROMIUM_OFFER_WITH_VIDEO
    assert not any(video.bundled for video in read_webrtc(CHROMIUM_OFFER_WITH_VIDEO.replace(old, new)).videos)


def test_a_line_that_only_lives_in_the_bundle_lives() -> None:
    text = CHROMIUM_OFFER_WITH_VIDEO.replace("m=video 9", "m=video 0").replace("a=mid:1", "a=mid:1\r\na=bundle-only")
    assert len(read_webrtc(text).videos) == 1


def test_a_line_that_is_not_bundled_has_its_own_transport() -> None:
    text = CHROMIUM_OFFER_WITH_VIDEO.replace("a=group:BUNDLE 1 0 2", "a=group:BUNDLE 0 2")
    (video,) = read_webrtc(text).videos
    assert video.transport == RemoteTransport("Dz+6", "sha-256", FINGERPRINT, "actpass")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a=rtcp-mux\r\na=rtpmap:96", "a=rtpmap:96"),
        ("a=ice-pwd:ewwCtZVk/qE9rDpcxNMt1SrO\r\n", ""),
        ("a=setup:actpass\r\na=mid:1", "a=setup:holdconn\r\na=mid:1"),
        (f"a=fingerprint:sha-256 {FINGERPRINT}\r\na=setup:actpass\r\na=mid:1", "a=setup:actpass\r\na=mid:1"),
        ("a=mid:1", "a=mid:1\r\na=bundle-only"),
    ],
)
def test_a_line_that_says_too_little_for_a_transport_lives_in_the_bundle_only(old: str, new: str) -> None:
    video, _, rest = CHROMIUM_OFFER_WITH_VIDEO.partition("m=audio")
    assert old in video
    (found,) = read_webrtc(f"{video.replace(old, new)}m=audio{rest}").videos
    assert (found.bundled, found.transport) == (True, None)


def test_our_line_with_a_transport_of_its_own_is_in_no_group() -> None:
    at = LocalTransport("127.0.0.9", 50000, "ijklMNOP", "q" * 24, FINGERPRINT.replace("7B", "7C"))
    video = LocalVideo(1, 1, (VP8,), Direction.SENDRECV, "UDP/TLS/RTP/SAVPF", "1", transport=at)
    text = write_webrtc(replace(LOCAL, video=video))
    assert parse(text).get("group") == "BUNDLE 0"
    assert "a=ssrc" not in text.partition("m=video")[2]
    found, sound = read_webrtc(text, "video"), read_webrtc(text)
    assert (found.ice_ufrag, found.ice_password, found.fingerprint) == (at.ice_ufrag, at.ice_password, at.fingerprint)
    assert [(each.address, each.port) for each in found.candidates] == [("127.0.0.9", 50000)]
    assert (sound.ice_ufrag, sound.candidates[0].port) == ("abcdEFGH", 40000)


def test_answers_keep_the_offers_order() -> None:
    remote = read_webrtc(CHROMIUM_OFFER_WITH_VIDEO)
    video = LocalVideo(0, 1, (VP8,), Direction.SENDONLY, "UDP/TLS/RTP/SAVPF", "1", 99)
    answer = write_webrtc(replace(LOCAL, mid="0", refused_media=remote.refused_media, video=video))
    lines = parse(answer).media
    assert [(each.kind, each.port, each.get("mid")) for each in lines] == [
        ("video", 40000, "1"),
        ("audio", 40000, "0"),
        ("application", 0, "2"),
    ]
    assert parse(answer).get("group") == "BUNDLE 0 1"


def test_our_video_line_for_a_page_in_full() -> None:
    video = LocalVideo(1, 1, (h264(),), Direction.SENDRECV, "UDP/TLS/RTP/SAVPF", "1", 99, ("nack", "ccm fir"))
    assert write_webrtc(replace(LOCAL, video=video)).partition("m=video")[2].split("\r\n") == [
        " 40000 UDP/TLS/RTP/SAVPF 102",
        "c=IN IP4 127.0.0.1",
        "a=mid:1",
        "a=rtcp-mux",
        "a=setup:passive",
        f"a=fingerprint:sha-256 {FINGERPRINT}",
        "a=ice-ufrag:abcdEFGH",
        "a=ice-pwd:pppppppppppppppppppppppp",
        "a=candidate:1 1 udp 2130706431 127.0.0.1 40000 typ host",
        "a=end-of-candidates",
        "a=rtcp-rsize",
        "a=sendrecv",
        "a=msid:cordboard cordboard-video",
        "a=rtpmap:102 H264/90000",
        "a=fmtp:102 profile-level-id=42e01f;packetization-mode=1",
        "a=rtcp-fb:* nack",
        "a=rtcp-fb:* ccm fir",
        "a=ssrc:99 cname:cordboard",
        "",
    ]


def test_addresses_of_ip6() -> None:
    local = replace(LOCAL, address="::1", video=LocalVideo(1, 1, (VP8,), "sendrecv", "UDP/TLS/RTP/SAVPF", "1"))
    text = write_webrtc(local)
    assert text.count("c=IN IP6 ::1\r\n") == 2
    assert text.count("udp 2130706431 ::1 40000 typ host") == 2
    assert read_webrtc(text).candidates[0].address == "::1"
    plain = write_plain(PlainLocal(5, 3, "::1", 10000, [PCMU]))
    assert "o=- 5 3 IN IP6 ::1\r\n" in plain
    assert read_plain(plain).address == "::1"
    offer = CHROMIUM_OFFER.replace("1 udp 1677729535 198.51.100.7 37691", "1 udp 1677729535 2001:db8::7 37691")
    assert read_webrtc(offer).candidates[1].address == "2001:db8::7"


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_parameters_are_compared(one: str, other: str) -> None:
    left, right = (Codec(100, "H264", 90000, 1, text) for text in (one, other))
    assert same_video(left, left)
    assert same_video(left, right) == same_video(right, left)
