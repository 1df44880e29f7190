"""Descriptions for an engine that bundles nothing and passes packets on with the numbers that they have (rtpengine)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cordboard.media.descriptions.page import PageDescriptions
from cordboard.media.descriptions.side import Policy
from cordboard.media.descriptions.trunk import TrunkDescriptions
from cordboard.sdp.codec import PCMU, Codec
from cordboard.sdp.description import parse
from cordboard.sdp.plain import PlainLocal, write_plain
from cordboard.sdp.transport import LocalTransport
from cordboard.sdp.video import LocalVideo
from cordboard.sdp.webrtc import WebRtcLocal, read_webrtc, write_webrtc

FINGERPRINT = ":".join(["AA"] * 32)
VP8 = Codec(96, "VP8", 90000)
OURS = WebRtcLocal(0, 0, "127.0.0.1", 20100, "", "", FINGERPRINT, "", [])
PICTURES = LocalTransport("127.0.0.1", 20200, "pictures", "r" * 24, FINGERPRINT)


def call(*names: str) -> tuple[PageDescriptions, TrunkDescriptions]:
    """Both sides, with these video codecs."""
    policy = Policy(video=names, same_numbers=True, bundles=False)
    trunk, page = TrunkDescriptions("127.0.0.1", 10000, policy, lambda: 10002), PageDescriptions(OURS, policy)
    trunk.other, page.other = page, trunk
    page.reach_us_at("127.0.0.1", 20100, FINGERPRINT, PICTURES)
    return page, trunk


def of_page(setup: str, number: int = 96, more: str = "") -> str:
    """A browser's, with `more` in the line of pictures."""
    at = LocalTransport("127.0.0.1", 9, "theirs", "s" * 24, FINGERPRINT)
    video = LocalVideo(1, 9, (VP8.numbered(number),), "sendrecv", "UDP/TLS/RTP/SAVPF", "1", transport=at)
    local = WebRtcLocal(9, 1, "127.0.0.1", 9, "sound", "q" * 24, FINGERPRINT, setup, [PCMU], ice_lite=False)
    text = write_webrtc(replace(local, video=video)).replace("a=group:BUNDLE 0", "a=group:BUNDLE 0 1")
    return text.replace("a=mid:1\r\n", f"a=mid:1\r\n{more}")


def of_trunk(number: int = 96) -> str:
    video = LocalVideo(1, 5002, (VP8.numbered(number),), "sendrecv", "RTP/AVP")
    return write_plain(PlainLocal(1, 1, "127.0.0.5", 5000, [PCMU], video=video))


def test_pictures_have_their_own_transport_and_there_is_no_group() -> None:
    page, _ = call("VP8")
    page.take_offer(of_page("actpass"))
    answer = page.answer("ours", "p" * 24)
    assert parse(answer).get("group") is None
    assert (read_webrtc(answer).ice_ufrag, read_webrtc(answer, "video").ice_ufrag) == ("ours", "pictures")
    assert parse(page.offer("ours", "p" * 24)).get("group") is None


def test_sound_alone_has_no_group_either_unless_pictures_are_switched_off() -> None:
    for names, group in ((("VP8",), None), ((), "BUNDLE 0")):
        page, _ = call(*names)
        assert parse(page.offer("ours", "p" * 24)).get("group") == group


@pytest.mark.parametrize(("setup", "more"), [("actpass", "a=bundle-only\r\n"), ("actpass", "a=setup:passive\r\n")])
def test_pictures_that_cannot_be_by_themselves_are_refused(setup: str, more: str) -> None:
    page, _ = call("VP8")
    page.take_offer(of_page(setup, more=more))
    answer = parse(page.answer("ours", "p" * 24))
    assert [(media.kind, media.port) for media in answer.media] == [("audio", 20100), ("video", 0)]


def test_page_is_asked_once_for_the_trunks_number() -> None:
    page, trunk = call("VP8")
    page.take_offer(of_page("actpass", 96))
    page.answer("ours", "p" * 24)
    trunk.take_offer(of_trunk(120))
    trunk.answer()
    assert page.stale
    (video,) = read_webrtc(page.offer("ours", "p" * 24)).videos
    assert [codec.payload_type for codec in video.codecs] == [120]
    page.take_answer(of_page("active", 96))
    assert not page.stale, "it has said no"
    page.take_offer(of_page("actpass", 96))
    page.answer("ours", "p" * 24)
    assert page.stale, "and is asked again when it has offered itself"
