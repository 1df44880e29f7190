"""A page's descriptions, as the product's own reader and aiortc's understand them."""

from __future__ import annotations

import pytest
from aiortc.sdp import SessionDescription

from cordboard.phone.media.descriptions import PhoneDescriptions, Transport
from cordboard.phone.settings import AudioSettings
from cordboard.sdp.direction import Direction
from cordboard.sdp.errors import NoCommonCodec
from cordboard.sdp.webrtc import read_webrtc

FINGERPRINT = ":".join(["AB"] * 32)
OURS = Transport("127.0.0.1", 4000, "ours1", "ourPasswordOfTwentyTwo0", FINGERPRINT, 77)
THEIRS = Transport("127.0.0.2", 5000, "their1", "theirPasswordOfTwentyTw", FINGERPRINT, 78)


def phone(codec: str = "PCMU", *also: str) -> PhoneDescriptions:
    return PhoneDescriptions(AudioSettings(codec, also=also))


def test_an_offer_says_what_a_page_says() -> None:
    offer = read_webrtc(phone("PCMU", "PCMA", "opus").offer(OURS))
    assert [codec.name for codec in offer.codecs] == ["PCMU", "PCMA", "opus", "telephone-event"]
    assert (offer.setup, offer.direction, offer.ice_lite) == ("actpass", "sendrecv", False)
    (candidate,) = offer.candidates
    assert (candidate.address, candidate.port, candidate.kind) == ("127.0.0.1", 4000, "host")


def test_a_stack_that_we_did_not_write_reads_it() -> None:
    description = SessionDescription.parse(phone().offer(OURS))
    (media,) = description.media
    assert media.ice.usernameFragment == OURS.ufrag
    assert media.ice.iceLite is False
    assert media.dtls.role == "auto"
    assert [candidate.port for candidate in media.ice_candidates] == [4000]


def test_an_answer_takes_one_codec_and_mirrors_the_line() -> None:
    caller, called = phone("PCMA", "PCMU"), phone("PCMU", "PCMA")
    called.take(caller.offer(OURS))
    text = called.answer(THEIRS, "active")
    answer = caller.take(text)
    assert [codec.name for codec in answer.codecs] == ["PCMA", "telephone-event"]
    assert answer.setup == "active"
    assert answer.mid == "0"
    assert caller.codec == called.codec
    assert caller.sends
    assert called.sends


def test_opus_is_listed_and_never_agreed() -> None:
    caller, called = phone("PCMU", "opus"), phone("PCMA", "opus")
    with pytest.raises(NoCommonCodec):
        called.take(caller.offer(OURS))


def test_hold_is_answered_and_silences() -> None:
    caller, called = phone(), phone()
    called.take(caller.offer(OURS))
    caller.take(called.answer(THEIRS, "active"))
    called.take(caller.offer(OURS, Direction.SENDONLY))
    answer = read_webrtc(called.answer(THEIRS, "active"))
    assert answer.direction == "recvonly"
    assert not called.sends
    called.take(caller.offer(OURS, Direction.SENDRECV))
    called.answer(THEIRS, "active")
    assert called.sends


def test_the_version_counts_and_the_session_stays() -> None:
    caller = phone()
    origins = [caller.offer(OURS).splitlines()[1].split() for _ in range(2)]
    assert origins[0][1] == origins[1][1]
    assert [origin[2] for origin in origins] == ["1", "2"]
