"""A real nginx with the configuration that `cordboard render` writes, and the whole lab behind it.

async with lab_behind_nginx() as lab:
    agent = await lab.agent(browser)          # https, and the loader puts the phone into the desktop's page
    lab.nginx.url                             # https://localhost:<port>
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import ssl
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from playwright.async_api import Browser, Frame, Page

from cordboard.cli.lab import start_lab
from cordboard.config import Address, Settings, lab_settings
from cordboard.deploy.nginx import render
from kit.certificates import Authority
from kit.desk import free_port
from kit.lab import HOST, Place, RunningLab, free_settings
from kit.lab_agent import PATIENCE

NAME = "localhost"  # the one name that the tests' Chromium finds
UP_SECONDS = 5.0
GWS_PATHS = ("/lab", *lab_settings().nginx.gws_paths)


@dataclass(slots=True)
class RunningNginx:
    """`url` is the one origin, `plain` the address that leads there."""

    url: str
    plain: str
    directory: Path
    http: aiohttp.ClientSession

    @property
    def log(self) -> str:
        return "".join(
            file.read_text(errors="replace") for file in [*self.directory.glob("*.log"), *self.directory.glob("*.json")]
        )


@dataclass(slots=True)
class LabBehindNginx(RunningLab):
    """A lab whose browsers know nothing but nginx."""

    nginx: RunningNginx

    @property
    def desktop(self) -> str:
        return f"{self.nginx.url}/ui/ad/v1/index.html"

    async def open(self, browser: Place, url: str, microphone: float | None) -> Page:
        place = await browser.new_context(ignore_https_errors=True) if isinstance(browser, Browser) else browser
        page = await super(LabBehindNginx, self).open(place, url, microphone)
        await page.set_viewport_size({"width": 1680, "height": 900})  # room for desktop and phone side by side
        return page

    async def phone_in(self, page: Page) -> Frame:
        """The frame that the loader has made."""
        end = time.monotonic() + PATIENCE
        while not (found := [frame for frame in page.frames if frame.url == f"{self.nginx.url}/"]):
            assert time.monotonic() < end, f"no softphone in {[frame.url for frame in page.frames]}"
            await asyncio.sleep(0.02)
        (frame,) = found
        return frame


def nginx_settings(directory: Path) -> dict[str, Any]:
    """Settings, by the names of `running_lab`, for an nginx that is nobody's but this test's."""
    identity = Authority(directory).identity(NAME)
    return {
        "site__public_name": NAME,
        "site__certificate": identity.certificate,
        "site__certificate_key": identity.key,
        "nginx__https": (Address(HOST, free_port(HOST)),),
        "nginx__http": (Address(HOST, free_port(HOST)),),
        "nginx__gws_paths": GWS_PATHS,
        "nginx__configuration_directory": str(directory),
        "nginx__log_directory": str(directory),
        "nginx__temporary_directory": str(directory),
        "nginx__pid_file": str(directory / "pid"),
    }


@asynccontextmanager
async def running_nginx(settings: Settings, directory: Path) -> AsyncIterator[RunningNginx]:
    """nginx as rendered, its files in `directory`. Raises `AssertionError`, with what it said, when it does not run."""
    install(settings, directory)
    command = ("nginx", "-e", str(directory / "early.log"), "-c", str(directory / "nginx.conf"), "-g", "daemon off;")
    environment = {**os.environ, "PATH": f"{os.environ.get('PATH', '')}:/usr/sbin"}
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE, env=environment)
    unverified = aiohttp.TCPConnector(ssl=_unverified(), force_close=True)
    async with aiohttp.ClientSession(connector=unverified, cookie_jar=aiohttp.DummyCookieJar()) as http:
        found = RunningNginx(settings.desk.url, f"http://{NAME}:{settings.nginx.http[0].port}", directory, http)
        try:
            await _listening(process, settings.nginx.https[0])
            yield found
        finally:
            if process.returncode is None:
                process.terminate()
            await process.communicate()


@asynccontextmanager
async def lab_behind_nginx(**changes: Any) -> AsyncIterator[LabBehindNginx]:
    """As `running_lab`."""
    async with AsyncExitStack() as running:
        directory = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="cordboard-")))
        settings = free_settings(**{**nginx_settings(directory), **changes})
        lab = await start_lab(settings, running)
        nginx = await running.enter_async_context(running_nginx(settings, directory))
        http = await running.enter_async_context(aiohttp.ClientSession())
        yield LabBehindNginx(settings, lab, http, nginx)


@asynccontextmanager
async def nginx_alone(**changes: Any) -> AsyncIterator[RunningNginx]:
    """Nothing is behind it, so whatever it passes on comes back as 502; `changes` are settings."""
    with tempfile.TemporaryDirectory(prefix="cordboard-") as directory:
        settings = free_settings(**{**nginx_settings(Path(directory)), **changes})
        async with running_nginx(settings, Path(directory)) as nginx:
            yield nginx


def install(settings: Settings, directory: Path) -> None:
    """What is rendered, at the places that it names in `directory`."""
    for each in render(settings):
        file = Path(each.place)
        if file.is_relative_to(directory):  # else it is no file of nginx's
            file.parent.mkdir(exist_ok=True)
            file.write_text(each.text)


async def _listening(process: asyncio.subprocess.Process, address: Address) -> None:
    end = time.monotonic() + UP_SECONDS
    while True:
        if process.returncode is not None:
            _, said = await process.communicate()
            raise AssertionError(f"nginx ended: {said.decode()}")
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection(address.host, address.port)
            writer.close()
            return
        assert time.monotonic() < end, "nginx does not listen"
        await asyncio.sleep(0.02)


def _unverified() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
