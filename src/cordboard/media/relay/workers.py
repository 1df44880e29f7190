"""The worker processes of one engine: adopted or started, watched, replaced when they die, ended with the engine.

Workers outlive an engine that was killed: the next engine on the same directory finds their sockets, their calls and
the snapshots beside them. A worker with other settings is replaced when it has no calls, and kept until the engine
ends when it has.

The calls of a worker that died are the others' at once, or, where there is none, those of the next one that runs. They
are told when all of them have their place, because whoever hears it asks for media immediately.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

from cordboard.media.port import MediaError, MediaEvent, MediaEventKind
from cordboard.media.relay.launch import (
    START_SECONDS,
    WorkerFailed,
    core_for,
    end_worker,
    forget_socket,
    private_directory,
    socket_path,
    sockets_found,
    start_worker,
)
from cordboard.media.relay.link import WorkerLink, connect
from cordboard.media.relay.placement.placement import Placement, Worker
from cordboard.media.relay.settings import RelaySettings
from cordboard.net.tasks import Tasks
from cordboard.observe import get_log

log = get_log("media")

END_SECONDS = 3.0  # that a worker which was told to end may take
WAIT_SECONDS = 5.0  # that calls without any worker wait for one
RESTART_SECONDS = (0.0, 1.0, 5.0, 15.0)  # before each try to replace a worker; the last one repeats
CALLS_FIRST_SECONDS = 1.0  # before a worker is replaced whose calls others have taken: those use the processor now
DIED = "its media worker died"


class Workers:
    """Made without any; `start` brings up as many as the settings say."""

    def __init__(self, settings: RelaySettings, on_event: Callable[[MediaEvent], None]) -> None:
        """Raises `WorkerFailed` when the directory for their sockets cannot be used."""
        self._settings = settings
        self._on_event = on_event
        self._tasks = Tasks("media")
        self._ending = asyncio.Event()
        self._replacements: set[asyncio.Task[None]] = set()
        self.directory = private_directory(settings.worker_directory)
        self.running: dict[int, Worker] = {}
        self.placement = Placement(self.running, settings.load_limit)

    @property
    def missing(self) -> int:
        """How many of the workers that there should be do not run."""
        return max(0, self._settings.workers - len(self.running))

    # --- beginning

    async def start(self) -> None:
        """Adopt what runs, start what is missing. Raises `WorkerFailed`."""
        for index, path in sockets_found(self.directory):
            await self._adopt(index, path)
        for index in range(self._settings.workers):
            if index not in self.running:
                await self._start(index)
        self._tasks.start(self._watch(), "watch the workers")

    async def _adopt(self, index: int, path: Path) -> None:
        try:
            link = await connect(path, self._on_event, self._link_gone, self._load_told)
        except OSError:
            if not self._settings.supervised:
                forget_socket(path)  # its worker was killed
            return
        greeting = await link.request("hello")
        fits = greeting["settings"] == self._settings.to_json() and index < self._settings.workers
        if not fits and not greeting["calls"]:
            link.request("end")
            await link.gone.wait()
            return
        worker = self.running[index] = Worker(index, greeting["pid"], link, None)
        for call in greeting["calls"]:
            self.placement.own(worker, call)
        log.info("media worker adopted", worker=index, pid=worker.pid, calls=len(worker.calls), settings_fit=fits)

    async def _start(self, index: int) -> None:
        path = socket_path(self.directory, index)
        if self._settings.supervised:
            await self._wait_for(index, path)
        else:
            await self._launch(index, path)
        self._tell(MediaEventKind.MOVED, self.placement.move())

    async def _wait_for(self, index: int, path: Path) -> None:
        """Whoever supervises the workers starts it: systemd, for instance."""
        loop = asyncio.get_running_loop()
        end = loop.time() + START_SECONDS
        while index not in self.running:
            with contextlib.suppress(OSError, MediaError):
                link = await connect(path, self._on_event, self._link_gone, self._load_told)
                greeting = await link.request("hello")
                self.running[index] = Worker(index, greeting["pid"], link, None)
                fits = greeting["settings"] == self._settings.to_json()
                log.info("media worker found", worker=index, pid=greeting["pid"], settings_fit=fits)
            if index not in self.running and (loop.time() > end or await self._ends_within(0.1)):
                raise WorkerFailed(f"no media worker listens at {path}: is cordboard-media@{index}.service running?")

    async def _launch(self, index: int, path: Path) -> None:
        core = core_for(index, self._settings)
        process = await start_worker(path, self._settings, core)
        try:
            link = await connect(path, self._on_event, self._link_gone, self._load_told)
        except BaseException:
            await end_worker(process, 0.0)
            raise
        self.running[index] = Worker(index, process.pid, link, process)
        log.info("media worker started", worker=index, pid=process.pid, core=core)

    def _load_told(self) -> None:
        """A worker has said how busy it is, and perhaps that it wants to be replaced by a fresh one."""
        self.placement.judge()
        for worker in self.running.values():
            if worker.link.draining and not worker.calls:
                worker.link.request("end")

    # --- trouble

    async def _watch(self) -> None:
        """A worker that hangs is as good as dead: kill it, so that its calls are told and another takes its place."""
        while True:
            await asyncio.sleep(self._settings.watch_seconds)
            for worker in list(self.running.values()):
                try:
                    async with asyncio.timeout(self._settings.watch_seconds):
                        await worker.link.request("ping")
                except MediaError:
                    pass  # it went meanwhile
                except TimeoutError:
                    log.error("media worker does not answer: killed", worker=worker.index, pid=worker.pid)
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(worker.pid, signal.SIGKILL)

    def _link_gone(self, link: WorkerLink) -> None:
        worker = next((each for each in self.running.values() if each.link is link), None)
        if worker is None or self._ending.is_set():
            return
        del self.running[worker.index]
        if worker.link.draining and not worker.calls:
            log.info("media worker is restarted, as it was told", worker=worker.index)
        else:
            log.error("media worker is gone", worker=worker.index, calls=len(worker.calls))
        replacement = self._tasks.start(self._replace(worker), f"replace worker {worker.index}")
        self._replacements.add(replacement)
        replacement.add_done_callback(self._replacements.discard)
        asyncio.get_running_loop().call_later(WAIT_SECONDS, self._give_up, self.placement.lose(worker))
        self._tell(MediaEventKind.MOVED, self.placement.move())

    def _give_up(self, loss: int) -> None:
        self._tell(MediaEventKind.WORKER_GONE, self.placement.give_up(loss))

    def _tell(self, kind: MediaEventKind, calls: list[str]) -> None:
        for call in calls:
            self._on_event(MediaEvent(call, kind, DIED))

    async def _replace(self, worker: Worker) -> None:
        if worker.process is not None:
            await end_worker(worker.process, END_SECONDS)
        if self.running and await self._ends_within(CALLS_FIRST_SECONDS):
            return
        for pause in itertools.chain(RESTART_SECONDS, itertools.repeat(RESTART_SECONDS[-1])):
            if worker.index >= self._settings.workers or await self._ends_within(pause):
                return
            try:
                await self._start(worker.index)
                return
            except (WorkerFailed, OSError) as failure:
                log.error("media worker could not be replaced", worker=worker.index, why=str(failure))

    async def _ends_within(self, seconds: float) -> bool:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ending.wait(), seconds)
        return self._ending.is_set()

    # --- end

    async def close(self) -> None:
        """End all workers, started or adopted, with all their calls."""
        self._ending.set()
        # A process that is being started or reaped is not to be left behind: such a task is awaited, not cancelled.
        await asyncio.gather(*self._replacements, return_exceptions=True)
        await self._tasks.close()
        for worker in self.running.values():
            worker.link.request("end")
        for worker in self.running.values():
            await self._end(worker)
        self.running.clear()
        self.placement.clear()
        if not self._settings.worker_directory:
            shutil.rmtree(self.directory, ignore_errors=True)

    async def leave(self) -> None:
        """Let go of all workers; they live on for the next engine, or end by themselves when nobody comes."""
        self._ending.set()
        await asyncio.gather(*self._replacements, return_exceptions=True)
        await self._tasks.close()
        for worker in self.running.values():
            worker.link.close()
        self.running.clear()
        self.placement.clear()

    async def _end(self, worker: Worker) -> None:
        if worker.process is not None:
            await end_worker(worker.process, END_SECONDS)
        else:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(worker.link.gone.wait(), END_SECONDS)
        worker.link.close()
