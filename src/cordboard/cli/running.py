"""One process from start to end: what starts is ended again, in the opposite order, when a signal says so."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import uvloop

from cordboard import observe
from cordboard.cli import ports
from cordboard.cli.state import StateUnusable
from cordboard.config import ConfigError, Settings, lab_settings, load
from cordboard.media.relay.launch import WorkerFailed
from cordboard.media.rtpengine.errors import DaemonsSilent, SnapshotsUnusable
from cordboard.net.errors import AddressUnusable, NameUnknown, PortTaken
from cordboard.net.tasks import Tasks
from cordboard.net.tls import CertificateUnusable


@dataclass(frozen=True, slots=True)
class Ready:
    """`text` tells that all is ready; `drain` returns when nothing is in progress any more or has had its time."""

    text: str
    drain: Callable[[], Awaitable[None]] | None = None


Start = Callable[[AsyncExitStack], Awaitable[Ready]]
"""Starts everything, registering its end with the stack."""

UNUSABLE = (
    PortTaken,
    AddressUnusable,
    NameUnknown,
    CertificateUnusable,
    StateUnusable,
    WorkerFailed,
    DaemonsSilent,
    SnapshotsUnusable,
)
HERE, USUAL = "cordboard.toml", "/etc/cordboard/cordboard.toml"
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_END_SECONDS = 10.0
COLLECTIONS = (700, 3, 10)  # objects, then passes, after which the next older are looked through
_log = observe.get_log("cordboard")


def usual_file() -> str:
    """`cordboard.toml` here, or that of the machine."""
    return HERE if Path(HERE).exists() else USUAL


def site_file() -> str | None:
    """The usual file where there is one; commands that ask a running process go to the lab without it."""
    return found if Path(found := usual_file()).exists() else None


def give_up(problems: tuple[str, ...] | list[str]) -> NoReturn:
    """Tell each problem on a line of its own and end with status 2."""
    for problem in problems:
        print(problem, file=sys.stderr)
    raise SystemExit(2)


def read_settings(config: str | None, *, in_lab: bool) -> Settings:
    """The settings of a file, or the lab's own; ends the process where they are wrong."""
    try:
        return load(config, in_lab=in_lab) if config else lab_settings()
    except ConfigError as error:
        give_up(error.problems)


def settings_from(config: str | None, *, in_lab: bool) -> Settings:
    """As `read_settings`, for a process that will listen: it ends where a port is taken, too. Sets up the log."""
    settings = read_settings(config, in_lab=in_lab)
    if taken := ports.problems(ports.listeners(settings)):
        give_up(taken)
    observe.configure(settings.log.level, settings.log.format)
    return settings


def run(start: Start) -> None:
    """Start, print the text, run until a signal, end everything. A failed start ends with status 2 and one sentence."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            runner.run(_until_signal(start))
        except UNUSABLE as error:
            give_up([str(error)])


@contextlib.contextmanager
def short_collections() -> Iterator[None]:
    """Let the garbage collector pass over what is there now, which stays to the end, and go in smaller steps.

    A full pass with 200 agents took 110 ms, in which no call and no event went on; the steps took up to 14 ms.
    """
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTIONS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


async def _until_signal(start: Start) -> None:
    signals = _Signals()
    running = AsyncExitStack()
    try:
        ready = await start(running)
        running.enter_context(short_collections())
        signals.ready(ready.drain)
        print(ready.text, flush=True)
        await signals.ending.wait()
    except asyncio.CancelledError:
        if not signals.ending.is_set():
            raise
    finally:
        await signals.close()
        await _end(running)


class _Signals:
    """SIGTERM drains first where there is something to drain; a second one ends at once, as the others do.

    SIGHUP is a terminal that was closed; without one it is from somebody who wanted no call to end.
    """

    def __init__(self) -> None:
        self.ending = asyncio.Event()
        self._starting = asyncio.current_task()
        self._drain: Callable[[], Awaitable[None]] | None = None
        self._tasks = Tasks("cli")
        for number in _SIGNALS:
            asyncio.get_running_loop().add_signal_handler(number, self._signalled, number)

    def ready(self, drain: Callable[[], Awaitable[None]] | None) -> None:
        self._starting, self._drain = None, drain

    def _signalled(self, number: int) -> None:
        drain, self._drain = self._drain, None
        gently = number == signal.SIGTERM or (number == signal.SIGHUP and not sys.stderr.isatty())
        if gently and drain is not None and not self.ending.is_set():
            self._tasks.start(self._drained(drain), "drain")
            return
        if self._starting is not None and not self.ending.is_set():
            self._starting.cancel()
        self.ending.set()

    async def _drained(self, drain: Callable[[], Awaitable[None]]) -> None:
        try:
            await drain()
        finally:
            self.ending.set()

    async def close(self) -> None:
        await self._tasks.close()


async def _end(running: AsyncExitStack) -> None:
    """End what runs; what does not end in time is left to the end of the process."""
    try:
        async with asyncio.timeout(_END_SECONDS):
            await running.aclose()
    except TimeoutError:
        _log.error("not everything ended in time", seconds=_END_SECONDS)
    except Exception:
        _log.exception("something failed while ending")
    with contextlib.suppress(OSError):
        sys.stdout.flush()
