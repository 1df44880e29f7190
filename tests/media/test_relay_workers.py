"""The relay's workers as processes: start, death, adoption, end. Nothing of this is part of the engine port."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import time
from dataclasses import replace
from pathlib import Path

import pytest

from cordboard.media.port import MediaError, MediaEvent, MediaEventKind, PlaceGone
from cordboard.media.relay.engine import RelayEngine
from cordboard.media.relay.launch import WorkerFailed
from cordboard.media.relay.settings import RelaySettings, TrunkSource
from cordboard.sdp.plain import read_plain
from kit.conversation import Conversation
from kit.page import PagePhone
from kit.phone import until
from kit.relay import FIRST_PORT, TEST_SETTINGS, relay
from kit.trunk import TrunkPhone

MOVED = MediaEventKind.MOVED


def workers_of(engine: RelayEngine) -> list[int]:
    return [worker.process.pid for worker in engine.workers.running.values() if worker.process is not None]


def runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def abandon(engine: RelayEngine) -> None:
    """What is left of an engine whose process was killed: its connections end, nothing else happens."""
    engine.workers._ending.set()
    for worker in engine.workers.running.values():
        worker.link.close()


async def test_calls_are_spread_over_the_workers() -> None:
    async with relay(workers=2) as engine:
        for number in range(4):
            await engine.page_offer(f"call-{number}")
        assert sorted(len(worker.calls) for worker in engine.workers.running.values()) == [2, 2]
        assert len(await engine.list()) == 4
        ports = {line for number in range(4) for line in (await engine.page_offer(f"call-{number}")).splitlines()
                 if line.startswith("a=candidate")}  # fmt: skip
        assert len(ports) == 2, "one WebRTC port for all pages of a worker"


async def test_without_a_worker_a_verb_is_refused_when_it_is_awaited() -> None:
    """The gateway asks in the middle of a call's step: an exception there would break the call instead of ending it."""
    async with relay(workers=0) as engine:
        offer = engine.page_offer("call")
        with pytest.raises(MediaError) as refusal:
            await offer
        assert refusal.value.status == 503


async def test_calls_of_a_killed_worker_move_to_its_replacement() -> None:
    """There is no other; until then nothing is asked of anybody."""
    async with relay() as engine:
        events: list[MediaEvent] = []
        engine.on_event(events.append)
        await engine.page_offer("a")
        await engine.page_offer("b")
        await engine.page_offer("c")
        (pid,) = workers_of(engine)
        os.kill(pid, signal.SIGKILL)
        assert await until(lambda: not workers_of(engine))
        with pytest.raises(PlaceGone):
            await engine.trunk_offer("a")
        await engine.close("c")
        assert (await engine.health()).calls == 2
        assert not events
        assert await until(lambda: len(events) == 2, 10.0)
        assert {(event.call, event.kind) for event in events} == {("a", MOVED), ("b", MOVED)}
        assert (await engine.health()).ok
        assert "m=audio" in await engine.trunk_offer("a")


async def test_calls_of_a_killed_worker_move_to_the_others_at_once() -> None:
    async with relay(workers=3) as engine:
        told: list[tuple[str, MediaEventKind, int]] = []
        for number in range(12):
            await engine.trunk_offer(f"call-{number}")
        killed = engine.workers.running[1]
        lost, others = set(killed.calls), [engine.workers.running[0], engine.workers.running[2]]
        engine.on_event(lambda event: told.append((event.call, event.kind, engine.workers.missing)))
        os.kill(killed.pid, signal.SIGKILL)
        assert await until(lambda: len(told) == 4)
        assert {call for call, _, _ in told} == lost
        assert {(kind, missing) for _, kind, missing in told} == {(MOVED, 1)}
        assert [len(worker.calls) for worker in others] == [6, 6]


async def test_calls_that_nobody_can_carry_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cordboard.media.relay.workers.WAIT_SECONDS", 0.1)

    async def refused(*_: object) -> None:
        raise WorkerFailed("no port")

    async with relay() as engine:
        events: list[MediaEvent] = []
        engine.on_event(events.append)
        await engine.page_offer("a")
        monkeypatch.setattr("cordboard.media.relay.workers.start_worker", refused)
        os.kill(workers_of(engine)[0], signal.SIGKILL)
        assert await until(lambda: len(events) == 1)
        assert events == [MediaEvent("a", MediaEventKind.WORKER_GONE, "its media worker died")]
        assert not (await engine.health()).calls
        with pytest.raises(MediaError):
            await engine.stats("a")


