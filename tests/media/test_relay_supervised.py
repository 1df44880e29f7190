"""Workers that somebody else starts, as systemd does: the engine finds them, waits for them, and leaves them alone."""

from __future__ import annotations

import asyncio
import shlex
import sys
from asyncio.subprocess import Process
from dataclasses import replace
from pathlib import Path

import pytest

from cordboard.config import PortRange, lab_settings
from cordboard.deploy.machine import systemd
from cordboard.media.port import MediaEvent, MediaEventKind
from cordboard.media.relay.engine import RelayEngine
from cordboard.media.relay.launch import WorkerFailed, end_worker, socket_path, start_worker
from cordboard.media.relay.settings import RelaySettings, relay_settings
from kit.phone import until
from kit.relay import TEST_SETTINGS


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    tmp_path.chmod(0o700)
    return tmp_path


@pytest.fixture
def settings(directory: Path) -> RelaySettings:
    return replace(TEST_SETTINGS, workers=1, worker_directory=str(directory), supervised=True)


async def unit(settings: RelaySettings) -> Process:
    """What systemd does with cordboard-media@0."""
    return await start_worker(socket_path(Path(settings.worker_directory), 0), settings)


async def test_a_worker_that_comes_later_is_waited_for(settings: RelaySettings) -> None:
    starting = asyncio.ensure_future(RelayEngine.start(settings))  # noqa: TID251
    worker = await unit(settings)
    engine = await starting
    try:
        (found,) = engine.workers.running.values()
        assert (found.pid, found.process) == (worker.pid, None)
    finally:
        await engine.shutdown()
        await end_worker(worker, 3.0)
    assert worker.returncode == 0  # an orderly end, after which systemd starts the next one


async def test_a_worker_that_died_is_replaced_by_others_and_its_calls_move(settings: RelaySettings) -> None:
    first = await unit(settings)
    engine = await RelayEngine.start(settings)
    events: list[MediaEvent] = []
    engine.on_event(events.append)
    await engine.page_offer("call")
    first.kill()
    await first.wait()
    second = await unit(settings)
    try:
        await until(lambda: bool(events), 5.0)
        assert (events[0].call, events[0].kind) == ("call", MediaEventKind.MOVED)
        assert [worker.pid for worker in engine.workers.running.values()] == [second.pid]
        await engine.page_offer("call")
    finally:
        await engine.shutdown()
        await end_worker(second, 3.0)


async def test_calls_outlive_the_engine(settings: RelaySettings) -> None:
    worker = await unit(settings)
    engine = await RelayEngine.start(settings)
    await engine.page_offer("call")
    await engine.snapshot("call", "kept")
    await engine.leave()
    engine = await RelayEngine.start(settings)
    try:
        assert [(each.call, each.snapshot) for each in await engine.list()] == [("call", "kept")]
    finally:
        await engine.shutdown()
        await end_worker(worker, 3.0)


async def test_nobody_starts_one(settings: RelaySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cordboard.media.relay.workers.START_SECONDS", 0.2)
    with pytest.raises(WorkerFailed, match=r"worker-0\.sock: is cordboard-media@0\.service running\?"):
        await RelayEngine.start(settings)


async def test_the_command_of_the_rendered_unit(directory: Path) -> None:
    settings = lab_settings(
        {
            "media.worker_directory": str(directory),
            "media.workers_by": "systemd",
            "media.rtp_ports": PortRange(*TEST_SETTINGS.rtp_ports),
            "site.install_directory": str(Path(sys.executable).parent.parent),
        }
    )
    (unit_file,) = [each for each in systemd.render(settings) if "media" in each.path]
    (line,) = [line for line in unit_file.text.splitlines() if line.startswith("ExecStart=")]
    command = [word.replace("%i", "0") for word in shlex.split(line.removeprefix("ExecStart="))]
    worker = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.DEVNULL)
    engine = await RelayEngine.start(relay_settings(settings))
    try:
        (found,) = engine.workers.running.values()
        greeting = await found.link.request("hello")
        assert greeting["pid"] == worker.pid
        assert greeting["settings"] == relay_settings(settings).to_json()
    finally:
        await engine.shutdown()
        await end_worker(worker, 3.0)
