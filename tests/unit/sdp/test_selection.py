from __future__ import annotations

import pytest

from cordboard.sdp.codec import COMFORT_NOISE, PCMA, PCMU, TELEPHONE_EVENT, Codec, codecs_of
from cordboard.sdp.description import parse
from cordboard.sdp.errors import SdpError
from cordboard.sdp.selection import NoCommonCodec, audio_of, choose, ours, telephone_event_of

from . import samples

OPUS = Codec(111, "opus", 48000, 2)


def test_ours_in_order_and_with_the_number_asked_for() -> None:
    assert ours() == [PCMU, PCMA, TELEPHONE_EVENT]
    assert [codec.payload_type for codec in ours(96)] == [0, 8, 96]


def test_from_chromium_pcmu_and_the_digits_of_8000_hertz() -> None:
    chosen = choose(codecs_of(parse(samples.CHROMIUM_OFFER).media[0]), ours())
    assert chosen == [PCMU, Codec(126, "telephone-event", 8000, 1, "0-15")]


def test_keeps_the_offer_s_order_numbers_and_letters() -> None:
    chosen = choose(codecs_of(parse(samples.GENESYS_DUMMY).media[0]), ours())
    assert chosen == [PCMA, TELEPHONE_EVENT]
    assert choose([Codec(97, "pcmu", 8000)], ours()) == [Codec(97, "pcmu", 8000)]


def test_digits_need_both_sides() -> None:
    assert choose([PCMU], ours()) == [PCMU]
    assert choose([PCMU, TELEPHONE_EVENT], [PCMU]) == [PCMU]
    assert choose([PCMU, Codec(110, "telephone-event", 48000)], ours()) == [PCMU]


def test_the_answer_says_which_events_we_take() -> None:
    offered = [PCMU, Codec(96, "telephone-event", 8000, 1, "0-16,66,70")]
    assert choose(offered, ours())[1].parameters == "0-15"


@pytest.mark.parametrize("offered", [[], [OPUS], [TELEPHONE_EVENT], [COMFORT_NOISE], [Codec(0, "PCMU", 16000)]])
def test_nothing_in_common_is_488(offered: list[Codec]) -> None:
    with pytest.raises(NoCommonCodec) as caught:
        choose(offered, ours())
    assert isinstance(caught.value, SdpError)
    assert caught.value.status_hint == 488


def test_looks_up_audio_and_digits() -> None:
    codecs = [COMFORT_NOISE, Codec(110, "telephone-event", 48000), PCMA, TELEPHONE_EVENT]
    assert audio_of(codecs) == PCMA
    assert telephone_event_of(codecs, 8000) == TELEPHONE_EVENT
    assert audio_of([]) is None
    assert telephone_event_of([PCMU], 8000) is None
