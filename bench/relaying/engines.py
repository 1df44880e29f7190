"""The media engines that are compared, each in one process, each with a loopback address of its own.

They run with the product's own settings, but for what watches them: no load is refused, and rtpengine is not asked
for the state of each call every 5 s (a share of its time that is not the packets').
"""

from __future__ import annotations

import asyncio
import contextlib
import resource
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from cordboard.media.compiled.library import NotCompiled
from cordboard.media.port import MediaEngine
from cordboard.media.relay.engine import RelayEngine
from cordboard.media.relay.settings import Loop, RelaySettings
from cordboard.media.rtpengine.configuration import DaemonConfiguration, render
from cordboard.media.rtpengine.engine import RtpengineEngine
from cordboard.media.rtpengine.settings import RtpengineSettings
from cordboard.phone.packets import binding

COMPILED, RTPENGINE, PYTHON = "compiled", "rtpengine", "python"
TITLES = {
    COMPILED: "relay, compiled loop",
    RTPENGINE: "rtpengine in userspace",
    PYTHON: "relay, Python loop",
}
ADDRESSES = {COMPILED: "127.61.0.1", RTPENGINE: "127.62.0.1", PYTHON: "127.63.0.1"}
PORTS = (10_000, 29_999)
NG_PORT = 2223
SELDOM = 3600.0  # seconds
UP_SECONDS = 5.0


class Missing(Exception):
    """An engine cannot be measured on this machine; the text says why."""


@dataclass(frozen=True, slots=True)
class Running:
    """An engine and its process."""

    name: str
    engine: MediaEngine
    pid: int

    @property
    def title(self) -> str:
        return TITLES[self.name]


@asynccontextmanager
async def running(name: str) -> AsyncIterator[Running]:
    """The engine, ended on the way out. Raises `Missing`."""
    async with _rtpengine() if name == RTPENGINE else _relay(name) as found:
        yield found


@asynccontextmanager
async def _relay(name: str) -> AsyncIterator[Running]:
    if name == COMPILED:
        try:
            binding.library()
        except NotCompiled as why:
            raise Missing(str(why)) from None
    settings = RelaySettings(
        address=ADDRESSES[name],
        rtp_ports=PORTS,
        webrtc_ports=(0, 0),
        loop=Loop(name),
        load_limit=0,
        pin_workers=False,
        watch_seconds=SELDOM,
        log_level="warning",
    )
    engine = await RelayEngine.start(settings)
    try:
        process = engine.workers.running[0].process
        assert process is not None
        yield Running(name, engine, process.pid)
    finally:
        await engine.shutdown()


@asynccontextmanager
async def _rtpengine() -> AsyncIterator[Running]:
    program = shutil.which("rtpengine")
    if program is None:
        raise Missing("it is not installed (Debian package rtpengine-daemon)")
    address = ADDRESSES[RTPENGINE]
    with tempfile.TemporaryDirectory(prefix="cordboard-") as directory:
        configuration = Path(directory) / "rtpengine.conf"
        daemon = DaemonConfiguration((f"both/{address}",), f"{address}:{NG_PORT}", PORTS, log_level=3)
        configuration.write_text(render(daemon))
        process = _start(program, configuration)
        try:
            engine = await _connect(RtpengineSettings(((address, NG_PORT),), quiet_poll_seconds=SELDOM))
            try:
                yield Running(RTPENGINE, engine, process.pid)
            finally:
                await engine.leave()
        finally:
            process.send_signal(signal.SIGKILL)
            await asyncio.to_thread(process.wait)


def _start(program: str, configuration: Path) -> subprocess.Popen[bytes]:
    with configuration.with_name("log").open("wb") as log:
        return subprocess.Popen([program, f"--config-file={configuration}"], stdout=log, stderr=log)


async def _connect(settings: RtpengineSettings) -> RtpengineEngine:
    end = asyncio.get_running_loop().time() + UP_SECONDS
    while True:
        try:
            return await RtpengineEngine.start(settings)
        except Exception as why:
            if asyncio.get_running_loop().time() > end:
                raise Missing(f"it does not answer: {why}") from None
            await asyncio.sleep(0.1)


def rtpengine_version() -> str:
    """As it tells itself, with the mr of its own releases before it; "" where it is not installed."""
    program = shutil.which("rtpengine")
    if program is None:
        return ""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10, check=False)
    words = (said.stdout + said.stderr).split()
    return f"rtpengine mr{next((word for word in words if word[:1].isdigit()), '')}"


def run_time(pid: int) -> tuple[float, float]:
    """Seconds that all threads of a process have run on a core, and that they have waited for it, by the scheduler."""
    ran = waited = 0
    for thread in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):
            fields = (thread / "schedstat").read_text().split()
            ran += int(fields[0])
            waited += int(fields[1])
    return ran / 1e9, waited / 1e9


def raise_limit_of_files() -> None:
    """Thousands of sockets, here and in the engines, which inherit it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
