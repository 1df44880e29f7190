from __future__ import annotations

import pytest

from cordboard.sdp.codec import (
    COMFORT_NOISE,
    PCMA,
    PCMU,
    TELEPHONE_EVENT,
    Codec,
    codec_attributes,
    codecs_of,
)
from cordboard.sdp.description import Attribute, MediaDescription, parse

from . import samples


def codecs(formats: str, *attributes: tuple[str, str]) -> list[Codec]:
    return codecs_of(
        MediaDescription("audio", 9, "RTP/AVP", formats.split(), None, [Attribute(*a) for a in attributes])
    )


def test_reads_chromium_s_list() -> None:
    found = codecs_of(parse(samples.CHROMIUM_OFFER).media[0])
    assert [(one.payload_type, one.name, one.clock_rate, one.channels) for one in found] == [
        (111, "opus", 48000, 2),
        (63, "red", 48000, 2),
        (9, "G722", 8000, 1),
        (0, "PCMU", 8000, 1),
        (8, "PCMA", 8000, 1),
        (13, "CN", 8000, 1),
        (110, "telephone-event", 48000, 1),
        (126, "telephone-event", 8000, 1),
    ]
    assert found[0].parameters == "minptime=10;useinbandfec=1"
    assert [one.is_audio for one in found] == [True, False, True, True, True, False, False, False]


def test_static_numbers_need_no_rtpmap() -> None:
    assert codecs("0 8 13 9") == [PCMU, PCMA, COMFORT_NOISE, Codec(9, "G722", 8000)]


def test_names_are_compared_without_case() -> None:
    found = codecs_of(parse(samples.GENESYS_OFFER).media[0])
    assert found[0] == Codec(0, "pcmu", 8000)
    assert found[0].matches(PCMU)
    assert found[1].matches(PCMA)
    assert found[-1].matches(TELEPHONE_EVENT)
    assert not found[0].matches(PCMA)
    assert not Codec(0, "PCMU", 16000).matches(PCMU)
    assert not Codec(0, "PCMU", 8000, 2).matches(PCMU)


def test_rtpmap_counts_before_the_static_meaning() -> None:
    assert codecs("0", ("rtpmap", "0 L16/16000")) == [Codec(0, "L16", 16000)]


@pytest.mark.parametrize("formats", ["96", "128", "999", "webrtc-datachannel", "\u0663", "-1", "1000"])
def test_numbers_without_meaning_are_left_out(formats: str) -> None:
    assert codecs(f"{formats} 0") == [PCMU]


@pytest.mark.parametrize("value", ["96", "96 opus", "96 opus/x", "96 /8000", "96 a/" + "9" * 5000, "x PCMU/8000", ""])
def test_unreadable_rtpmaps_are_left_out(value: str) -> None:
    assert codecs("96 8", ("rtpmap", value)) == [PCMA]


def test_a_number_counts_once() -> None:
    assert codecs("0 0 8 0") == [PCMU, PCMA]


def test_writes_what_it_reads() -> None:
    opus = Codec(111, "opus", 48000, 2, "useinbandfec=1")
    attributes = codec_attributes([opus, PCMU, TELEPHONE_EVENT.numbered(126)])
    assert [str(one) for one in attributes] == [
        "rtpmap:111 opus/48000/2",
        "fmtp:111 useinbandfec=1",
        "rtpmap:0 PCMU/8000",
        "rtpmap:126 telephone-event/8000",
        "fmtp:126 0-15",
    ]
    media = MediaDescription("audio", 9, "RTP/AVP", ["111", "0", "126"], None, attributes)
    assert codecs_of(media) == [opus, PCMU, TELEPHONE_EVENT.numbered(126)]
