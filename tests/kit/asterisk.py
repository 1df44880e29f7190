"""A real Asterisk that runs what `cordboard render` writes for it, on loopback addresses of its own.

It is unpacked from Debian's packages into the user's cache folder, as the bench does it (bench/asterisk/install.py);
the first time that needs a Debian mirror and 10 to 20 seconds. All that it binds is on loopback: nothing leaves the
machine.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench.asterisk.configuration import FOLDERS, MADE_UP, directories
from bench.asterisk.install import Installed, install
from bench.asterisk.server import build_preload

from cordboard.config import Address, PortRange, Settings
from cordboard.deploy.peers import asterisk as part
from cordboard.rtp.tone import music
from kit.desk import free_port

BOOTED_WITHIN = 20.0
_numbers = itertools.count(1)


def settings_for_asterisk(**changes: Any) -> dict[str, Any]:
    """Settings, as `running_lab` takes them, under which Asterisk and the lab's SIP Server meet.

    Pages come from 127.0.0.1. SIP Server has another address, by which Asterisk knows it, and so has Asterisk's media.
    """
    number = next(_numbers)
    network = f"127.{60 + os.getpid() % 10}.{os.getpid() // 10 % 250 + 1}"
    asterisk, sip_server = f"{network}.{2 * number}", f"{network}.{2 * number + 1}"
    return {
        "gateway__kind": "asterisk",
        "gateway__sip": Address(asterisk, 5060),
        "gateway__websocket": Address("127.0.0.1", free_port("127.0.0.1")),
        "media__address": asterisk,
        "media__rtp_ports": PortRange(10000, 10199),
        "media__webrtc_ports": PortRange(20100, 20131),
        "lab__sip_server": Address(sip_server, 5060),
        **changes,
    }


@dataclass
class Asterisk:
    """A running one; `etc` is its configuration."""

    installed: Installed
    directory: Path
    process: asyncio.subprocess.Process | None = None

    @property
    def etc(self) -> Path:
        return self.directory / "etc"

    @property
    def said(self) -> str:
        return (self.directory / "console").read_text(errors="replace")

    async def console(self, command: str) -> str:
        """What `asterisk -rx COMMAND` prints; empty where nobody answers."""
        arguments = self.installed.command("-C", str(self.etc / "asterisk.conf"), "-rx", command)
        asking = await asyncio.create_subprocess_exec(
            *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
        printed, _ = await asking.communicate()
        return printed.decode(errors="replace")

    async def start(self) -> None:
        """Raises AssertionError with what it said."""
        preload = await asyncio.to_thread(build_preload, self.directory)
        command = self.installed.command("-C", str(self.etc / "asterisk.conf"), "-f", preload=preload)
        with (self.directory / "console").open("wb") as said:
            self.process = await asyncio.create_subprocess_exec(
                *command, stdin=asyncio.subprocess.DEVNULL, stdout=said, stderr=said
            )
        async with asyncio.timeout(BOOTED_WITHIN):
            while "fully booted" not in await self.console("core waitfullybooted"):
                assert self.process.returncode is None, self.said
                await asyncio.sleep(0.05)

    async def stop(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()


def write(installed: Installed, settings: Settings, directory: Path) -> Asterisk:
    """What is rendered for these settings, where this Asterisk reads it, and the two things it cannot know."""
    settings = replace(settings, asterisk=replace(settings.asterisk, music_directory=str(directory / "moh")))
    for name in (*FOLDERS, "moh"):
        (directory / name).mkdir(parents=True, exist_ok=True)
    asterisk = Asterisk(installed, directory)
    for file in part.render(settings):
        path = asterisk.etc / Path(file.path).name
        path.write_text(file.text)
        path.chmod(file.mode)
    options = (asterisk.etc / "asterisk.conf").read_text()
    with wave.open(str(directory / "moh" / "music.wav"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(music())
    own = directories(installed, directory).partition("[options]")[0]
    (asterisk.etc / "asterisk.conf").write_text(own + options)
    # Asterisk gathers no candidate of 127.0.0.0/8: the one interface it is shown stands for the address that it has.
    (asterisk.etc / "rtp.local.conf").write_text(f"[ice_host_candidates]\n{MADE_UP} => {settings.media.address}\n")
    return asterisk


@asynccontextmanager
async def running_asterisk(settings: Settings, directory: Path) -> AsyncIterator[Asterisk]:
    """Raises `InstallError` where none can be had; the text says why."""
    installed = await asyncio.to_thread(install)
    asterisk = write(installed, settings, directory)
    try:
        await asterisk.start()
        yield asterisk
    finally:
        await asterisk.stop()
