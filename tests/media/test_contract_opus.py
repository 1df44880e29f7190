"""Opus: passed on where both sides have it, given up without harm where one of them has not."""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections.abc import Callable

import pytest

from cordboard.media.port import MediaError, MediaEventKind
from cordboard.rtp.telephone_event import payloads
from cordboard.sdp.codec import OPUS, OPUS_EVENT, PCMU, TELEPHONE_EVENT, Codec
from cordboard.sdp.plain import read_plain
from kit.conversation import Conversation
from kit.page_description import OFFERED
from kit.phone import Phone, until
from kit.trunk import TrunkPhone

pytestmark = pytest.mark.asyncio(loop_scope="module")

NO_OPUS = tuple(line for line in OFFERED if "opus" not in line and "48000" not in line)
TELEPHONE = (OPUS.numbered(120), PCMU, OPUS_EVENT.numbered(121), TELEPHONE_EVENT)
STEP = 960  # 20 ms at 48 kHz


async def speaks_opus(speaker: Phone, number: int, listener: Phone, count: int = 5) -> bool:
    """Noise stands for Opus: nothing on the way may look into it. Sequence and time go on as they were sent."""
    before = len(listener.received)
    sent = [secrets.token_bytes(60) for _ in range(count)]
    for payload in sent:
        speaker.send(number, payload, step=STEP)
    if not await until(lambda: len(listener.received) >= before + count, 2.0):
        return False
    fresh = listener.received[before:]
    steps = {(after.timestamp - earlier.timestamp) & 0xFFFFFFFF for earlier, after in itertools.pairwise(fresh)}
    return [packet.payload for packet in fresh] == sent and steps == {STEP}


async def both_speak_opus(call: Conversation, page: int, trunk: int) -> None:
    heard = await asyncio.gather(speaks_opus(call.page, page, call.trunk), speaks_opus(call.trunk, trunk, call.page))
    assert heard == [True, True], f"trunk heard, page heard: {heard}"
    assert {packet.payload_type for packet in call.trunk.received[-5:]} == {trunk}
    assert {packet.payload_type for packet in call.page.received[-5:]} == {page}


async def test_trunk_with_opus_calls(call: Conversation, new_trunk: Callable[..., TrunkPhone]) -> None:
    call.trunk = new_trunk(TELEPHONE)
    await call.incoming()
    assert call.page.remote is not None
    assert [codec.name for codec in call.page.remote.codecs][:3] == ["opus", "PCMU", "PCMA"]
    await both_speak_opus(call, call.page.remote.codecs[0].payload_type, 120)
    found = await call.statistics()
    assert (found.page.codec, found.trunk.codec) == ("OPUS", "OPUS")
    assert call.unbroken(call.page)


@pytest.mark.parametrize("number", [pytest.param(120, marks=pytest.mark.needs("renumbering")), 111])
async def test_page_calls_a_telephone_with_opus(
    call: Conversation, new_trunk: Callable[..., TrunkPhone], number: int
) -> None:
    """Nobody knew that it has Opus when the page's answer was made; it is made anew."""
    call.trunk = new_trunk((OPUS.numbered(number), *TELEPHONE[2:]))
    await call.engine.take_page_offer(call.name, call.page.offer())
    first = call.page.take(await call.engine.page_answer(call.name))
    assert first.codecs[0].name == "PCMU"
    offered = call.trunk.take(await call.engine.trunk_offer(call.name))
    assert [codec.name for codec in offered.codecs][:3] == ["opus", "PCMU", "PCMA"]
    assert offered.codecs[0].payload_type == 111
    assert await call.engine.take_trunk_answer(call.name, call.trunk.describe()), "the page's answer does not fit"
    second = call.page.take(await call.engine.page_answer(call.name))
    assert [(codec.name, codec.payload_type) for codec in second.codecs] == [("opus", 111), ("telephone-event", 110)]
    assert second.ice_ufrag == first.ice_ufrag
    await call.page.connect()
    await both_speak_opus(call, 111, number)


