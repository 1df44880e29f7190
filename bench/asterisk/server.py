"""One running Asterisk: started as a child, known by its process id, asked by its own console."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

from bench.asterisk.configuration import AsteriskSettings, password_of, write
from bench.asterisk.install import Installed, InstallError
from bench.child import Child, ChildFailed
from bench.crowd import CONNECT_WITHIN, RESPOND_WITHIN
from cordboard.phone.settings import AgentSettings, AudioSettings

SOURCE = Path(__file__).with_name("interfaces.c")
BOOT = 20.0  # seconds until it must be ready
LOOK_EVERY = 0.05


class Asterisk:
    """`start` and `kill` as often as wanted."""

    def __init__(self, installed: Installed, folder: Path, settings: AsteriskSettings, core: int | None = None) -> None:
        self.settings = settings
        self.name = "Asterisk"
        self._installed = installed
        self._configuration = write(installed, folder, settings)
        self._preload = build_preload(folder)
        self.child = Child("Asterisk", folder / "log" / "console", core)

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that do the work."""
        return self.child.pids

    async def start(self) -> None:
        """Return when it takes registrations. Raises `ChildFailed`."""
        self.child.start(self._installed.command("-C", str(self._configuration), "-f", preload=self._preload))
        try:
            async with asyncio.timeout(BOOT):
                while not await self._ready():
                    self.child.check()
                    await asyncio.sleep(LOOK_EVERY)
        except TimeoutError:
            raise ChildFailed(f"Asterisk was not ready in time: {self.child.printed()[-600:]}") from None

    async def _ready(self) -> bool:
        """All modules are loaded, and the last agent is known: until then a REGISTER gets 404."""
        if "fully booted" not in await self.console("core waitfullybooted"):
            return False
        return f"Aor:  {self.settings.dns[-1]}" in await self.console(f"pjsip show aor {self.settings.dns[-1]}")

    async def console(self, command: str) -> str:
        """What the console answers to a command; empty where nobody answers."""
        arguments = self._installed.command("-C", str(self._configuration), "-rx", command)
        asking = await asyncio.create_subprocess_exec(
            *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
        out, _ = await asking.communicate()
        return out.decode(errors="replace")

    def kill(self) -> None:
        """As by kill -9."""
        self.child.kill()

    @property
    def gateway(self) -> tuple[str, int]:
        """All its agents are called here."""
        return self.settings.sip

    def agent(self, dn: str, audio: AudioSettings) -> AgentSettings:
        """An agent's phone, registering with its password."""
        return AgentSettings(
            self.settings.websocket_url,
            dn,
            password=password_of(dn),
            domain=self.settings.host,
            audio=audio,
            address=self.settings.host,
            connect_within=CONNECT_WITHIN,
            respond_within=RESPOND_WITHIN,
        )


@contextlib.asynccontextmanager
async def running_asterisk(
    installed: Installed, folder: Path, settings: AsteriskSettings, core: int | None = None
) -> AsyncIterator[Asterisk]:
    """A started one, stopped at the end."""
    asterisk = Asterisk(installed, folder, settings, core)
    try:
        await asterisk.start()
        yield asterisk
    finally:
        await asterisk.child.stop()


def build_preload(folder: Path) -> Path:
    """Compile interfaces.c; raises `InstallError` without a compiler."""
    library = folder / "interfaces.so"
    command = [os.environ.get("CC", "cc"), "-shared", "-fPIC", "-O2", "-o", str(library), str(SOURCE)]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as failure:
        raise InstallError(f"a C compiler is needed: {failure}") from failure
    if result.returncode != 0:
        raise InstallError(f"interfaces.c does not compile: {result.stderr[-300:]}")
    return library
