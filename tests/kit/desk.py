"""A desk over a fake GWS, and pages that use it as a browser would."""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from cordboard.config import Address, Settings, lab_settings
from cordboard.desk import create_desk
from cordboard.observe import Metrics
from cordboard.observe.trace import Traces
from cordboard.seat.desk_port import SeatWords
from kit.fake_gws import FakeGws
from kit.ports import free_port as free_port
from kit.seats import FakeSeats

SECRET = b"0123456789abcdef0123456789abcdef"
HOST = f"127.88.{os.getpid() >> 8 & 255}.{os.getpid() & 255 or 1}"  # other test runs take other addresses


@contextlib.asynccontextmanager
async def served(application: web.Application, port: int) -> AsyncIterator[None]:
    runner = web.AppRunner(application, handler_cancellation=True, shutdown_timeout=0.2, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, HOST, port).start()
    try:
        yield
    finally:
        await runner.cleanup()


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    json: Any


@dataclass
class PageInBrowser:
    """One page of one browser: the browser's own cookies, and the page's identifier as its only secret."""

    url: str
    client: aiohttp.ClientSession
    identifier: str = ""
    cookies: dict[str, str] = field(default_factory=dict)

    async def ask(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        sent = {"Origin": self.url, **({"X-Cordboard-Page": self.identifier} if self.identifier else {})}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.client.request(
            method, self.url + path, json=body, headers=sent, allow_redirects=False
        ) as response:
            content = await response.read()
            parsed = await response.json() if response.content_type == "application/json" else None
            return Answer(response.status, dict(response.headers), content, parsed)

    async def open(self) -> Answer:
        answer = await self.ask("POST", "/page")
        self.identifier = answer.json["page"]
        return answer

    async def sign_in(self, password: str = "agent5001") -> Answer:
        return await self.ask("POST", "/page/sign-in", {"userName": "agent5001", "password": password})


@dataclass
class Bench:
    """`now` is what the desk's clock says."""

    settings: Settings
    gws: FakeGws
    client: aiohttp.ClientSession
    seats: FakeSeats
    now: float = 1_800_000_000.0

    def page(self, **cookies: str) -> PageInBrowser:
        return PageInBrowser(self.settings.desk.url, self.client, cookies=cookies)

    async def signed_in(self) -> PageInBrowser:
        page = self.page()
        await page.open()
        assert (await page.sign_in()).status == 200
        return page


@contextlib.asynccontextmanager
async def desk_bench(
    pages: Path,
    *,
    gws_runs: bool = True,
    seats: SeatWords | None = None,
    secret: bytes = SECRET,
    metrics: Metrics | None = None,
    traces: Traces | None = None,
    **changes: object,
) -> AsyncIterator[Bench]:
    """A running desk; `seats` are used instead of the bench's own, `changes` are settings by `section__key`."""
    desk_port, gws_port = free_port(HOST), free_port(HOST)
    settings = lab_settings(
        {"desk.listen": Address(HOST, desk_port), "lab.gws": Address(HOST, gws_port)}
        | {name.replace("__", "."): value for name, value in changes.items()}
    )
    gws = FakeGws()
    async with contextlib.AsyncExitStack() as running:
        client = await running.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()))
        bench = Bench(settings, gws, client, FakeSeats())
        if gws_runs:
            await running.enter_async_context(served(gws.application(), gws_port))
        desk = create_desk(
            settings,
            secret=secret,
            clock=lambda: bench.now,
            pages=pages,
            metrics=metrics,
            seats=seats or bench.seats,
            traces=traces,
        )
        await running.enter_async_context(served(desk, settings.desk.listen.port))
        yield bench
