"""Agreeing on codecs per side, and mapping payloads from one side to the other."""

from __future__ import annotations

import pytest

from cordboard.media.descriptions.codecs import (
    SILENT,
    SideCodecs,
    agreed_by_their_answer,
    agreed_by_their_offer,
    compatible,
    connect,
)
from cordboard.rtp.g711 import ULAW_TO_ALAW
from cordboard.rtp.packet import RtpPacket
from cordboard.rtp.rewrite import StreamRewriter
from cordboard.sdp.codec import G722, OPUS_EVENT, PCMA, PCMU, TELEPHONE_EVENT, Codec
from cordboard.sdp.errors import NoCommonCodec
from cordboard.sdp.selection import ours

OPUS = Codec(111, "opus", 48000, 2)
BROWSER = [OPUS, PCMU, PCMA, Codec(110, "telephone-event", 48000), TELEPHONE_EVENT.numbered(126)]


def passed(source: SideCodecs, sink: SideCodecs, packet: RtpPacket, *, passing: bool = True) -> RtpPacket | None:
    rewriter = StreamRewriter(1, 1, 1, SILENT)
    connect(rewriter, source, sink, passing=passing)
    out = rewriter.rewrite(packet.to_bytes(), 0.0)
    return None if out is None else RtpPacket.parse(out)


def audio(payload_type: int = 0) -> RtpPacket:
    return RtpPacket(payload_type, 1, 1, 1, bytes(range(160)))


NOBODY = SideCodecs()
TELEPHONE = agreed_by_their_offer([PCMU, PCMA, TELEPHONE_EVENT], NOBODY)  # has no Opus


def side(codec: Codec) -> SideCodecs:
    """One that has nothing else."""
    return agreed_by_their_offer([codec], NOBODY)


def test_sound_of_telephones_is_taken_while_nobody_else_has_spoken() -> None:
    agreed = agreed_by_their_offer(BROWSER, NOBODY)
    assert agreed.audio == PCMU
    assert [codec.payload_type for codec in agreed.listed] == [0, 126]


def test_opus_is_taken_where_the_other_side_has_it_or_is_sure_to() -> None:
    for other, presumed in ((NOBODY, True), (side(OPUS.numbered(120)), False)):
        agreed = agreed_by_their_offer([PCMU, OPUS, TELEPHONE_EVENT], other, presumed=presumed)
        assert agreed.audio is not None
        assert (agreed.audio.name, agreed.audio.payload_type) == ("opus", 111)
    assert agreed_by_their_offer([PCMU, OPUS], NOBODY, ("PCMU", "PCMA", "opus"), presumed=True).audio == PCMU
    assert agreed_by_their_offer([PCMU, OPUS], NOBODY, ("PCMU", "PCMA"), presumed=True).audio == PCMU


def test_opus_is_taken_where_there_is_nothing_else() -> None:
    assert side(OPUS).audio == OPUS


def test_the_other_sides_codec_is_preferred_where_they_offer_it() -> None:
    assert agreed_by_their_offer(BROWSER, side(PCMA)).audio == PCMA
    assert agreed_by_their_offer([OPUS, PCMU], side(PCMA)).audio == PCMU


def test_digits_keep_the_offerers_number_with_a_preference_too() -> None:
    agreed = agreed_by_their_offer(BROWSER, side(PCMA))
    assert agreed.telephone_event is not None
    assert agreed.telephone_event.payload_type == 126


def test_digits_have_the_clock_of_the_sound_if_they_can() -> None:
    both = agreed_by_their_offer(BROWSER, NOBODY, presumed=True)
    assert both.telephone_event is not None
    assert (both.telephone_event.payload_type, both.telephone_event.clock_rate) == (110, 48000)
    other = agreed_by_their_offer([OPUS, TELEPHONE_EVENT], NOBODY)
    assert other.telephone_event == TELEPHONE_EVENT


def test_no_common_codec() -> None:
    with pytest.raises(NoCommonCodec):
        agreed_by_their_offer([Codec(9, "G722", 8000)], NOBODY)
    with pytest.raises(NoCommonCodec):
        agreed_by_their_offer([OPUS], TELEPHONE)
    with pytest.raises(NoCommonCodec):
        agreed_by_their_offer([OPUS], NOBODY, ("PCMU", "PCMA"))
    with pytest.raises(NoCommonCodec):
        agreed_by_their_answer([OPUS], ours(), NOBODY)


