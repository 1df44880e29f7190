"""Our descriptions to each side: what stays and what follows the other end's."""

from __future__ import annotations

import pytest

from cordboard.media.descriptions.page import PageDescriptions
from cordboard.media.descriptions.trunk import TrunkDescriptions
from cordboard.media.port import Direction, MediaError
from cordboard.sdp.codec import PCMA, PCMU, TELEPHONE_EVENT, Codec
from cordboard.sdp.description import parse
from cordboard.sdp.plain import PlainLocal, read_plain, write_plain
from cordboard.sdp.webrtc import WebRtcLocal, read_webrtc, write_webrtc

OURS = WebRtcLocal(0, 0, "127.0.0.1", 20100, "", "", ":".join(["AA"] * 32), "", [], ssrc=4711)
UFRAG, PASSWORD = "ours", "p" * 24


def new_trunk(address: str = "127.0.0.1") -> TrunkDescriptions:
    """The trunk's, beside a page that has said nothing."""
    trunk, page = TrunkDescriptions(address, 10000), PageDescriptions(OURS)
    trunk.other, page.other = page, trunk
    return trunk


def new_page() -> PageDescriptions:
    """The page's, beside a trunk that has said nothing."""
    page = new_trunk().other
    assert isinstance(page, PageDescriptions)
    return page


def trunk_sdp(address: str = "127.0.0.5", port: int = 4000, direction: str = "sendrecv", video: bool = False) -> str:
    sdp = write_plain(PlainLocal(1, 1, address, port, [PCMU, TELEPHONE_EVENT], direction))
    return sdp + "m=video 6000 RTP/AVP 34\r\n" if video else sdp


def page_sdp(setup: str = "actpass", mid: str = "audio7", direction: str = "sendrecv") -> str:
    codecs = [Codec(111, "opus", 48000, 2), PCMU, PCMA, TELEPHONE_EVENT.numbered(126)]
    return write_webrtc(
        WebRtcLocal(
            9, 1, "127.0.0.1", 9, "theirs", "q" * 24, ":".join(["BB"] * 32), setup, codecs, direction=direction, mid=mid
        )
    )


def version_of(sdp: str) -> int:
    return parse(sdp).origin.version


@pytest.mark.parametrize(
    ("address", "offered", "ours", "answered"),
    [
        ("127.0.0.5", "sendrecv", "sendrecv", "sendrecv"),
        ("127.0.0.5", "sendonly", "sendrecv", "recvonly"),
        ("127.0.0.5", "recvonly", "sendrecv", "sendonly"),
        ("127.0.0.5", "inactive", "sendrecv", "inactive"),
        ("127.0.0.5", "sendrecv", "inactive", "inactive"),
        ("127.0.0.5", "sendrecv", "sendonly", "sendonly"),
        ("127.0.0.5", "sendonly", "sendonly", "inactive"),
        ("0.0.0.0", "sendrecv", "sendrecv", "recvonly"),
        ("0.0.0.0", "inactive", "sendrecv", "inactive"),
        ("0.0.0.0", "recvonly", "sendrecv", "sendonly"),
    ],
)
def test_trunk_answer_directions(address: str, offered: str, ours: str, answered: str) -> None:
    trunk = new_trunk()
    trunk.direction = Direction(ours)
    trunk.take_offer(trunk_sdp(address, direction=offered))
    assert read_plain(trunk.answer()).direction == answered


def test_trunk_hears_from_us_only_where_it_can() -> None:
    trunk = new_trunk()
    assert not trunk.they_receive
    for sdp, receives in (
        (trunk_sdp(), True),
        (trunk_sdp(direction="recvonly"), True),
        (trunk_sdp(direction="sendonly"), False),
        (trunk_sdp(direction="inactive"), False),
        (trunk_sdp("0.0.0.0"), False),
        (trunk_sdp(port=0), False),
    ):
        trunk.take_offer(sdp)
        assert trunk.they_receive is receives, sdp


def test_refused_audio_is_answered_with_port_0_and_offered_again_with_our_port() -> None:
    trunk = new_trunk()
    trunk.take_offer(trunk_sdp(port=0))
    assert read_plain(trunk.answer()).port == 0
    assert read_plain(trunk.offer()).port == 10000


def test_lines_that_are_not_ours_keep_their_place() -> None:
    trunk = new_trunk()
    trunk.take_offer(trunk_sdp(video=True))
    for sdp in (trunk.answer(), trunk.offer()):
        assert [(line.kind, line.port) for line in parse(sdp).media] == [("audio", 10000), ("video", 0)]


def test_versions_rise_over_offers_and_answers() -> None:
    trunk = new_trunk()
    trunk.take_offer(trunk_sdp())
    assert [version_of(sdp) for sdp in (trunk.answer(), trunk.offer(), trunk.answer())] == [1, 2, 3]


def test_unusable_description_leaves_everything_as_it_was() -> None:
    trunk = new_trunk()
    before = trunk.take_offer(trunk_sdp())
    for sdp in ("", "v=0", trunk_sdp().replace("RTP/AVP 0 101", "RTP/AVP 18")):
        with pytest.raises(MediaError):
            trunk.take_offer(sdp)
        with pytest.raises(MediaError):
            trunk.take_answer(sdp)
    assert trunk.remote is before
    assert trunk.codecs.audio == PCMU


def test_answer_needs_an_offer() -> None:
    with pytest.raises(MediaError, match="page"):
        new_page().answer(UFRAG, PASSWORD)
    with pytest.raises(MediaError, match="trunk"):
        new_trunk().answer()


def test_page_offer_says_actpass_and_answer_passive_with_the_pages_mid() -> None:
    page = new_page()
    assert read_webrtc(page.offer(UFRAG, PASSWORD)).setup == "actpass"
    page.take_offer(page_sdp())
    answer = read_webrtc(page.answer(UFRAG, PASSWORD))
    assert (answer.setup, answer.mid, answer.ice_ufrag) == ("passive", "audio7", UFRAG)
    assert [codec.payload_type for codec in answer.codecs] == [0, 126]
    later = read_webrtc(page.offer(UFRAG, PASSWORD))
    assert (later.mid, later.fingerprint) == (answer.mid, answer.fingerprint)
    assert [codec.payload_type for codec in later.codecs] == [0, 8, 126]


@pytest.mark.parametrize(
    ("offered", "answered", "they_receive"),
    [("sendrecv", "sendrecv", True), ("sendonly", "recvonly", False), ("inactive", "inactive", False)],
)
def test_page_answer_directions(offered: str, answered: str, they_receive: bool) -> None:
    page = new_page()
    page.take_offer(page_sdp(direction=offered))
    assert read_webrtc(page.answer(UFRAG, PASSWORD)).direction == answered
    assert page.they_receive is they_receive


def test_page_that_is_passive_is_refused() -> None:
    page = new_page()
    page.offer(UFRAG, PASSWORD)
    with pytest.raises(MediaError) as refusal:
        page.take_answer(page_sdp(setup="passive"))
    assert refusal.value.status == 488
    assert page.remote is None
