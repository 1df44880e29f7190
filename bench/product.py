"""Cordboard as it is installed, `cordboard serve`, beside a far end instead of a SIP Server and without a GWS."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import shutil
import sys
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench.child import Child, ChildFailed
from bench.crowd import CONNECT_WITHIN, RESPOND_WITHIN
from cordboard.access.token import issue
from cordboard.media.rtpengine.configuration import DaemonConfiguration, render
from cordboard.media.rtpengine.ng import NgError, connect
from cordboard.phone.settings import AgentSettings, AudioSettings

CORDBOARD = Path(sys.executable).with_name("cordboard")
READY = "Cordboard is ready."
START = 20.0
LOOK_EVERY = 0.01
TOKEN_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class ProductSettings:
    """`media` and `gateway` are settings of those sections, as in cordboard.toml."""

    dns: tuple[str, ...]
    far_end: tuple[str, int]
    host: str = "127.0.0.1"
    sip_port: int = 5260
    websocket_port: int = 8288
    desk_port: int = 8280
    metrics_port: int = 9295
    ng_port: int = 22223
    rtp_ports: str = "10000-19999"
    webrtc_ports: str = "20100-20131"
    media: Mapping[str, object] = field(default_factory=dict)
    gateway: Mapping[str, object] = field(default_factory=dict)

    @property
    def websocket_url(self) -> str:
        """Where agents register."""
        return f"ws://{self.host}:{self.websocket_port}/ws"

    @property
    def desk_url(self) -> str:
        """Where the softphone's page is."""
        return f"http://{self.host}:{self.desk_port}"

    @property
    def metrics_url(self) -> str:
        """Where its metrics are."""
        return f"http://{self.host}:{self.metrics_port}/metrics"

    @property
    def sip(self) -> tuple[str, int]:
        """Where the far end sends its calls."""
        return (self.host, self.sip_port)

    def text(self, folder: Path) -> str:
        """The file of settings."""
        gateway: dict[str, object] = {
            "sip": f"{self.host}:{self.sip_port}",
            "websocket": f"{self.host}:{self.websocket_port}",
            "state_directory": str(folder / "state"),
            **self.gateway,
        }
        media: dict[str, object] = {
            "address": self.host,
            "rtp_ports": self.rtp_ports,
            "webrtc_ports": self.webrtc_ports,
            "workers": 1,
            **self.media,
        }
        sections: dict[str, dict[str, object]] = {
            "sip_server": {"address": f"{self.far_end[0]}:{self.far_end[1]}", "check_seconds": 0},
            "gateway": gateway,
            "media": media,
            "desk": {"listen": f"{self.host}:{self.desk_port}"},
            "gws": {"url": f"http://{self.host}:9"},
            "log": {"level": "warning"},
            "metrics": {"listen": f"{self.host}:{self.metrics_port}"},
        }
        if self.with_rtpengine:
            sections["rtpengine"] = {"daemons": [self.ng]}
        texts = [f"[{name}]\n" + "".join(map(_line, values.items())) for name, values in sections.items()]
        agents = [f'[[agents]]\ndn = "{dn}"\npage_password = "{password_of(dn)}"\n' for dn in self.dns]
        return "\n".join([*texts, *agents])

    @property
    def with_rtpengine(self) -> bool:
        """A daemon runs beside the gateway."""
        return self.media.get("engine") == "rtpengine"

    @property
    def daemon(self) -> DaemonConfiguration:
        """That daemon: one thread for one core, the ports as wide as the relay's."""
        first, last = self.rtp_ports.split("-")
        return DaemonConfiguration((f"both/{self.host}",), self.ng, (int(first), int(last)), log_level=3)

    @property
    def ng(self) -> str:
        """Where the daemon is driven."""
        return f"{self.host}:{self.ng_port}"


def password_of(dn: str) -> str:
    """The password of that DN's page, where it registers by digest."""
    return f"password-of-{dn}"


def _line(setting: tuple[str, object]) -> str:
    name, value = setting
    if isinstance(value, bool):
        return f"{name} = {'true' if value else 'false'}\n"
    if isinstance(value, (list, tuple)):
        return f"{name} = [{', '.join(map(_quoted, value))}]\n"
    return f"{name} = {value if isinstance(value, (int, float)) else _quoted(value)}\n"


def _quoted(value: object) -> str:
    return f'"{value}"'


class Product:
    """`start` and `kill` as often as wanted; the tokens stay good, for the secret is kept."""

    def __init__(self, folder: Path, settings: ProductSettings, core: int | None = None) -> None:
        self.settings = settings
        self.name = "Cordboard"
        self.child = Child("cordboard serve", folder / "log", core)
        self.daemon = Child("rtpengine", folder / "rtpengine.log", core)
        self._folder = folder
        self._secret = folder / "state" / "token-secret"
        self._file = folder / "cordboard.toml"
        self._file.write_text(settings.text(folder))

    @property
    def pids(self) -> tuple[int, ...]:
        """Gateway first, then media workers or daemon."""
        return (*self.child.pids, *self.daemon.pids)

    async def start(self) -> None:
        """Return when it says that it is ready. Raises `ChildFailed`."""
        if self.settings.with_rtpengine and not self.daemon.pids:
            await self._start_daemon()
        self.child.start([str(CORDBOARD), "serve", "--config", str(self._file)])
        try:
            async with asyncio.timeout(START):
                while READY not in self.child.printed():
                    self.child.check()
                    await asyncio.sleep(LOOK_EVERY)
        except TimeoutError:
            raise ChildFailed(f"cordboard serve was not ready in time: {self.child.printed()[-600:]}") from None

    async def _start_daemon(self) -> None:
        """As its own service would; it stays when the gateway is killed."""
        program = shutil.which("rtpengine")
        if program is None:
            raise ChildFailed("rtpengine is not installed (Debian package rtpengine-daemon)")
        file = self._folder / "rtpengine.conf"
        file.write_text(render(self.settings.daemon))
        self.daemon.start([program, f"--config-file={file}"])
        client = await connect(self.settings.host, self.settings.ng_port, START)
        try:
            await client.request("ping")
        except NgError as failure:
            raise ChildFailed(f"{failure}: {self.daemon.printed()[-600:]}") from None
        finally:
            await client.close()

    async def stop(self) -> None:
        """End all of it."""
        await self.child.stop()
        await self.daemon.stop()

    def kill(self) -> None:
        """As by kill -9, the gateway alone."""
        self.child.kill()

    @property
    def gateway(self) -> None:
        """Its DNs are called where they are registered at the far end."""

    def agent(self, dn: str, audio: AudioSettings) -> AgentSettings:
        """An agent's phone, registering with a token as our softphone does."""
        settings = self.settings
        return AgentSettings(
            settings.websocket_url,
            dn,
            token=functools.partial(self.token, dn),
            origin=settings.desk_url,
            audio=audio,
            address=settings.host,
            connect_within=CONNECT_WITHIN,
            respond_within=RESPOND_WITHIN,
        )

    def token(self, dn: str) -> str:
        """As the desk issues it."""
        return issue(self._secret.read_bytes(), dn, time.time(), TOKEN_SECONDS)


@contextlib.asynccontextmanager
async def running_product(folder: Path, settings: ProductSettings, core: int | None = None) -> AsyncIterator[Product]:
    """A started one, stopped at the end."""
    product = Product(folder, settings, core)
    try:
        await product.start()
        yield product
    finally:
        await product.stop()