def test_answer_accepts_our_numbers_as_well_as_theirs() -> None:
    agreed = agreed_by_their_answer([PCMA, TELEPHONE_EVENT.numbered(96)], ours(), NOBODY)
    assert agreed.audio == PCMA
    assert {96, 101} <= set(agreed.accepted)
    assert agreed.telephone_event is not None
    assert agreed.telephone_event.payload_type == 96


def test_what_was_not_offered_is_still_there() -> None:
    agreed = agreed_by_their_answer([PCMU], ours(), NOBODY, before=[OPUS, PCMA])
    assert agreed.known == (PCMU, OPUS)
    assert agreed.has(OPUS)


def test_answer_with_several_codecs_means_the_one_that_fits() -> None:
    offered = [OPUS, PCMU, PCMA]
    assert agreed_by_their_answer([OPUS, PCMU], offered, TELEPHONE).audio == PCMU
    assert agreed_by_their_answer([OPUS, PCMU], offered, side(OPUS)).audio == OPUS


def test_offer_lists_what_both_have_the_preferred_first() -> None:
    assert NOBODY.offer(NOBODY) == ours()
    assert [codec.name for codec in NOBODY.offer(side(PCMA))] == ["PCMA", "PCMU", "telephone-event"]
    assert [codec.name for codec in NOBODY.offer(side(OPUS))] == ["opus", "telephone-event", "telephone-event"]
    browser = agreed_by_their_offer(BROWSER, NOBODY)
    assert [codec.name for codec in NOBODY.offer(browser)][:3] == ["opus", "PCMU", "PCMA"]
    assert [codec.name for codec in NOBODY.offer(browser, ("PCMA", "opus"))][:2] == ["PCMA", "opus"]
    assert [codec.name for codec in NOBODY.offer(browser, ("PCMA", "PCMU"))][:2] == ["PCMU", "PCMA"]


def test_later_offer_keeps_numbers_and_begins_with_what_is_used() -> None:
    telephone = agreed_by_their_offer([PCMA, TELEPHONE_EVENT.numbered(96)], NOBODY)
    assert [codec.payload_type for codec in telephone.offer(TELEPHONE)] == [8, 0, 96]
    browser = agreed_by_their_offer(BROWSER, NOBODY, presumed=True)
    assert [codec.payload_type for codec in browser.offer(TELEPHONE)] == [0, 8, 126], "Opus has to go"


def test_call_that_has_begun_without_opus_is_not_offered_it() -> None:
    browser = agreed_by_their_offer(BROWSER, NOBODY)
    assert [codec.name for codec in TELEPHONE.offer(browser)] == ["PCMU", "PCMA", "telephone-event"]


def test_numbers_mean_one_thing() -> None:
    taken = SideCodecs(known=(Codec(101, "AMR", 8000), Codec(111, "AMR-WB", 16000)))
    numbers = [codec.payload_type for codec in taken.offer(agreed_by_their_offer(BROWSER, NOBODY), taken={96})]
    assert len(set(numbers)) == len(numbers)
    assert not {96, 101, 111} & set(numbers)


def test_parameters_are_those_of_the_far_receiver() -> None:
    stereo = side(Codec(109, "opus", 48000, 2, "stereo=1"))
    assert NOBODY.offer(stereo)[0].parameters == "stereo=1"
    assert agreed_by_their_offer([OPUS], stereo).listed[0].parameters == "stereo=1"


def test_same_codec_passes_as_it_is() -> None:
    side = agreed_by_their_offer(BROWSER, NOBODY)
    out = passed(side, side, audio())
    assert out is not None
    assert (out.payload_type, out.payload) == (0, audio().payload)


def test_other_codec_goes_through_the_table() -> None:
    out = passed(agreed_by_their_offer(BROWSER, NOBODY), side(PCMA), audio())
    assert out is not None
    assert (out.payload_type, out.payload) == (8, audio().payload.translate(ULAW_TO_ALAW))


def test_codec_that_was_not_chosen_but_allowed_goes_through_the_table_too() -> None:
    trunk = agreed_by_their_answer([PCMU, PCMA], ours(), NOBODY)
    out = passed(trunk, side(PCMU), audio(8))
    assert out is not None
    assert out.payload_type == 0


def test_opus_gets_the_other_sides_number_and_nothing_else() -> None:
    out = passed(side(OPUS), side(OPUS.numbered(120)), audio(111))
    assert out is not None
    assert (out.payload_type, out.payload) == (120, audio().payload)


