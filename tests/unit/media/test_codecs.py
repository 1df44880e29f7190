"""Agreeing on codecs per side, and mapping payloads from one side to the other."""

from __future__ import annotations

import pytest

from cordboard.media.relay.sides.codecs import (
    SILENT,
    SideCodecs,
    agreed_by_their_answer,
    agreed_by_their_offer,
    connect,
)
from cordboard.rtp.g711 import ULAW_TO_ALAW
from cordboard.rtp.packet import RtpPacket
from cordboard.rtp.rewrite import StreamRewriter
from cordboard.sdp.codec import PCMA, PCMU, TELEPHONE_EVENT, Codec
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


def test_their_offers_first_codec_is_taken() -> None:
    agreed = agreed_by_their_offer(BROWSER, None)
    assert agreed.audio == PCMU
    assert [codec.payload_type for codec in agreed.listed] == [0, 126]


def test_the_other_sides_codec_is_preferred_where_they_offer_it() -> None:
    assert agreed_by_their_offer(BROWSER, PCMA).audio == PCMA
    assert agreed_by_their_offer([OPUS, PCMU], PCMA).audio == PCMU


def test_digits_keep_the_offerers_number_with_a_preference_too() -> None:
    agreed = agreed_by_their_offer(BROWSER, PCMA)
    assert agreed.telephone_event is not None
    assert agreed.telephone_event.payload_type == 126


def test_no_common_codec() -> None:
    with pytest.raises(NoCommonCodec):
        agreed_by_their_offer([OPUS], None)
    with pytest.raises(NoCommonCodec):
        agreed_by_their_answer([OPUS], ours())


def test_answer_accepts_our_numbers_as_well_as_theirs() -> None:
    agreed = agreed_by_their_answer([PCMA, TELEPHONE_EVENT.numbered(96)], ours())
    assert agreed.audio == PCMA
    assert {96, 101} <= set(agreed.accepted)
    assert agreed.telephone_event is not None
    assert agreed.telephone_event.payload_type == 96


def test_offer_lists_everything_the_preferred_first() -> None:
    assert SideCodecs().offer(None) == ours()
    assert [codec.name for codec in SideCodecs().offer(PCMA)] == ["PCMA", "PCMU", "telephone-event"]


def test_later_offer_keeps_numbers_and_begins_with_what_is_used() -> None:
    offer = agreed_by_their_offer([PCMA, TELEPHONE_EVENT.numbered(96)], None).offer(PCMU)
    assert [codec.payload_type for codec in offer] == [8, 0, 96]


def test_same_codec_passes_as_it_is() -> None:
    side = agreed_by_their_offer(BROWSER, None)
    out = passed(side, side, audio())
    assert out is not None
    assert (out.payload_type, out.payload) == (0, audio().payload)


def test_other_codec_goes_through_the_table() -> None:
    page, trunk = agreed_by_their_offer(BROWSER, None), agreed_by_their_offer([PCMA], None)
    out = passed(page, trunk, audio())
    assert out is not None
    assert (out.payload_type, out.payload) == (8, audio().payload.translate(ULAW_TO_ALAW))


def test_codec_that_was_not_chosen_but_allowed_goes_through_the_table_too() -> None:
    trunk = agreed_by_their_answer([PCMU, PCMA], ours())
    out = passed(trunk, agreed_by_their_offer([PCMU], None), audio(8))
    assert out is not None
    assert out.payload_type == 0


def test_digits_get_the_other_sides_number_untouched() -> None:
    page, trunk = agreed_by_their_offer(BROWSER, None), agreed_by_their_offer([PCMA, TELEPHONE_EVENT], None)
    out = passed(page, trunk, RtpPacket(126, 1, 1, 1, b"\x05\x0a\x00\xa0"))
    assert out is not None
    assert (out.payload_type, out.payload) == (101, b"\x05\x0a\x00\xa0")


@pytest.mark.parametrize("payload_type", [13, 3, 9, 110, 111, 127])
def test_what_nobody_negotiated_is_dropped(payload_type: int) -> None:
    side = agreed_by_their_offer([*BROWSER, Codec(13, "CN", 8000)], None)
    assert passed(side, side, audio(payload_type)) is None


def test_nothing_passes_where_nothing_may() -> None:
    side = agreed_by_their_offer(BROWSER, None)
    assert passed(side, side, audio(), passing=False) is None
    assert passed(side, SideCodecs(), audio()) is None
    assert passed(SideCodecs(), side, audio()) is None