async def test_worker_that_hangs_is_killed_and_replaced() -> None:
    async with relay(watch_seconds=0.3) as engine:
        events: list[MediaEvent] = []
        engine.on_event(events.append)
        await engine.page_offer("a")
        (pid,) = workers_of(engine)
        os.kill(pid, signal.SIGSTOP)
        assert await until(lambda: events == [MediaEvent("a", MOVED, "its media worker died")], 10.0)
        assert workers_of(engine) != [pid]


async def test_requests_that_a_dying_worker_had_not_answered_fail() -> None:
    async with relay() as engine:
        await engine.page_offer("a")
        (pid,) = workers_of(engine)
        os.kill(pid, signal.SIGSTOP)
        waiting = asyncio.gather(engine.trunk_offer("a"), engine.page_offer("a"), return_exceptions=True)
        await asyncio.sleep(0.05)
        os.kill(pid, signal.SIGKILL)
        for failure in await waiting:
            assert isinstance(failure, MediaError)
            assert failure.status == 503
        health = await engine.health()
        assert not health.ok
        assert "not running" in health.why
        with pytest.raises(MediaError):
            await engine.page_offer("nowhere")


async def test_shutdown_leaves_no_process_and_no_file() -> None:
    async with relay(workers=2) as engine:
        pids = workers_of(engine)
        directory = engine.workers.directory
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700
        await engine.page_offer("a")
    assert not any(runs(pid) for pid in pids)
    assert not directory.exists()


async def test_sigterm_ends_a_worker_cleanly() -> None:
    async with relay() as engine:
        worker = engine.workers.running[0]
        assert worker.process is not None
        engine.workers._ending.set()
        worker.process.terminate()
        assert await asyncio.wait_for(worker.process.wait(), 5.0) == 0


async def test_calls_outlive_their_engine_and_are_adopted(tmp_path: Path) -> None:
    settings = {"worker_directory": str(tmp_path / "workers")}
    first = await RelayEngine.start(_settings(**settings))
    page, trunk = PagePhone(), TrunkPhone()
    try:
        call = Conversation(first, [], page, trunk)
        call.told = _yes  # type: ignore[method-assign, assignment]
        await call.incoming()
        await first.snapshot(call.name, "the dialogs")
        processes = [worker.process for worker in first.workers.running.values()]
        abandon(first)
        await call.talk()
        async with relay(**settings) as second:
            events: list[MediaEvent] = []
            second.on_event(events.append)
            assert [(listed.call, listed.snapshot) for listed in await second.list()] == [(call.name, "the dialogs")]
            assert workers_of(second) == [], "adopted, not started"
            call.engine = second
            await call.talk()
            assert (await second.stats(call.name)).trunk.packets_received > 15
            await second.close(call.name)
            assert await second.list() == []
        for process in processes:
            assert process is not None
            assert await asyncio.wait_for(process.wait(), 5.0) == 0
    finally:
        page.close()
        trunk.close()


async def _yes(_: MediaEventKind) -> bool:
    return True


def _settings(**changes: object) -> RelaySettings:
    return replace(TEST_SETTINGS, **changes)  # type: ignore[arg-type]


async def test_idle_worker_with_other_settings_is_replaced(tmp_path: Path) -> None:
    directory = str(tmp_path / "workers")
    first = await RelayEngine.start(_settings(worker_directory=directory))
    (process,) = [worker.process for worker in first.workers.running.values()]
    abandon(first)
    async with relay(worker_directory=directory, advertise="127.0.0.9") as second:
        assert len(workers_of(second)) == 1
        assert read_plain(await second.trunk_offer("a")).address == "127.0.0.9"
        assert process is not None
        assert await asyncio.wait_for(process.wait(), 5.0) == 0


async def test_worker_that_nobody_needs_ends(tmp_path: Path) -> None:
    settings = _settings(worker_directory=str(tmp_path / "workers"), orphan_seconds=0.3)
    engine = await RelayEngine.start(settings)
    await engine.trunk_offer("never answered")
    (process,) = [worker.process for worker in engine.workers.running.values()]
    began = time.monotonic()
    abandon(engine)
    assert process is not None
    assert await asyncio.wait_for(process.wait(), 5.0) == 0
    assert time.monotonic() - began >= 0.25
    assert list((tmp_path / "workers").iterdir()) == []


async def test_directory_of_a_killed_engine_goes_with_its_worker() -> None:
    engine = await RelayEngine.start(_settings(orphan_seconds=0.2))
    (worker,) = engine.workers.running.values()
    abandon(engine)
    assert worker.process is not None
    await asyncio.wait_for(worker.process.wait(), 5.0)
    assert not engine.workers.directory.exists()