@pytest.mark.parametrize(("source", "sink", "number"), [(OPUS, PCMU, 111), (PCMU, OPUS, 0)])
def test_opus_never_becomes_something_else(source: Codec, sink: Codec, number: int) -> None:
    assert not compatible(source, sink)
    assert passed(side(source), side(sink), audio(number)) is None


def test_digits_get_the_other_sides_number_untouched() -> None:
    page = agreed_by_their_offer(BROWSER, NOBODY)
    trunk = agreed_by_their_offer([PCMA, TELEPHONE_EVENT], NOBODY)
    out = passed(page, trunk, RtpPacket(126, 1, 1, 1, b"\x05\x0a\x00\xa0"))
    assert out is not None
    assert (out.payload_type, out.payload) == (101, b"\x05\x0a\x00\xa0")


def test_digits_of_another_clock_are_counted_anew() -> None:
    page = agreed_by_their_offer([OPUS, OPUS_EVENT], NOBODY)
    trunk = agreed_by_their_offer([OPUS, TELEPHONE_EVENT], NOBODY)
    out = passed(page, trunk, RtpPacket(110, 1, 1, 1, b"\x05\x8a\x12\xc0"))
    assert out is not None
    assert (out.payload_type, out.payload) == (101, b"\x05\x8a\x03\x20")


@pytest.mark.parametrize("payload_type", [13, 3, 9, 110, 111, 127])
def test_what_nobody_negotiated_is_dropped(payload_type: int) -> None:
    side = agreed_by_their_offer([*BROWSER, Codec(13, "CN", 8000)], NOBODY)
    assert passed(side, side, audio(payload_type)) is None


def test_nothing_passes_where_nothing_may() -> None:
    side = agreed_by_their_offer(BROWSER, NOBODY)
    assert passed(side, side, audio(), passing=False) is None
    assert passed(side, SideCodecs(), audio()) is None
    assert passed(SideCodecs(), side, audio()) is None


# --- engines that transcode, and engines that rewrite no payload number


def test_transcoding_takes_what_the_other_side_has_not_where_they_share_nothing() -> None:
    other = side(PCMU)
    assert agreed_by_their_offer([OPUS], other, transcodes=True).audio == OPUS
    assert agreed_by_their_offer([G722], other, transcodes=True).audio == G722
    assert agreed_by_their_offer([G722, PCMA], other, transcodes=True).audio == PCMA
    with pytest.raises(NoCommonCodec, match=r"^no audio codec in common$"):
        agreed_by_their_offer([Codec(97, "iLBC", 8000)], other, transcodes=True)


@pytest.mark.parametrize("codec", [OPUS, G722])
def test_refusal_says_that_the_other_engine_would_transcode(codec: Codec) -> None:
    with pytest.raises(NoCommonCodec, match="the relay does not transcode; rtpengine would"):
        agreed_by_their_offer([codec], side(PCMU))


def test_transcoding_offers_the_rest_where_there_is_nothing_that_everybody_has() -> None:
    def names(offered: list[Codec]) -> list[str]:
        return [codec.name for codec in offered if codec.is_audio]

    assert names(NOBODY.offer(side(OPUS), transcodes=True)) == ["opus", "PCMU", "PCMA"]
    assert names(NOBODY.offer(side(OPUS))) == ["opus"]
    assert names(NOBODY.offer(side(PCMU), transcodes=True)) == ["PCMU", "PCMA"]


def test_same_numbers_are_those_of_the_other_side_unless_they_mean_something_else() -> None:
    trunk = agreed_by_their_offer([PCMU, TELEPHONE_EVENT.numbered(96)], NOBODY)
    page = agreed_by_their_offer([PCMU, TELEPHONE_EVENT.numbered(126)], NOBODY)
    numbers = [codec.payload_type for codec in page.offer(trunk, same_numbers=True) if codec.is_telephone_event]
    assert numbers == [96]
    taken = agreed_by_their_offer([PCMU, Codec(96, "iLBC", 8000), TELEPHONE_EVENT.numbered(126)], NOBODY)
    numbers = [codec.payload_type for codec in taken.offer(trunk, same_numbers=True) if codec.is_telephone_event]
    assert numbers == [126]
    assert [codec.payload_type for codec in page.offer(trunk) if codec.is_telephone_event] == [126]
