"""Another page takes a call up, and a page's network changes: the trunk's side goes on. Contract of every engine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from cordboard.media.port import Direction, MediaEngine, MediaError, MediaEventKind, Side
from kit.conversation import Conversation
from kit.page import PagePhone

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def taken_up(call: Conversation, page: PagePhone) -> None:
    """`page` is the call's page from now on."""
    await call.engine.renew_page(call.name)
    call.page = page
    await call.offer_page()
    await call.take_page_answer()
    await page.connect()


async def test_a_new_page_takes_the_call_up_and_the_trunk_hears_one_stream(
    call: Conversation, new_page: Callable[..., PagePhone]
) -> None:
    await call.incoming()
    await call.talk()
    old, trunk_port = call.page, call.trunk.peer
    described = old.remote
    assert described is not None
    await taken_up(call, new_page())
    remote = call.page.remote
    assert remote is not None
    assert (remote.ice_ufrag, remote.ice_password) != (described.ice_ufrag, described.ice_password)
    call.page.speak(700.0)
    heard = await asyncio.gather(call.trunk.hears(700.0), call.page.hears(1000.0))
    assert heard == [True, True]
    assert call.unbroken(call.trunk), "SIP Server's side must see one SSRC and one sequence"
    assert call.trunk.peer == trunk_port
    assert call.events == [MediaEventKind.CONNECTED, MediaEventKind.CONNECTED]


async def test_the_old_page_is_neither_heard_nor_answered(
    call: Conversation, new_page: Callable[..., PagePhone]
) -> None:
    await call.incoming()
    await call.talk()
    old = call.page
    await taken_up(call, new_page())
    answers, received = old.stun_answers, len(old.received)
    old.check()
    assert await call.page.hears(1000.0)
    assert not await call.trunk.hears(440.0, within=0.5), "the old page still speaks"
    assert old.stun_answers == answers
    assert len(old.received) <= received + 2, "what was on its way"


async def test_between_the_pages_the_trunk_is_not_heard_by_anybody(
    call: Conversation, new_page: Callable[..., PagePhone]
) -> None:
    await call.incoming()
    await call.talk()
    old = call.page
    await call.engine.renew_page(call.name)
    assert await old.falls_silent()
    assert await call.trunk.falls_silent()
    call.page = new_page()
    await call.offer_page()
    await call.take_page_answer()
    await call.page.connect()
    call.page.speak(700.0)
    heard = await asyncio.gather(call.trunk.hears(700.0), call.page.hears(1000.0))
    assert heard == [True, True]


async def test_answer_of_the_old_page_is_not_taken_after_the_renewal(call: Conversation) -> None:
    """Its fingerprint would vouch for it; its ICE credentials do not exist any more."""
    await call.incoming()
    late = call.page.answer()
    await call.engine.renew_page(call.name)
    await call.engine.page_offer(call.name)
    await call.engine.take_page_answer(call.name, late)
    before = call.page.stun_answers
    call.page.check()
    call.page.speak(440.0)
    assert await call.trunk.stays_silent()
    assert call.page.stun_answers == before


async def test_a_held_call_is_taken_up_and_retrieved(call: Conversation, new_page: Callable[..., PagePhone]) -> None:
    await call.incoming()
    await call.talk()
    await call.engine.direction(call.name, Side.TRUNK, Direction.INACTIVE)
    await taken_up(call, new_page())
    call.page.speak(700.0)
    silent = await asyncio.gather(call.trunk.falls_silent(), call.page.falls_silent())
    assert silent == [True, True]
    await call.engine.direction(call.name, Side.TRUNK, Direction.SENDRECV)
    heard = await asyncio.gather(call.trunk.hears(700.0), call.page.hears(1000.0))
    assert heard == [True, True]
    assert call.unbroken(call.trunk)


async def test_another_page_again_and_again(call: Conversation, new_page: Callable[..., PagePhone]) -> None:
    await call.incoming()
    call.trunk.speak(1000.0)
    for frequency in (500.0, 600.0, 700.0):
        await taken_up(call, new_page())
        call.page.speak(frequency)
        heard = await asyncio.gather(call.trunk.hears(frequency), call.page.hears(1000.0))
        assert heard == [True, True]
        call.page.hush()
    assert call.unbroken(call.trunk)


async def test_changed_network_moves_only_when_the_new_path_is_nominated(call: Conversation) -> None:
    """Another address and another ufrag: the association goes on, the old path carries until the new one is chosen."""
    await call.incoming()
    await call.talk()
    call.page.restart_ice()
    await call.engine.take_page_offer(call.name, call.page.offer())
    answer = await call.engine.page_answer(call.name)
    heard = await asyncio.gather(call.trunk.hears(440.0), call.page.hears(1000.0))
    assert heard == [True, True], "the old path carries on"
    first, second = call.page.remote, call.page.take(answer)
    assert first is not None
    assert first.candidates[0].priority < second.candidates[0].priority, "the new path is the better one"
    call.page.move()
    assert await call.page.nominate()
    heard = await asyncio.gather(call.trunk.hears(440.0), call.page.hears(1000.0))
    assert heard == [True, True]
    assert call.unbroken(call.trunk)
    assert call.unbroken(call.page)
    assert call.events == [MediaEventKind.CONNECTED]


async def test_renewing_a_call_that_nobody_has_touched_is_harmless(engine: MediaEngine, call: Conversation) -> None:
    await engine.renew_page(call.name)
    assert "m=audio" in await engine.page_offer(call.name)
    with pytest.raises(MediaError):
        await engine.page_answer(call.name)
