"""What happens to descriptions on their way (SIP Server reference 1.5, 2.2, 2.4)."""

from __future__ import annotations

import pytest

from cordboard.lab.sip_server.calls.session_description import (
    dummy,
    hold_answer,
    hold_offer,
    is_hold,
    narrowed,
    with_origin,
)
from cordboard.sdp.description import parse
from cordboard.sdp.errors import SdpError

HEAD = "v=0\r\no=- 1 2 IN IP4 127.0.0.64\r\ns=phone\r\nc=IN IP4 127.0.0.64\r\nt=0 0\r\n"
AUDIO = (
    "m=audio 8000 RTP/AVP 0 18 101\r\na=rtpmap:0 pcmu/8000\r\na=rtpmap:18 g729/8000\r\na=fmtp:18 annexb=yes\r\n"
    "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=x-unknown:kept\r\n"
)
OFFER = HEAD + AUDIO


def test_only_the_origin_is_rewritten() -> None:
    rewritten = with_origin(OFFER, 1769469826, 2, "127.0.0.81")
    assert rewritten == OFFER.replace("o=- 1 2 IN IP4 127.0.0.64", "o=Genesys 1769469826 2 IN IP4 127.0.0.81")


def test_bare_line_feeds_become_crlf() -> None:
    assert with_origin(OFFER.replace("\r\n", "\n"), 1, 1, "127.0.0.81") == with_origin(OFFER, 1, 1, "127.0.0.81")


@pytest.mark.parametrize(
    ("sdp", "held"),
    [
        (OFFER, False),
        (OFFER + "a=sendrecv\r\n", False),
        (OFFER + "a=recvonly\r\n", False),
        (OFFER + "a=sendonly\r\n", True),
        (OFFER + "a=inactive\r\n", True),
        (HEAD + "a=inactive\r\n" + AUDIO, True),
        (OFFER.replace("c=IN IP4 127.0.0.64", "c=IN IP4 0.0.0.0"), True),
    ],
)
def test_the_three_ways_to_hold(sdp: str, held: bool) -> None:
    assert is_hold(sdp) is held


def test_rubbish_is_no_hold() -> None:
    with pytest.raises(SdpError):
        is_hold("rubbish")


@pytest.mark.parametrize("direction", ["a=sendonly\r\n", "a=inactive\r\n", ""])
def test_the_answer_to_a_hold_leads_nowhere(direction: str) -> None:
    answer = parse(hold_answer(OFFER + direction, "127.0.0.81"))
    (media,) = answer.media
    assert answer.connection == "0.0.0.0"
    assert media.formats == ["0", "18", "101"]
    assert media.get("inactive") == ""
    assert media.get("sendonly") is None


def test_an_answer_is_narrowed_to_the_offers_codecs() -> None:
    offer = HEAD + "m=audio 9000 RTP/AVP 8 0\r\na=rtpmap:0 PCMU/8000\r\n"
    (media,) = parse(narrowed(OFFER, offer)).media
    assert media.formats == ["0"]
    assert [str(each) for each in media.attributes] == ["rtpmap:0 pcmu/8000", "x-unknown:kept"]


@pytest.mark.parametrize("offer", [HEAD + "m=audio 9000 RTP/AVP 9\r\n", "rubbish"], ids=["nothing common", "rubbish"])
def test_what_cannot_be_narrowed_stays(offer: str) -> None:
    assert narrowed(OFFER, offer) == OFFER


def test_the_dummy() -> None:
    description = parse(dummy(42))
    assert (description.name, description.connection, description.origin.session_id) == (
        "3pcc Make Call",
        "0.0.0.0",
        42,
    )
    assert description.media[0].formats == ["101", "8", "0", "4", "18", "3"]


@pytest.mark.parametrize(("rfc3264", "address"), [(False, "0.0.0.0"), (True, "127.0.0.65")])
def test_a_hold_offer_in_both_forms(rfc3264: bool, address: str) -> None:
    before = OFFER.replace("127.0.0.64", "127.0.0.65") + "a=sendrecv\r\n"
    offer = hold_offer(before, 7, rfc3264)
    assert is_hold(offer)
    assert f"c=IN IP4 {address}\r\n" in offer
    assert ("a=inactive" in offer) is rfc3264
    assert "a=sendrecv" not in offer


@pytest.mark.parametrize("told", ["", "this is no description"])
def test_a_hold_offer_without_anything_to_go_by_is_the_dummy(told: str) -> None:
    assert "s=3pcc Make Call" in hold_offer(told, 42, False)
