"""Sides without a codec in common, over engines that translate. Sound is proved by pitch: what nobody here can decode
is sent back, and comes back as what was said.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cordboard.media.port import MediaEventKind
from cordboard.sdp.codec import G722, G729, OPUS, PCMA, PCMU, TELEPHONE_EVENT, Codec
from cordboard.sdp.plain import read_plain
from kit.conversation import Conversation
from kit.page import PagePhone
from kit.phone import until
from kit.trunk import TrunkPhone

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.needs("transcoding")]

G711_PAGE = ((PCMU,), ("0 PCMU/8000", "8 PCMA/8000", "126 telephone-event/8000"))


@pytest.mark.parametrize("codec", [G722, G729, OPUS], ids=lambda codec: codec.name)
async def test_trunk_with_a_codec_that_the_page_has_not(
    call: Conversation, new_page: Callable[..., PagePhone], new_trunk: Callable[..., TrunkPhone], codec: Codec
) -> None:
    call.page = new_page(*G711_PAGE)
    await call.outgoing()
    party = new_trunk([codec])
    party.echo = True
    await call.point_trunk(party)
    call.page.speak(440.0)
    assert await call.page.hears(440.0), "there and back"
    assert {packet.payload_type for packet in call.trunk.received} == {codec.payload_type}
    found = await call.statistics()
    assert (found.page.codec, found.trunk.codec) == ("PCMU", codec.name.upper())


async def test_page_with_opus_only_is_offered_to_a_trunk_with_g711(
    call: Conversation, new_page: Callable[..., PagePhone]
) -> None:
    call.page = new_page((OPUS,), ("111 opus/48000/2", "110 telephone-event/48000"))
    await call.engine.take_page_offer(call.name, call.page.offer())
    offered = call.trunk.take(await call.engine.trunk_offer(call.name))
    assert [codec.name for codec in offered.codecs if codec.is_audio] == ["opus", "PCMU", "PCMA"]
    assert not await call.engine.take_trunk_answer(call.name, call.trunk.describe())
    answered = call.page.take(await call.engine.page_answer(call.name))
    assert [codec.name for codec in answered.codecs if codec.is_audio] == ["opus"]
    await call.page.connect()
    assert await call.told(MediaEventKind.CONNECTED)
    call.trunk.speak(1000.0)
    assert await until(lambda: len(call.page.received) >= 40)
    call.trunk.hush()
    assert {packet.payload_type for packet in call.page.received} == {111}
    call.trunk.received.clear()
    for packet in call.page.received[10:]:
        call.page.send(111, packet.payload, step=960)
    assert await until(lambda: len(call.trunk.received) >= 25)
    assert call.trunk.heard(1000.0, 15) > 0.8, "there and back"


async def test_transfer_to_a_party_without_the_codec_in_use(
    call: Conversation, new_page: Callable[..., PagePhone], new_trunk: Callable[..., TrunkPhone]
) -> None:
    """From G.711 to a party with nothing but G.722, and back: neither the page nor its dialog notices."""
    call.page = new_page(*G711_PAGE)
    await call.incoming()
    await call.talk()
    customer, party = call.trunk, new_trunk([G722])
    party.echo = True
    assert not await call.engine.take_trunk_offer(call.name, party.describe())
    answered = read_plain(await call.engine.trunk_answer(call.name))
    assert [codec.name for codec in answered.codecs] == ["G722"]
    assert await call.page.hears(440.0)
    customer.codecs = [PCMA, TELEPHONE_EVENT]
    await call.point_trunk(customer)
    await call.talk()
    assert call.events == [MediaEventKind.CONNECTED]


async def test_opus_is_given_up_where_both_have_something_else(
    call: Conversation, new_trunk: Callable[..., TrunkPhone]
) -> None:
    """Translating would do; a page that has G.711 is offered it all the same."""
    call.trunk = new_trunk([OPUS.numbered(120), PCMU, TELEPHONE_EVENT])
    await call.incoming()
    before = call.page.remote
    assert before is not None
    party = new_trunk([PCMU, TELEPHONE_EVENT])
    party.take(await call.engine.trunk_offer(call.name))
    assert await call.engine.take_trunk_answer(call.name, party.describe())
    anew = call.page.take(await call.engine.page_offer(call.name))
    assert [codec.name for codec in anew.codecs if codec.is_audio] == ["PCMU", "PCMA"]
    assert (anew.ice_ufrag, anew.ice_password) == (before.ice_ufrag, before.ice_password)
    assert (anew.fingerprint, anew.mid) == (before.fingerprint, before.mid)
    assert not await call.engine.take_page_answer(call.name, call.page.answer())
    call.trunk = party
    await call.talk()
    assert call.events == [MediaEventKind.CONNECTED]
