"""A program that is measured: started as a child on its core, known by its process id, printing into a file."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from bench.processes import tree

END = 8.0  # seconds that it gets to end in peace


class ChildFailed(Exception):
    """A program did not start, or ended too early; the text says why."""


class Child:
    """One program that may be started and killed as often as wanted. `core` None: wherever the kernel likes."""

    def __init__(self, name: str, log: Path, core: int | None = None) -> None:
        self.name = name
        self._log = log
        self._core = core
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0

    @property
    def pids(self) -> tuple[int, ...]:
        """The process and its descendants; none while it does not run."""
        return tree(self._process.pid) if self._process is not None else ()

    def start(self, command: Sequence[str]) -> None:
        """Start it."""
        pin = ["taskset", "-c", str(self._core)] if self._core is not None else []
        self._started_at = self._log.stat().st_size if self._log.exists() else 0
        own = {**os.environ, "TMPDIR": str(self._log.parent)}  # what it leaves behind when it is killed
        own.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program has its bytecode
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*pin, *command], stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=own
            )

    def check(self) -> None:
        """Raises `ChildFailed` if it does not run any more."""
        if self._process is None or self._process.poll() is not None:
            raise ChildFailed(f"{self.name} has ended: {self.printed()[-600:].strip()}")

    def printed(self) -> str:
        """What it has printed since it was started."""
        written = self._log.read_bytes() if self._log.exists() else b""
        return written[self._started_at :].decode(errors="replace")

    def kill(self) -> None:
        """As by kill -9: this process alone, its descendants notice by themselves."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    async def stop(self) -> None:
        """End it in peace, or all of it by force."""
        if self._process is None:
            return
        pids = self.pids
        self._process.send_signal(signal.SIGINT)
        try:
            await asyncio.to_thread(self._process.wait, END)
        except subprocess.TimeoutExpired:
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self.kill()
