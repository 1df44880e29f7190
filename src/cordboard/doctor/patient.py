"""What all checks share: the settings, the clock, one HTTP client, and what one of them found out for the others."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from cordboard.config import Settings
from cordboard.doctor.asking.http import Http
from cordboard.doctor.asking.trouble import Trouble

TOKEN_SECRET = "token-secret"  # the file in [gateway] state_directory

T = TypeVar("T")
Resolve = Callable[[str], Awaitable[list[str]]]


async def resolve(host: str) -> list[str]:
    """The addresses of a name, as every program of this machine finds them. Raises `OSError`."""
    found = await asyncio.get_running_loop().getaddrinfo(host, None)
    return sorted({str(each[4][0]) for each in found})


@dataclass(frozen=True, slots=True)
class Instruments:
    """What the doctor looks with. `clock` gives seconds of the Unix epoch.

    `owner_of` names the process that has a port (of a transport, host and port) as `process asterisk (pid 12)`, ""
    where that cannot be seen. `hear_seconds` is how long the doctor's call is listened to. `secret` is the one that
    signs tokens, for who has it; else it is read where the gateway keeps it.
    """

    clock: Callable[[], float] = time.time
    resolve: Resolve = resolve
    owner_of: Callable[[str, str, int], str] = lambda transport, host, port: ""
    proc: Path = Path("/proc")
    root: Path = Path("/")  # where deployed files are
    firewall_command: str = "firewall-cmd"
    hear_seconds: float = 2.5
    secret: bytes | None = field(default=None, repr=False)


class Patient:
    """A site as its settings tell. `running` ends what was begun."""

    def __init__(self, settings: Settings, instruments: Instruments, running: AsyncExitStack) -> None:
        self.settings = settings
        self.instruments = instruments
        self.running = running
        self.http = Http(instruments.clock, settings.doctor.ca_file)
        self._known: dict[str, tuple[Any, Trouble | None]] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        running.push_async_callback(self.http.close)

    async def once(self, name: str, find: Callable[[], Awaitable[T]]) -> T:
        """What `find` gave, which is asked only the first time; whoever asks meanwhile waits. Raises its `Trouble`."""
        async with self._locks.setdefault(name, asyncio.Lock()):
            if name not in self._known:
                try:
                    self._known[name] = await find(), None
                except Trouble as trouble:
                    self._known[name] = None, trouble
        value, failure = self._known[name]
        if failure is not None:
            raise failure
        found: T = value
        return found

    @property
    def places(self) -> Mapping[str, str]:
        """What stands for this site in the advice of checks."""
        settings = self.settings
        secure = "s" if settings.gateway.websocket_certificate else ""
        return {
            "GWS_URL": settings.gws.url,
            "WORKSPACE_URL": settings.gws.url + settings.desk.workspace_path,
            "WEBSOCKET_URL": f"http{secure}://{settings.gateway.websocket}/ws",
            "SIP_SERVER_HOST": settings.sip_server.address.host,
            "SIP_SERVER_PORT": str(settings.sip_server.address.port or 5060),
            "RTP_PORTS": str(settings.media.rtp_ports),
            "WEBRTC_PORTS": str(settings.media.webrtc_ports),
            "STATE_DIRECTORY": settings.gateway.state_directory or "/var/lib/cordboard",
            "START_COMMAND": "cordboard lab" if settings.in_lab else "sudo systemctl start cordboard",
            "SITE_USER": settings.site.user,
        }

    @property
    def secret(self) -> bytes | None:
        """The secret that signs pages' tokens, where there is one that we can read; the doctor makes none.

        Asterisk knows no tokens, and no way to read their header.
        """
        gateway = self.settings.gateway
        if gateway.kind == "asterisk":
            return None
        if self.instruments.secret is not None:
            return self.instruments.secret
        if gateway.token_secret:
            return gateway.token_secret.encode()
        directory = gateway.state_directory
        if not directory:
            return None
        try:
            return (Path(directory) / TOKEN_SECRET).read_bytes()
        except OSError:
            return None
