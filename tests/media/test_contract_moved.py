"""What carries a call is killed: every engine gives the call to another at once and says so, and it goes on there as
soon as both sides have been offered the new place.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from cordboard.media.port import Direction, MediaEngine, MediaError, MediaEvent, MediaEventKind, Side
from cordboard.sdp.codec import OPUS, OPUS_EVENT
from cordboard.sdp.plain import read_plain
from kit.carriers import CARRIERS, Carried
from kit.conversation import Conversation
from kit.looking import incoming_video, look
from kit.page import PagePhone
from kit.trunk import TrunkPhone

pytestmark = pytest.mark.asyncio(loop_scope="module")


RUNNING: dict[MediaEngine, Carried] = {}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def engine(request: pytest.FixtureRequest) -> AsyncIterator[MediaEngine]:
    """Every engine that there is, with two that carry its calls."""
    async with CARRIERS[request.param]() as carried:
        RUNNING[carried.engine] = carried
        yield carried.engine
        del RUNNING[carried.engine]


@pytest_asyncio.fixture(loop_scope="module")
async def carried(engine: MediaEngine) -> Carried:
    """Whole again, whatever was killed before."""
    await RUNNING[engine].whole()
    return RUNNING[engine]


async def moves(carried: Carried, *calls: Conversation) -> None:
    """Kill what carries the first of the calls; all are told to have moved."""
    await carried.kill(calls[0].name)
    for call in calls:
        assert await call.told(MediaEventKind.MOVED)
        assert MediaEventKind.WORKER_GONE not in call.events


async def test_both_hear_each_other_again(call: Conversation, carried: Carried) -> None:
    await call.incoming()
    await call.talk()
    await moves(carried, call)
    await call.offer_the_new_place()
    assert call.name in [listed.call for listed in await call.engine.list()]
    await call.talk()
    found = await call.statistics()
    assert found.page.packets_received >= 10
    assert found.trunk.packets_received >= 10


async def test_a_call_that_the_page_made(call: Conversation, carried: Carried) -> None:
    await call.outgoing()
    await moves(carried, call)
    await call.offer_the_new_place()
    await call.talk()


async def test_held_by_the_agent(call: Conversation, carried: Carried) -> None:
    """The new place knows nothing of it; it is told before it makes a description."""
    await call.incoming()
    await call.engine.direction(call.name, Side.TRUNK, Direction.INACTIVE)
    await moves(carried, call)
    await call.engine.direction(call.name, Side.TRUNK, Direction.INACTIVE)
    await call.offer_the_new_place()
    assert read_plain(await call.engine.trunk_offer(call.name)).direction == "inactive"
    call.page.speak(440.0)
    assert await call.trunk.stays_silent()
    await call.engine.direction(call.name, Side.TRUNK, Direction.SENDRECV)
    await call.talk()


async def test_before_it_was_answered(call: Conversation, carried: Carried) -> None:
    """The page's offer is taken in and answered once more, as in a call that begins."""
    await call.engine.take_page_offer(call.name, call.page.offer())
    await call.engine.page_answer(call.name)
    await call.engine.trunk_offer(call.name)
    await moves(carried, call)
    await call.outgoing()
    await call.talk()


async def test_snapshot_is_kept_in_the_new_place_and_the_call_closed_there(
    call: Conversation, carried: Carried
) -> None:
    await call.incoming()
    await call.engine.snapshot(call.name, "before")
    await moves(carried, call)
    await call.engine.snapshot(call.name, "after")
    assert (call.name, "after") in [(listed.call, listed.snapshot) for listed in await call.engine.list()]
    await call.engine.close(call.name)
    with pytest.raises(MediaError):
        await call.engine.stats(call.name)


async def test_what_is_asked_meanwhile_does_not_hang(call: Conversation, carried: Carried) -> None:
    await call.incoming()
    await carried.kill(call.name)
    asked = (call.engine.trunk_offer(call.name), call.engine.page_offer(call.name))
    async with asyncio.timeout(5.0):
        outcomes = await asyncio.gather(*asked, return_exceptions=True)
    assert all(isinstance(each, str | MediaError) for each in outcomes)
    assert await call.told(MediaEventKind.MOVED)
    await call.offer_the_new_place()
    await call.talk()


async def test_every_call_of_it_moves_and_no_other(
    call: Conversation,
    carried: Carried,
    events: list[MediaEvent],
    new_page: Callable[..., PagePhone],
    new_trunk: Callable[..., TrunkPhone],
) -> None:
    others = [Conversation(call.engine, events, new_page(), new_trunk()) for _ in range(3)]
    try:
        for each in (call, *others):
            await each.incoming()
        await moves(carried, call)
        await asyncio.sleep(0.3)
        moved = [each for each in (call, *others) if MediaEventKind.MOVED in each.events]
        assert len(moved) == 2, "calls are spread evenly"
        for each in moved:
            await each.offer_the_new_place()
        for each in (call, *others):
            await each.talk()
    finally:
        for each in others:
            await call.engine.close(each.name)


async def test_opus_stays(call: Conversation, carried: Carried) -> None:
    """By what both have said last; else a call would begin with G.711, as it does between strangers."""
    call.page.codecs = call.trunk.codecs = [OPUS, OPUS_EVENT]
    await call.incoming()
    await moves(carried, call)
    await call.offer_the_new_place()
    assert call.trunk.peer is not None
    assert call.trunk.peer.codecs[0].matches(OPUS)
    assert (await call.statistics()).page.codec == "OPUS"


@pytest.mark.needs("video")
async def test_pictures_go_on(call: Conversation, carried: Carried) -> None:
    await incoming_video(call)
    await look(call)
    await moves(carried, call)
    await call.offer_the_new_place()
    await look(call)
