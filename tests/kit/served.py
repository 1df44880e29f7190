"""`cordboard serve` as a process of its own beside a Genesys in this one: it can be told to end, or be killed, and be
started again, while SIP Server, GWS, customers and browsers live on.

    async with served(tmp_path) as site:
        await site.start()
        agent = await site.agent(browser)
        site.kill()
        await site.start()
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from cordboard.cli.lab import gws_settings, telephone_settings
from cordboard.cli.serve import start_site
from cordboard.config import Settings
from cordboard.lab.gws import create_gws
from cordboard.lab.lab import TelephoneLab
from kit.chromium import new_page
from kit.command import SOURCE
from kit.lab import Place, free_settings, softphone_in
from kit.lab_agent import NOTE_TONES, AgentPage
from kit.lab_customer import Customer
from kit.relay import FIRST_PORT

PROGRAM = "from cordboard.cli.main import main; main()"
READY_WITHIN = 20.0  # seconds
SETTINGS = """\
[gateway]
sip = "{settings.gateway.sip}"
websocket = "{settings.gateway.websocket}"
ping_before_call = 5000
state_directory = "{directory}/state"
{gateway}
[media]
workers = 1
rtp_ports = "{first}-{last}"
worker_directory = "{directory}/media"
{media}
[desk]
listen = "{settings.desk.listen}"
[sip_server]
address = "{settings.lab.sip_server}"
[gws]
url = "http://{settings.lab.gws}"
[log]
format = "json"
[[agents]]
dn = "5001"
sip_server_password = "{password}"
[[agents]]
dn = "5002"
"""


@dataclass(slots=True)
class Served:
    """What `served` gives. `log` is what the process has said since it was started."""

    settings: Settings
    telephone: Any
    http: aiohttp.ClientSession
    config: Path
    directory: Path
    log: list[str] = field(default_factory=list)
    process: asyncio.subprocess.Process | None = None
    _reader: asyncio.Task[None] | None = None

    @property
    def gws(self) -> str:
        return f"http://{self.settings.lab.gws}"

    @property
    def desktop(self) -> str:
        return f"{self.gws}/ui/ad/v1/index.html"

    # --- the process

    async def start(self) -> None:
        """Start it, and wait until it says that it is ready."""
        self.process = process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", PROGRAM, "serve", "--config", str(self.config)),
            env={"PYTHONPATH": SOURCE, "PATH": "/usr/bin:/bin"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        self.log.clear()
        self._reader = asyncio.get_running_loop().create_task(self._read(process), name="log of serve")
        line = await asyncio.wait_for(process.stdout.readline(), READY_WITHIN)
        assert line.startswith(b"Cordboard is ready"), self.log

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None
        async for line in process.stderr:
            self.log.append(line.decode().rstrip())

    def send(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    async def ended(self, within: float = 10.0) -> int:
        """Wait for its end; the exit status."""
        assert self.process is not None
        status = await asyncio.wait_for(self.process.wait(), within)
        if self._reader is not None:
            self._reader.cancel()
        return status

    async def kill(self) -> None:
        """`kill -9`."""
        self.send(signal.SIGKILL)
        await self.ended()

    def said(self, text: str) -> bool:
        return any(text in line for line in self.log)

    @property
    def workers(self) -> list[int]:
        """The media workers that run on its directory."""
        found = []
        for process in Path("/proc").iterdir():
            if process.name.isdigit():
                with contextlib.suppress(OSError):
                    line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                    if "media.relay.worker" in line and str(self.directory) in line:
                        found.append(int(process.name))
        return found

    # --- people

    async def agent(self, browser: Place, dn: str = "5001", *, microphone: float = 620.0) -> AgentPage:
        """An agent who is signed in at the desktop, with the softphone beside it."""
        page = await new_page(browser, microphone=microphone)
        await page.add_init_script(NOTE_TONES)
        await page.goto(self.desktop)
        await page.get_by_test_id("login-user").fill(f"agent{dn}")
        await page.get_by_test_id("login-password").fill(f"agent{dn}")
        await page.get_by_test_id("login-submit").click()
        agent = AgentPage(page, await softphone_in(page))
        await agent.registered()
        return agent

    async def customer(self, to: str, *, tone: float = 440.0) -> Customer:
        order = {"from": "+15550100", "to": to, "tone": tone}
        async with self.http.post(f"{self.gws}/lab/calls", json=order) as response:
            assert response.status == 201, await response.text()
            return Customer(self.http, f"{self.gws}/lab/calls", (await response.json())["id"])

    def party(self, customer: Customer) -> Any:
        """The RTP party of a customer."""
        (call,) = [each for each in self.telephone.customers.calls if each.id == customer.id]
        return call.rtp.party

    def in_service(self, dn: str) -> bool:
        view = self.telephone.sip_server.dn(dn)
        return view is not None and view.in_service


@asynccontextmanager
async def served(directory: Path, gateway: str = "", media: str = "") -> AsyncIterator[Served]:
    """`gateway` and `media` are further lines of these sections."""
    settings = free_settings()
    config = directory / "cordboard.toml"
    (agent,) = [each for each in settings.agents if each.dn == "5001"]
    ports = {"first": FIRST_PORT, "last": FIRST_PORT + 79}
    text = SETTINGS.format(
        settings=settings,
        directory=directory,
        gateway=gateway,
        media=media,
        password=agent.sip_server_password,
        **ports,
    )
    config.write_text(text)
    async with AsyncExitStack() as running:
        telephone = await TelephoneLab.start(telephone_settings(settings))
        running.push_async_callback(telephone.close)
        routes = [*telephone.routes, web.get("/lab/configuration.json", _where(settings))]
        gws = create_gws(telephone.telephony, gws_settings(settings), extra_routes=routes)
        await start_site(gws, settings.lab.gws, running)
        http = await running.enter_async_context(aiohttp.ClientSession())
        site = Served(settings, telephone, http, config, directory)
        try:
            yield site
        except AssertionError:
            print("\n".join(site.log))
            raise
        finally:
            await _end(site)


async def _end(site: Served) -> None:
    """Nothing of it is left, whatever the test did."""
    if site.process is not None and site.process.returncode is None:
        site.send(signal.SIGINT)
        await site.ended()
    for pid in site.workers:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)


def _where(settings: Settings) -> Any:
    async def answer(_request: web.Request) -> web.Response:
        return web.json_response({"softphone": f"{settings.desk.url}/"})

    return answer
