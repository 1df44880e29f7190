"""The relay's workers share the load: who gets a new call, when none does, and what a restart leaves alone."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from cordboard.media.port import MediaEvent, MediaEventKind, MediaFull
from cordboard.media.relay.engine import RelayEngine
from cordboard.media.relay.launch import core_for
from cordboard.media.relay.placement.placement import Worker
from cordboard.media.relay.settings import RelaySettings
from kit.conversation import Conversation
from kit.page import PagePhone
from kit.phone import until
from kit.relay import relay
from kit.trunk import TrunkPhone


@pytest.fixture
async def engine() -> AsyncIterator[RelayEngine]:
    async with relay(workers=2) as engine:
        yield engine


def workers_of(engine: RelayEngine) -> list[Worker]:
    return [engine.workers.running[index] for index in sorted(engine.workers.running)]


def say(engine: RelayEngine, *loads: float) -> None:
    """What the workers would have said; they say what is true within a second."""
    for worker, load in zip(workers_of(engine), loads, strict=True):
        worker.link._handle({"load": load, "calls": len(worker.calls), "draining": False})


def carrier(engine: RelayEngine, call: str) -> Worker:
    worker = engine.workers.placement.carrying(call)
    assert worker is not None
    return worker


async def test_a_worker_tells_how_busy_it_is() -> None:
    async with relay() as engine:
        await engine.trunk_offer("a")
        end = asyncio.get_running_loop().time() + 8.0
        while (await engine.health()).load < 0.1 and asyncio.get_running_loop().time() < end:
            await asyncio.gather(*(engine.stats("a") for _ in range(100)))
        health = await engine.health()
        assert 0.1 <= health.load <= 1.0
        assert health.loads == {0: health.load}
        (worker,) = workers_of(engine)
        assert worker.load_calls == 1
        assert await until(lambda: worker.load < 0.1), "idle again"


async def test_a_new_call_goes_to_the_least_busy_worker(engine: RelayEngine) -> None:
    first, second = workers_of(engine)
    for number in range(6):
        say(engine, 0.5, 0.1)
        offer = engine.trunk_offer(f"call-{number}")
        assert carrier(engine, f"call-{number}") is second
        await offer
    assert (len(first.calls), len(second.calls)) == (0, 6)


async def test_new_calls_are_refused_while_every_worker_is_full_and_no_other(engine: RelayEngine) -> None:
    await engine.trunk_offer("old")
    with capture_logs() as lines:
        say(engine, 0.85, 0.7)
        room = engine.trunk_offer("room")
        say(engine, 0.85, 0.95)
        refused = [engine.take_trunk_offer("new", ""), engine.page_offer("new")]
        known = engine.trunk_offer("old")
        say(engine, 0.75, 0.95)
        refused.append(engine.page_offer("another"))
        assert engine.workers.placement.shedding
        say(engine, 0.69, 0.95)
        assert not engine.workers.placement.shedding
        again = engine.page_offer("new")
    for each in refused:
        with pytest.raises(MediaFull, match="full") as refusal:
            await each
        assert refusal.value.status == 503
    for text in (await room, await known, await again):
        assert "m=audio" in text
    assert {listed.call for listed in await engine.list()} == {"old", "room", "new"}
    assert [line["event"] for line in lines] == [
        "media workers are full: new calls are refused",
        "media workers take new calls again",
    ]


async def test_without_a_limit_nothing_is_refused() -> None:
    async with relay(load_limit=0) as engine:
        say(engine, 1.0)
        assert "m=audio" in await engine.trunk_offer("a")
        assert not (await engine.health()).shedding


async def test_a_worker_is_restarted_after_its_last_call(engine: RelayEngine) -> None:
    old, other = workers_of(engine)
    await engine.trunk_offer("a")
    assert carrier(engine, "a") is old
    os.kill(old.pid, signal.SIGHUP)
    assert await until(lambda: old.link.draining)
    for number in range(3):
        await engine.trunk_offer(f"later-{number}")
        assert carrier(engine, f"later-{number}") is other
    assert (await engine.stats("a")).connected == 0.0, "it goes on"
    with capture_logs() as lines:
        await engine.close("a")
        assert await until(lambda: workers_of(engine)[0].pid not in (old.pid, other.pid), 10.0)
    assert "media worker is gone" not in [line["event"] for line in lines]
    assert (await engine.health()).ok
    assert len(other.calls) == 3


async def test_a_worker_that_dies_takes_no_other_workers_calls_with_it(engine: RelayEngine) -> None:
    events: list[MediaEvent] = []
    engine.on_event(events.append)
    page, trunk = PagePhone(), TrunkPhone()
    try:
        call = Conversation(engine, events, page, trunk)
        await call.incoming()
        await call.talk()
        await engine.trunk_offer("victim")
        assert carrier(engine, "victim") is not carrier(engine, call.name)
        os.kill(carrier(engine, "victim").pid, signal.SIGKILL)
        assert await until(lambda: "victim" in [event.call for event in events])
        assert await until(lambda: len(workers_of(engine)) == 2, 10.0)
        await call.talk()
        assert page.unbroken()
        assert trunk.unbroken()
        assert [event.kind.value for event in events if event.call == call.name] == ["connected"]
    finally:
        page.close()
        trunk.close()


async def test_calls_of_a_dead_worker_are_taken_by_a_full_one(engine: RelayEngine) -> None:
    events: list[MediaEvent] = []
    engine.on_event(events.append)
    await engine.trunk_offer("a")
    os.kill(carrier(engine, "a").pid, signal.SIGKILL)
    assert await until(lambda: events)
    assert events == [MediaEvent("a", MediaEventKind.MOVED, events[0].why)]
    for worker in workers_of(engine):
        worker.link._handle({"load": 0.95, "calls": len(worker.calls), "draining": False})
    moved, new = engine.trunk_offer("a"), engine.trunk_offer("new")
    assert "m=audio" in await moved
    with pytest.raises(MediaFull):
        await new


def test_cores_are_dealt_out_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {7, 2, 3})
    assert [core_for(index, RelaySettings(workers=3)) for index in range(3)] == [2, 3, 7]
    assert core_for(4, RelaySettings(workers=2)) == 3, "an adopted directory may have left a gap"
    assert core_for(0, RelaySettings(workers=1)) is None, "alone"
    assert core_for(0, RelaySettings(workers=4)) is None, "more workers than cores"
    assert core_for(0, RelaySettings(workers=3, pin_workers=False)) is None


async def test_workers_keep_to_their_cores(engine: RelayEngine) -> None:
    everywhere = os.sched_getaffinity(0)
    for worker in workers_of(engine):
        core = core_for(worker.index, RelaySettings(workers=2))
        assert os.sched_getaffinity(worker.pid) == ({core} if core is not None else everywhere)
    async with relay(workers=2, pin_workers=False) as free:
        assert [os.sched_getaffinity(worker.pid) for worker in workers_of(free)] == [everywhere, everywhere]
