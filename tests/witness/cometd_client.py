"""Runs the stock CometD client of `cometd/client.mjs` and reads what it says."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import shutil
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DIRECTORY = Path(__file__).parent / "cometd"
PATIENCE = 15.0  # seconds; a client waits up to two before it tries a stopped server again


def install(directory: Path = DIRECTORY) -> None:
    """`npm ci` when the packages are not those of the lock file. Raises `CalledProcessError`."""
    wanted = hashlib.sha256((directory / "package-lock.json").read_bytes()).hexdigest()
    stamp = directory / "node_modules" / ".lock-hash"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    npm = shutil.which("npm")
    assert npm, "npm is not on PATH"
    subprocess.run([npm, "ci", "--no-progress"], cwd=directory, check=True, timeout=120, capture_output=True)
    stamp.write_text(wanted)


@dataclass
class StockClient:
    process: asyncio.subprocess.Process
    said: list[dict[str, Any]] = field(default_factory=list)

    async def next(self, event: str) -> dict[str, Any]:
        """The next thing of this kind that it says; what it says before stays in `said`."""
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            while line := await self.process.stdout.readline():
                self.said.append(json.loads(line))
                if self.said[-1]["event"] == event:
                    return self.said[-1]
        raise AssertionError(f"the client ended without {event}: {self.said}")

    def tell(self, word: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(word.encode() + b"\n")


@contextlib.asynccontextmanager
async def stock_client(library: str, url: str, authorization: str, *channels: str) -> AsyncIterator[StockClient]:
    process = await asyncio.create_subprocess_exec(
        "node",
        "client.mjs",
        library,
        url,
        authorization,
        *channels,
        cwd=DIRECTORY,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield StockClient(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
