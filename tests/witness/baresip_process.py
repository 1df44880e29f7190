"""Runs baresip as an internal DN: without sound devices, it sends back what it hears.

async with baresip(directory, dn="5003", sip_server=address) as phone:
    await phone.event("REGISTER_OK")
    await phone.do("dial", "sip:5001@...")
    await phone.event("CALL_ESTABLISHED")
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import shutil
import wave
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cordboard.net.tasks import Tasks
from cordboard.rtp.tone import RATE
from cordboard.rtp.tone import tone as sound_of
from kit.phone import until
from kit.relay import FIRST_PORT
from kit.site import HOST, free_port, free_sip_port

PATIENCE = 8.0  # seconds
SOUND = 20.0  # seconds; baresip plays it once
REGISTERED = "200 OK"
MODULES = Path("/usr/lib/baresip/modules")
RTP_PORTS = f"{FIRST_PORT + 16000}-{FIRST_PORT + 16078}"  # apart from those of the media workers
CONFIG = """\
poll_method epoll
sip_listen {host}:{sip}
net_interface {host}
audio_source {source}
audio_player aubridge,echo
audio_alert none,none
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
ringback_disabled yes
statmode_default off
rtp_ports {rtp}
module_path {modules}
module g711.so
module aubridge.so
module aufile.so
module_app account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen {host}:{control}
"""
ACCOUNT = "<sip:{dn}@{server[0]}:{server[1]}>;regint={interval};answermode=auto;audio_codecs=pcmu,pcma\n"


@dataclass(slots=True)
class Baresip:
    """`events` are the names of what it reported, with their parameters, oldest first."""

    process: asyncio.subprocess.Process
    output: Path
    writer: asyncio.StreamWriter
    events: list[tuple[str, str]] = field(default_factory=list)
    _replies: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)

    async def do(self, command: str, parameters: str = "") -> str:
        """One of its commands (`/help` has all of them); what it said."""
        text = json.dumps({"command": command, "params": parameters})
        self.writer.write(f"{len(text)}:{text},".encode())
        reply = await asyncio.wait_for(self._replies.get(), PATIENCE)
        assert reply["ok"], f"{command} {parameters}: {reply}\n{self.report()}"
        return str(reply["data"])

    async def event(self, name: str, parameter: str = "", *, count: int = 1) -> None:
        """Wait until it has reported that so often."""

        def times() -> int:
            return sum(each == name and (not parameter or parameter == what) for each, what in self.events)

        assert await until(lambda: times() >= count, PATIENCE), f"no {name} {parameter}: {self.events}\n{self.report()}"

    def report(self) -> str:
        """What it said, its meter aside."""
        lines = re.split(r"[\r\n]+", self.output.read_text(errors="replace"))
        return "\n".join(line for line in lines if "audio=" not in line)

    async def listen(self, reader: asyncio.StreamReader) -> None:
        """Replies and events, each as a netstring of JSON."""
        with contextlib.suppress(asyncio.IncompleteReadError):
            while True:
                size = int((await reader.readuntil(b":"))[:-1])
                word = json.loads((await reader.readexactly(size + 1))[:-1])
                if word.get("event"):
                    self.events.append((word["type"], word.get("param", "")))
                else:
                    self._replies.put_nowait(word)


@contextlib.asynccontextmanager
async def baresip(
    directory: Path, *, dn: str, sip_server: tuple[str, int], port: int = 0, tone: float = 0.0
) -> AsyncIterator[Baresip]:
    """It answers by itself. With a `tone` it says that; without one it sends back what it hears.

    `port` is where it listens for SIP, if that must be known beforehand; then it does not register. Otherwise it is
    registered when it is given.
    """
    program = shutil.which("baresip")
    assert program, "no baresip on PATH: apt-get install baresip-core"
    control = free_port()
    source = f"aufile,{_sound(directory, tone)}" if tone else "aubridge,echo"
    words = {
        "source": source,
        "host": HOST,
        "sip": port or free_sip_port(),
        "control": control,
        "rtp": RTP_PORTS,
        "modules": MODULES,
    }
    (directory / "config").write_text(CONFIG.format(**words))
    (directory / "accounts").write_text(ACCOUNT.format(dn=dn, server=sip_server, interval=0 if port else 60))
    (directory / "contacts").touch()
    output = directory / "output"
    with output.open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *(program, "-v", "-s", "-f", str(directory)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    tasks = Tasks("baresip")
    try:
        async with contextlib.AsyncExitStack() as running:
            reader, writer = await _connect(control, output)
            running.callback(writer.close)
            running.push_async_callback(tasks.close)
            phone = Baresip(process, output, writer)
            tasks.start(phone.listen(reader), "events")
            assert port or await until(lambda: REGISTERED in phone.report(), PATIENCE), phone.report()
            yield phone
    finally:
        process.terminate()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), 3)
        if process.returncode is None:
            process.kill()
            await process.wait()


def _sound(directory: Path, frequency: float) -> Path:
    """A file with that tone."""
    path = directory / "tone.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(sound_of(frequency, SOUND))
    return path


async def _connect(port: int, output: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    for _ in range(200):
        with contextlib.suppress(OSError):
            return await asyncio.open_connection(HOST, port)
        await asyncio.sleep(0.02)
    raise AssertionError(f"baresip takes no commands:\n{output}")
