"""Where workers live and how one is started."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import stat
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from pathlib import Path

from cordboard.media.relay.settings import RelaySettings

START_SECONDS = 20.0  # a cold Python with OpenSSL on a busy machine
SOCKET_PATH_LIMIT = 100  # bytes; Linux takes 107


class WorkerFailed(Exception):
    """A worker could not be started; the text says why in the worker's own words."""


def private_directory(wanted: str) -> Path:
    """The directory for the workers' sockets: ours alone. Empty: a fresh one. Raises `WorkerFailed`."""
    if not wanted:
        return Path(tempfile.mkdtemp(prefix="cordboard-"))
    path = Path(wanted)
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = path.stat()
    if found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise WorkerFailed(f"{path} holds the media workers' sockets: it must belong to this user, with mode 0700")
    if len(os.fsencode(path)) > SOCKET_PATH_LIMIT - len("/worker-000.sock"):
        raise WorkerFailed(f"{path} is too long for a Unix socket")
    return path


def sockets_found(directory: Path) -> list[tuple[int, Path]]:
    """Number and socket of every worker that has listened there, dead or alive."""
    return [(int(path.stem.partition("-")[2]), path) for path in sorted(directory.glob("worker-*.sock"))]


def forget_socket(path: Path) -> None:
    """Take away what a killed worker has left."""
    path.unlink(missing_ok=True)


def socket_path(directory: Path, index: int) -> Path:
    """Where the worker with that number listens."""
    return directory / f"worker-{index}.sock"


def core_for(index: int, settings: RelaySettings) -> int | None:
    """The core that the worker with that number has to itself. None: any; one alone has nothing to be kept from."""
    cores = sorted(os.sched_getaffinity(0))
    pinned = settings.pin_workers and 1 < settings.workers <= len(cores)
    return cores[index % len(cores)] if pinned else None


async def start_worker(path: Path, settings: RelaySettings, core: int | None = None) -> Process:
    """Start a worker that listens at `path` and wait until it does. Raises `WorkerFailed`."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "cordboard.media.relay.worker", "--socket", str(path)),
        *("--settings", json.dumps(settings.to_json())),
        *(("--core", str(core)) if core is not None else ()),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=PIPE,
        env=_environment(),
        start_new_session=True,  # Ctrl-C in a terminal is for the gateway, which then ends its workers in order
    )
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), START_SECONDS)
    except TimeoutError:
        line = b"it said nothing for too long"
    except asyncio.CancelledError:
        await end_worker(process, 0.0)
        raise
    if line.strip() != b"ready":
        await end_worker(process, 0.0)
        raise WorkerFailed(f"media worker did not start: {line.decode(errors='replace').strip() or 'see its log'}")
    return process


def _environment() -> dict[str, str]:
    """Ours, with the path that this package was found on: a worker runs the same code as its engine."""
    package_root = str(Path(__file__).resolve().parents[3])
    others = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": os.pathsep.join([package_root, *([others] if others else [])])}


async def end_worker(process: Process, grace: float) -> None:
    """Wait for a worker that was told to end; after `grace` seconds kill it."""
    try:
        await asyncio.wait_for(process.wait(), grace)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
