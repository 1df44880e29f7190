"""The worker processes of one engine: adopted or started, watched, replaced when they die, ended with the engine.

Workers outlive an engine that was killed: the next engine on the same directory finds their sockets, their calls and
the snapshots beside them. A worker with other settings is replaced when it has no calls, and kept until the engine
ends when it has.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import shutil
import signal
from asyncio.subprocess import Process
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cordboard.media.port import MediaError, MediaEvent, MediaEventKind
from cordboard.media.relay.launch import (
    WorkerFailed,
    end_worker,
    forget_socket,
    private_directory,
    socket_path,
    sockets_found,
    start_worker,
)
from cordboard.media.relay.link import WorkerLink, connect
from cordboard.media.relay.settings import RelaySettings
from cordboard.net.tasks import Tasks
from cordboard.observe import get_log

log = get_log("media")

END_SECONDS = 3.0  # that a worker which was told to end may take
RESTART_SECONDS = (0.0, 1.0, 5.0, 15.0)  # before each try to replace a worker; the last one repeats


@dataclass(slots=True, eq=False)
class Worker:
    """One running worker and the calls that it carries; `process` is None when it was adopted."""

    index: int
    pid: int
    link: WorkerLink
    process: Process | None
    calls: set[str] = field(default_factory=set)


class Workers:
    """Made without any; `start` brings up as many as the settings say."""

    def __init__(self, settings: RelaySettings, on_event: Callable[[MediaEvent], None]) -> None:
        """Raises `WorkerFailed` when the directory for their sockets cannot be used."""
        self._settings = settings
        self._on_event = on_event
        self._calls: dict[str, Worker] = {}
        self._tasks = Tasks("media")
        self._ending = asyncio.Event()
        self._replacements: set[asyncio.Task[None]] = set()
        self.directory = private_directory(settings.worker_directory)
        self.running: dict[int, Worker] = {}

    @property
    def calls(self) -> int:
        return len(self._calls)

    @property
    def missing(self) -> int:
        """How many of the workers that there should be do not run."""
        return max(0, self._settings.workers - len(self.running))

    # --- which worker has which call

    def carrying(self, call: str) -> Worker | None:
        """The worker that has the call."""
        return self._calls.get(call)

    def assign(self, call: str) -> Worker:
        """The worker that has the call, or the least loaded one, which has it from now on. Raises `MediaError`."""
        worker = self._calls.get(call)
        if worker is None:
            if not self.running:
                raise MediaError("no media worker is running", 503)
            worker = min(self.running.values(), key=lambda each: len(each.calls))
            self._own(worker, call)
        return worker

    def release(self, call: str) -> Worker | None:
        """Forget the call; the worker that had it."""
        worker = self._calls.pop(call, None)
        if worker is not None:
            worker.calls.discard(call)
        return worker

    def _own(self, worker: Worker, call: str) -> None:
        worker.calls.add(call)
        self._calls[call] = worker

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
            link = await connect(path, self._on_event, self._link_gone)
        except OSError:
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
            self._own(worker, call)
        log.info("media worker adopted", worker=index, pid=worker.pid, calls=len(worker.calls), settings_fit=fits)

    async def _start(self, index: int) -> None:
        path = socket_path(self.directory, index)
        process = await start_worker(path, self._settings)
        try:
            link = await connect(path, self._on_event, self._link_gone)
        except BaseException:
            await end_worker(process, 0.0)
            raise
        self.running[index] = Worker(index, process.pid, link, process)
        log.info("media worker started", worker=index, pid=process.pid)

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
        log.error("media worker is gone", worker=worker.index, calls=len(worker.calls))
        replacement = self._tasks.start(self._replace(worker), f"replace worker {worker.index}")
        self._replacements.add(replacement)
        replacement.add_done_callback(self._replacements.discard)
        for call in worker.calls:
            del self._calls[call]
        for call in worker.calls:
            self._on_event(MediaEvent(call, MediaEventKind.WORKER_GONE, "its media worker died"))

    async def _replace(self, worker: Worker) -> None:
        if worker.process is not None:
            await end_worker(worker.process, END_SECONDS)
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
        self._calls.clear()
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
        self._calls.clear()

    async def _end(self, worker: Worker) -> None:
        if worker.process is not None:
            await end_worker(worker.process, END_SECONDS)
        else:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(worker.link.gone.wait(), END_SECONDS)
        worker.link.close()
