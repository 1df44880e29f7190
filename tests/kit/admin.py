"""The admin page's server over a fake GWS and a site that a test makes up."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from cordboard.access.password_hash import hashed
from cordboard.config import Address, Settings, lab_settings
from cordboard.desk.admin import create_admin
from cordboard.desk.health import Health
from cordboard.net.http import serve_http
from cordboard.seat.admin_port import AgentRow, CallRow, Check, Examination, Heard, Overview, Unavailable
from kit.desk import HOST, Answer, free_port, served
from kit.fake_gws import FakeGws

LOCAL_PASSWORD = "a long password"
READY = (Check("SIP Server"), Check("GWS"))
CALL = CallRow(
    "call-1", "UUID1", "5001", "***00", "trunk", "talking", 100.0, 103.0, False, Heard(4.4), Heard(3.2, 0.04)
)
TRACE = {"call": "call-1", "call_uuid": "UUID1", "dn": "5001", "begun": 100.0, "ended": 0.0, "entries": [], "bad": []}


@dataclass
class FakeSite:
    """Implements `Administration`; `done` is what was asked of it."""

    checks: tuple[Check, ...] = READY
    rows: list[AgentRow] = field(default_factory=lambda: [AgentRow("5001", True, 1, True), AgentRow("5002")])
    done: list[tuple[Any, ...]] = field(default_factory=list)
    records_trouble: str = ""
    stopping: bool = False

    async def overview(self) -> Overview:
        return Overview(100.0, self.checks, False, 1, len(self.rows), 1, 1, 1, "primary", "relay", 1)

    def agents(self) -> Sequence[AgentRow]:
        return self.rows

    def calls(self) -> Sequence[CallRow]:
        return [CALL]

    def traces(self) -> Sequence[Mapping[str, Any]]:
        return [TRACE]

    def trace(self, call: str) -> Mapping[str, Any] | None:
        return TRACE if call == "call-1" else None

    def mark_bad(self, call: str, why: str) -> bool:
        self.done.append(("bad", call, why))
        return call == "call-1"

    async def bundle(self, call: str) -> bytes | None:
        return b"PK" if call == "call-1" else None

    async def records(self, *, only_bad: bool, limit: int) -> Sequence[Mapping[str, Any]]:
        if self.records_trouble:
            raise Unavailable(self.records_trouble)
        self.done.append(("records", only_bad, limit))
        return []

    def examination(self) -> Examination:
        return Examination(({"id": "sip.server", "state": "ok"},), 100.0)

    def examine(self) -> None:
        self.done.append(("examine",))

    def explain(self, finding: str) -> str:
        return "It asks SIP Server." if finding == "sip.server" else ""

    async def drain(self, on: bool) -> None:
        if self.stopping:
            raise Unavailable("the process is about to end")
        self.done.append(("drain", on))

    def settings(self) -> Sequence[Mapping[str, str]]:
        return [{"name": "[admin] listen", "value": "x", "source": "default"}]


@dataclass
class Browser:
    """One administrator's browser: its cookie, and the token that its page was given."""

    url: str
    client: aiohttp.ClientSession
    cookie: str = ""
    csrf: str = ""

    async def ask(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        sent = {"Origin": self.url, "Cookie": self.cookie, "X-Cordboard-CSRF": self.csrf}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {name: value for name, value in sent.items() if value}
        path = path if path.startswith("/") else f"/admin/api/{path}"
        async with self.client.request(
            method, self.url + path, json=body, headers=sent, allow_redirects=False
        ) as response:
            content = await response.read()
            parsed = await response.json() if response.content_type == "application/json" else None
            return Answer(response.status, dict(response.headers), content, parsed)

    async def sign_in(self, user: str = "agent5001", password: str = "agent5001") -> Answer:
        answer = await self.ask("POST", "sign-in", {"user": user, "password": password})
        if answer.status == 200:
            self.cookie = answer.headers["Set-Cookie"].partition(";")[0]
            self.csrf = answer.json["csrf"]
        return answer


@dataclass
class AdminBench:
    """`now` is what the page's clock says."""

    settings: Settings
    gws: FakeGws
    site: FakeSite
    client: aiohttp.ClientSession
    now: float = 1_800_000_000.0

    def browser(self) -> Browser:
        return Browser(f"http://{self.settings.admin.listen}", self.client)

    async def signed_in(self) -> Browser:
        browser = self.browser()
        assert (await browser.sign_in()).status == 200
        return browser


@contextlib.asynccontextmanager
async def admin_bench(
    pages: Path, *, host: str = HOST, gws_runs: bool = True, **changes: object
) -> AsyncIterator[AdminBench]:
    """A running admin page; `changes` are settings by `section__key`."""
    listen, gws_port = Address(host, free_port(host)), free_port(HOST)
    settings = lab_settings(
        {
            "admin.listen": listen,
            "lab.gws": Address(HOST, gws_port),
            "admin.password_hash": hashed(LOCAL_PASSWORD, b"salt" * 4, cost=2**4),
        }
        | {name.replace("__", "."): value for name, value in changes.items()}
    )
    site = FakeSite()

    async def checks() -> Sequence[Check]:
        return site.checks

    async with contextlib.AsyncExitStack() as running:
        client = await running.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()))
        bench = AdminBench(settings, FakeGws(), site, client)
        if gws_runs:
            await running.enter_async_context(served(bench.gws.application(), gws_port))
        page = create_admin(settings, site, health=Health(checks), clock=lambda: bench.now, pages=pages)
        server = await serve_http(page, host, listen.port)
        running.push_async_callback(server.close)
        yield bench