@pytest.mark.needs("no transcoding")
async def test_transfer_to_a_party_without_opus(call: Conversation, new_trunk: Callable[..., TrunkPhone]) -> None:
    call.trunk = new_trunk(TELEPHONE)
    await call.incoming()
    await both_speak_opus(call, 111, 120)
    before = call.page.remote
    party = new_trunk([PCMU, TELEPHONE_EVENT])
    offered = party.take(await call.engine.trunk_offer(call.name))
    assert [codec.name for codec in offered.codecs][:3] == ["opus", "PCMU", "PCMA"]
    assert await call.engine.take_trunk_answer(call.name, party.describe()), "the page speaks what nobody understands"
    call.page.send(111, bytes(60), step=STEP)
    party.send(0, bytes(160), step=160)
    heard = len(call.page.received)
    silent = await asyncio.gather(party.stays_silent(), call.page.stays_silent())
    assert silent == [True, True]
    assert (len(party.received), len(call.page.received)) == (0, heard), "nothing wrong is sent meanwhile"
    anew = call.page.take(await call.engine.page_offer(call.name))
    assert [codec.name for codec in anew.codecs] == ["PCMU", "PCMA", "telephone-event"]
    assert before is not None
    assert (anew.ice_ufrag, anew.ice_password, anew.fingerprint, anew.mid) == (
        before.ice_ufrag,
        before.ice_password,
        before.fingerprint,
        before.mid,
    )
    assert not await call.engine.take_page_answer(call.name, call.page.answer())
    call.trunk = party
    await call.talk()
    assert call.unbroken(call.page)
    assert call.events == [MediaEventKind.CONNECTED]


async def test_call_without_opus_is_not_changed_by_a_party_that_has_it(
    call: Conversation, new_trunk: Callable[..., TrunkPhone]
) -> None:
    await call.incoming()
    await call.talk()
    party = new_trunk(TELEPHONE)
    assert not await call.engine.take_trunk_offer(call.name, party.describe())
    answered = party.take(await call.engine.trunk_answer(call.name))
    assert [codec.name for codec in answered.codecs] == ["PCMU", "telephone-event"]
    assert read_plain(await call.engine.trunk_offer(call.name)).codecs[0].matches(PCMU)


async def test_page_without_opus(
    call: Conversation, new_page: Callable[..., object], new_trunk: Callable[..., TrunkPhone]
) -> None:
    """The trunk was answered before the page had spoken: it is told anew."""
    call.page = new_page((PCMU,), NO_OPUS)  # type: ignore[assignment]
    call.trunk = new_trunk(TELEPHONE)
    await call.point_trunk()
    await call.offer_page()
    assert await call.engine.take_page_answer(call.name, call.page.answer())
    await call.page.connect()
    offered = call.trunk.take(await call.engine.trunk_offer(call.name))
    assert [codec.name for codec in offered.codecs] == ["PCMU", "PCMA", "telephone-event"]
    call.trunk.codecs = [PCMU, TELEPHONE_EVENT]
    assert not await call.engine.take_trunk_answer(call.name, call.trunk.describe(2))
    await call.talk()


@pytest.mark.needs("no transcoding")
async def test_party_with_nothing_but_opus_and_a_page_without(
    call: Conversation, new_page: Callable[..., object], new_trunk: Callable[..., TrunkPhone]
) -> None:
    call.page = new_page((PCMU,), NO_OPUS)  # type: ignore[assignment]
    await call.outgoing()
    party = new_trunk([OPUS])
    with pytest.raises(MediaError) as refusal:
        await call.engine.take_trunk_offer(call.name, party.describe())
    assert refusal.value.status == 488


@pytest.mark.needs("renumbering")
@pytest.mark.parametrize(
    ("event", "duration"), [(OPUS_EVENT.numbered(121), 4800), (TELEPHONE_EVENT, 800)], ids=["48000", "8000"]
)
async def test_digits_in_the_clock_of_the_other_side(
    call: Conversation, new_trunk: Callable[..., TrunkPhone], event: Codec, duration: int
) -> None:
    """The page sends 48 kHz events with Opus; a telephone may know those of 8 kHz only."""
    call.trunk = new_trunk([OPUS.numbered(120), event])
    await call.engine.take_page_offer(call.name, call.page.offer())
    call.trunk.take(await call.engine.trunk_offer(call.name))
    await call.engine.take_trunk_answer(call.name, call.trunk.describe())
    call.page.take(await call.engine.page_answer(call.name))
    await call.page.connect()
    assert await call.told(MediaEventKind.CONNECTED)
    call.page.send(111, bytes(60), step=STEP)
    call.page.send(110, bytes([5, 0x8A]) + (4800).to_bytes(2, "big"))
    assert await until(lambda: len(call.trunk.received) == 2)
    digit = call.trunk.received[-1]
    assert digit.payload_type == event.payload_type
    assert digit.payload == bytes([5, 0x8A]) + duration.to_bytes(2, "big")
    assert payloads("5", 100)[-1][:2] == digit.payload[:2]
