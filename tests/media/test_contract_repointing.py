"""The law: whatever the trunk does, the page's side goes on unbroken. Contract of every media engine."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable

import pytest

from cordboard.media.port import MediaEventKind
from cordboard.sdp.codec import PCMA, PCMU, TELEPHONE_EVENT
from cordboard.sdp.plain import read_plain
from kit.conversation import Conversation
from kit.phone import Voice
from kit.trunk import TrunkPhone

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_repointed_trunk_is_heard_again_at_once(call: Conversation, new_trunk: Callable[..., TrunkPhone]) -> None:
    """Another SSRC, payload numbers, codec and a lower sequence, and still one stream to the page."""
    await call.incoming()
    await call.talk()
    music = new_trunk([PCMA, TELEPHONE_EVENT.numbered(96)])
    music.voice = Voice(ssrc=call.trunk.voice.ssrc ^ 0xFFFF, sequence=7, timestamp=11)
    old = call.trunk
    await call.point_trunk(music)
    music.speak(1700.0)
    assert await call.page.hears(1700.0, within=1.0)
    assert await music.hears(440.0), "the page must be heard there as well"
    assert await old.falls_silent()
    assert call.unbroken(call.page), "the page must see one SSRC and one sequence"
    assert {packet.payload_type for packet in call.page.received} == {0}
    times = [packet.timestamp for packet in call.page.received]
    steps = [(after - before) & 0xFFFFFFFF for before, after in itertools.pairwise(times)]
    assert all(0 < step < 8000 for step in steps) or not call.strict, "time goes on, by less than a second at the seam"


@pytest.mark.needs("one stream")
async def test_same_ssrc_with_a_lower_sequence_is_heard_too(
    call: Conversation, new_trunk: Callable[..., TrunkPhone]
) -> None:
    """SIP Server moves a stream with its SSRC to another port: a replay for SRTP, if it were passed on as it is."""
    await call.incoming()
    await call.talk()
    other = new_trunk()
    other.voice = Voice(call.trunk.voice.ssrc, (call.trunk.voice.sequence - 5000) & 0xFFFF, 5)
    await call.point_trunk(other)
    other.speak(1700.0)
    assert await call.page.hears(1700.0, within=1.0)
    assert call.unbroken(call.page)


async def test_offerless_reinvite_keeps_port_and_media(call: Conversation) -> None:
    """SIP Server asks for an offer 12 ms after its ACK; until its answer comes, sound goes on as before."""
    await call.incoming()
    await call.talk()
    before = call.trunk.peer
    assert before is not None
    offered = read_plain(await call.engine.trunk_offer(call.name))
    assert (offered.address, offered.port) == (before.address, before.port)
    assert [codec.name for codec in offered.codecs] == ["PCMU", "PCMA", "telephone-event"]
    heard = await asyncio.gather(call.trunk.hears(440.0), call.page.hears(1000.0))
    assert heard == [True, True], "no answer was taken"
    await call.engine.take_trunk_answer(call.name, call.trunk.describe(2))
    heard = await asyncio.gather(call.trunk.hears(440.0), call.page.hears(1000.0))
    assert heard == [True, True]
    assert call.unbroken(call.page)
    assert call.unbroken(call.trunk)


async def test_answer_to_an_offerless_reinvite_repoints(
    call: Conversation, new_trunk: Callable[..., TrunkPhone]
) -> None:
    await call.incoming()
    await call.talk()
    conference = new_trunk([PCMA])
    conference.take(await call.engine.trunk_offer(call.name))
    await call.engine.take_trunk_answer(call.name, conference.describe())
    conference.speak(1700.0)
    heard = await asyncio.gather(conference.hears(440.0), call.page.hears(1700.0))
    assert heard == [True, True]
    assert {packet.payload_type for packet in conference.received} == {PCMA.payload_type}
    assert call.unbroken(call.page)


async def test_trunk_is_moved_many_times(call: Conversation, new_trunk: Callable[..., TrunkPhone]) -> None:
    await call.incoming()
    await call.talk()
    for number in range(6):
        party = new_trunk([PCMU if number % 2 else PCMA, TELEPHONE_EVENT.numbered(96 + number)])
        await call.point_trunk(party)
        party.speak(1000.0 + 100 * number)
        assert await call.page.hears(1000.0 + 100 * number, packets=8)
        party.hush()
    assert call.unbroken(call.page)
    assert call.events == [MediaEventKind.CONNECTED]


async def test_page_changes_its_network_without_telling(call: Conversation) -> None:
    """A new port behind NAT: the next nomination is followed, keys stay."""
    await call.incoming()
    await call.talk()
    call.page.hush()
    call.page.move()
    assert await call.page.stays_silent(), "nothing goes to a source that no check has vouched for"
    assert await call.page.nominate()
    call.page.speak(440.0)
    heard = await asyncio.gather(call.trunk.hears(440.0), call.page.hears(1000.0))
    assert heard == [True, True]


async def test_ice_restart_keeps_keys_and_streams(call: Conversation) -> None:
    await call.outgoing()
    await call.talk()
    before = call.page.remote
    assert before is not None
    call.page.restart_ice()
    await call.engine.take_page_offer(call.name, call.page.offer())
    answer = call.page.take(await call.engine.page_answer(call.name))
    assert answer.ice_ufrag != before.ice_ufrag, "RFC 8839: the answer to a restart has new credentials"
    assert (answer.fingerprint, answer.mid) == (before.fingerprint, before.mid)
    assert await call.page.hears(1000.0), "the old path lives until the new one is nominated"
    call.page.move()
    assert await call.page.nominate()
    call.page.speak(440.0)
    heard = await asyncio.gather(call.trunk.hears(440.0), call.page.hears(1000.0))
    assert heard == [True, True]
    assert call.events == [MediaEventKind.CONNECTED]


async def test_another_page_takes_the_call_over(call: Conversation, new_page: Callable[..., object]) -> None:
    """A reloaded page has another certificate: the same media call, a new association."""
    await call.incoming()
    await call.talk()
    call.page.close()
    call.page = new_page()  # type: ignore[assignment]
    await call.offer_page()
    await call.take_page_answer()
    await call.page.connect()
    call.page.speak(600.0)
    heard = await asyncio.gather(call.trunk.hears(600.0), call.page.hears(1000.0))
    assert heard == [True, True]
    assert call.unbroken(call.trunk)
    assert call.events == [MediaEventKind.CONNECTED] * 2
