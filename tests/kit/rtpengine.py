"""rtpengine daemons for tests: children of the test on loopback addresses of their own, and an engine over them."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from cordboard.config import Address, PortRange, lab_settings
from cordboard.deploy.peers.rtpengine import daemon_configuration
from cordboard.media.rtpengine.configuration import DaemonConfiguration, render
from cordboard.media.rtpengine.engine import RtpengineEngine
from cordboard.media.rtpengine.ng import NgError, connect
from cordboard.media.rtpengine.settings import RtpengineSettings

_numbers = itertools.count(1)
TEST_SETTINGS = RtpengineSettings(
    ping_seconds=0.3,
    give_up_seconds=0.9,
    request_seconds=1.0,
    connect_poll_seconds=0.02,
    quiet_poll_seconds=0.3,
    dtls_seconds=3.0,
    lost_seconds=1.0,
    trunk_gone_after=1.0,
)
UP_SECONDS = 5.0


@dataclass
class RtpengineDaemon:
    """One process; `kill`, `stop` and `start` again on the same address."""

    host: str
    directory: Path
    configuration: DaemonConfiguration
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def ng(self) -> tuple[str, int]:
        host, _, port = self.configuration.ng.rpartition(":")
        return host, int(port)

    @property
    def log(self) -> str:
        return (self.directory / "log").read_text(errors="replace")

    async def start(self) -> None:
        """Raises `AssertionError`, with what it said, when it does not come up."""
        path = self.directory / "rtpengine.conf"
        path.write_text(render(self.configuration))
        with (self.directory / "log").open("ab") as log:
            command = ["rtpengine", f"--config-file={path}"]
            self.process = await asyncio.to_thread(subprocess.Popen, command, stdout=log, stderr=log)
        client = await connect(*self.ng, 0.1)
        try:
            end = time.monotonic() + UP_SECONDS
            while True:
                assert self.process.poll() is None, f"rtpengine ended: {self.log}"
                assert time.monotonic() < end, f"rtpengine does not answer: {self.log}"
                with contextlib.suppress(NgError):
                    await client.request("ping", seconds=0.1)
                    return
        finally:
            await client.close()

    def freeze(self) -> None:
        """It does not answer any more, and its media stands still."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    async def kill(self) -> None:
        """At once, with all its calls."""
        if self.process is not None:
            self.process.kill()
            await asyncio.to_thread(self.process.wait)
            self.process = None


def new_daemon(directory: Path, host: str = "", **changes: object) -> RtpengineDaemon:
    """One that is not started yet, as `cordboard render` configures it.

    Each has a loopback address of its own, so its ports are nobody else's.
    """
    host = host or f"127.5{os.getpid() % 10}.{os.getpid() // 10 % 250 + 1}.{next(_numbers)}"
    directory = Path(tempfile.mkdtemp(prefix="rtpengine-", dir=directory))
    rendered = {"media.address": host, "media.rtp_ports": PortRange(30000, 30999), "rtpengine.threads": 1}
    configuration = daemon_configuration(lab_settings(rendered), Address(host, 2223))
    return RtpengineDaemon(host, directory, replace(configuration, **changes))  # type: ignore[arg-type]


@asynccontextmanager
async def daemons(number: int = 1, **changes: object) -> AsyncIterator[list[RtpengineDaemon]]:
    """So many daemons, ended on the way out; `changes` are fields of their `DaemonConfiguration`."""
    with tempfile.TemporaryDirectory(prefix="cordboard-") as directory:
        started = [new_daemon(Path(directory), **changes) for _ in range(number)]
        try:
            await asyncio.gather(*(daemon.start() for daemon in started))
            yield started
        finally:
            for daemon in started:
                await daemon.kill()


@asynccontextmanager
async def rtpengine(number: int = 1, **changes: object) -> AsyncIterator[RtpengineEngine]:
    """An engine over so many daemons of its own; `changes` are fields of `RtpengineSettings`."""
    async with daemons(number) as started, engine_over(started, **changes) as engine:
        yield engine


@asynccontextmanager
async def engine_over(started: list[RtpengineDaemon], **changes: object) -> AsyncIterator[RtpengineEngine]:
    """An engine over daemons that run."""
    settings = replace(TEST_SETTINGS, daemons=tuple(daemon.ng for daemon in started), **changes)  # type: ignore[arg-type]
    engine = await RtpengineEngine.start(settings)
    try:
        yield engine
    finally:
        await engine.shutdown()
