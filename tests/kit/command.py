"""The command `cordboard` as a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path

SOURCE = str(Path(__file__).resolve().parents[2] / "src")
_PROGRAM = "from cordboard.cli.main import main; main()"


@contextlib.asynccontextmanager
async def cordboard(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """The running process; told to end where it has not ended by itself, for its media workers end with it."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _PROGRAM, *arguments),
        env={"PYTHONPATH": SOURCE, "PATH": "/usr/bin:/bin"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            await ended(process)


async def ready(process: asyncio.subprocess.Process) -> str:
    """Wait for the first line that the process prints."""
    assert process.stdout is not None
    return (await asyncio.wait_for(process.stdout.readline(), 20)).decode().rstrip()


async def ended(process: asyncio.subprocess.Process, within: float = 10.0) -> tuple[str, str]:
    """Wait for the end; the rest of what it printed, and its log."""
    out, errors = await asyncio.wait_for(process.communicate(), within)
    return out.decode(), errors.decode()


def media_workers(host: str) -> list[str]:
    """The media workers that run with this address."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            with contextlib.suppress(OSError):
                line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                if "media.relay.worker" in line and host in line:
                    found.append(process.name)
    return found