async def test_dead_socket_of_a_killed_worker_is_no_trouble(tmp_path: Path) -> None:
    directory = tmp_path / "workers"
    directory.mkdir(mode=0o700)
    (directory / "worker-0.sock").touch()
    (directory / "worker-7.sock").touch()
    async with relay(worker_directory=str(directory)) as engine:
        assert (await engine.health()).ok
    assert list(directory.iterdir()) == []


async def test_directory_that_others_can_enter_is_refused(tmp_path: Path) -> None:
    directory = tmp_path / "open"
    directory.mkdir()
    directory.chmod(0o755)
    with pytest.raises(WorkerFailed, match="0700"):
        await RelayEngine.start(_settings(worker_directory=str(directory)))


async def test_address_that_is_not_ours_is_said_clearly() -> None:
    with pytest.raises(WorkerFailed, match="assign"):
        await RelayEngine.start(_settings(address="192.0.2.1"))


async def test_no_port_left_is_503_and_a_closed_call_makes_room() -> None:
    async with relay(rtp_ports=(FIRST_PORT + 60, FIRST_PORT + 63)) as engine:
        await engine.trunk_offer("a")
        await engine.trunk_offer("b")
        with pytest.raises(MediaError) as refusal:
            await engine.trunk_offer("c")
        assert refusal.value.status == 503
        assert {listed.call for listed in await engine.list()} == {"a", "b"}
        await engine.close("a")
        await engine.close("c")
        assert "m=audio" in await engine.trunk_offer("c")


async def test_latching_takes_the_first_port_of_the_described_address_only() -> None:
    async with relay(trunk_source=TrunkSource.LATCH) as engine:
        page, described, behind_nat, stranger = PagePhone(), TrunkPhone(), TrunkPhone(), TrunkPhone(host="127.0.0.77")
        try:
            call = Conversation(engine, [], page, described)
            engine.on_event(call._events.append)
            await call.incoming()
            behind_nat.peer = stranger.peer = described.peer
            page.speak(440.0)
            assert await described.hears(440.0)
            stranger.speak(1700.0)
            assert await page.stays_silent(), "another address is never latched"
            behind_nat.speak(1000.0)
            assert await page.hears(1000.0)
            assert await behind_nat.hears(440.0)
            described.speak(1200.0)
            assert not await page.hears(1200.0, within=0.3), "latched once"
            await call.point_trunk(stranger)
            stranger.hush()
            stranger.speak(1400.0)
            assert await page.hears(1400.0)
        finally:
            for phone in (page, described, behind_nat, stranger):
                phone.close()


async def test_verbs_are_quick() -> None:
    """Far from the aim of 0.3 ms, so that a busy machine does not fail it, and far below what an agent could notice."""
    async with relay() as engine:
        await engine.trunk_offer("a")
        began = time.perf_counter()
        for _ in range(100):
            await engine.stats("a")
        assert (time.perf_counter() - began) / 100 < 0.01


async def test_left_workers_carry_their_calls_on_for_the_next_engine(tmp_path: Path) -> None:
    settings = {"worker_directory": str(tmp_path / "workers")}
    first = await RelayEngine.start(_settings(**settings))
    await first.trunk_offer("a")
    (process,) = [worker.process for worker in first.workers.running.values()]
    assert process is not None
    await first.leave()
    assert runs(process.pid)
    async with relay(**settings) as second:
        assert [listed.call for listed in await second.list()] == ["a"]
    assert await asyncio.wait_for(process.wait(), 5.0) == 0


async def test_start_that_fails_ends_no_adopted_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two workers are wanted now, the second one cannot be had: the calls of the first go on."""
    directory = str(tmp_path / "workers")
    first = await RelayEngine.start(_settings(worker_directory=directory))
    await first.trunk_offer("a")
    (process,) = [worker.process for worker in first.workers.running.values()]
    assert process is not None
    abandon(first)

    async def refused(*_: object) -> None:
        raise WorkerFailed("no port")

    with monkeypatch.context() as broken:
        broken.setattr("cordboard.media.relay.workers.start_worker", refused)
        with pytest.raises(WorkerFailed):
            await RelayEngine.start(_settings(worker_directory=directory, workers=2))
    assert runs(process.pid)
    async with relay(worker_directory=directory) as third:
        assert [listed.call for listed in await third.list()] == ["a"]
    assert await asyncio.wait_for(process.wait(), 5.0) == 0
