"""GWS below the one origin: what it is told by nginx, and what browsers get of what it says."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from yarl import URL

from cordboard.net.http import serve_http
from kit.certificates import Authority
from kit.desk import free_port
from kit.lab import until
from kit.nginx import HOST, NAME, RunningNginx, nginx_alone

PAGE = "<!doctype html><html><HEAD><title>WWE</title></HEAD><body></body></html>"
TAG = "<script src='/embed/loader.js' data-side='right' data-push data-widgets defer></script></head>"


@dataclass
class Gws:
    """One that knows itself by its own address only."""

    url: str
    asked: list[web.Request] = field(default_factory=list)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def page(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        return web.Response(text=PAGE, content_type="text/html", headers={"ETag": '"1"'})

    async def script(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        return web.Response(text="'</head>'", content_type="text/javascript", headers={"ETag": '"1"'})

    async def me(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        own = f"{self.url}/api/v2/users/1"
        answer = web.json_response({"uri": own, "other": f"http://{request.host}/api/v2/me", "text": "gws"})
        answer.headers.add("Set-Cookie", "JSESSIONID=a; Path=/; Domain=gws.example")
        answer.headers.add("Set-Cookie", "BAYEUX_BROWSER=b; Path=/")
        return answer

    async def leave(self, _request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": f"{self.url}/ui/ad/v1/index.html"})

    async def poll(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        answer = web.StreamResponse(headers={"Content-Type": "application/json"})
        await answer.prepare(request)
        await answer.write(b'[{"channel":"/meta/connect"}')
        await self.go_on.wait()
        await answer.write(b"]")
        return answer


@asynccontextmanager
async def behind_nginx(**changes: object) -> AsyncIterator[tuple[RunningNginx, Gws]]:
    port = free_port(HOST)
    gws = Gws(f"http://{HOST}:{port}")
    application = web.Application()
    for path, answer in (
        ("/ui/ad/v1/index.html", gws.page),
        ("/ui/ad/v1/main.js", gws.script),
        ("/api/v2/me", gws.me),
        ("/api/v2/leave", gws.leave),
        ("/api/v2/notifications/connect", gws.poll),
    ):
        application.router.add_get(path, answer)
    server = await serve_http(application, HOST, port)
    try:
        async with nginx_alone(gws__url=gws.url, **changes) as nginx:
            yield nginx, gws
    finally:
        gws.go_on.set()
        await server.close()


async def test_gws_hears_of_browser_and_origin_and_believes_no_client() -> None:
    async with behind_nginx() as (nginx, gws):
        lies = {"X-Forwarded-For": "198.51.100.7", "X-Forwarded-Host": "evil.example", "Forwarded": "for=198.51.100.7"}
        async with nginx.http.get(f"{nginx.url}/api/v2/me", headers=lies) as answer:
            assert answer.status == 200
        (request,) = gws.asked
        said = {name: request.headers.get(name, "") for name in ("Host", "X-Forwarded-Host", "X-Forwarded-Proto")}
        authority = nginx.url.removeprefix("https://")
        assert said == {"Host": authority, "X-Forwarded-Host": authority, "X-Forwarded-Proto": "https"}
        assert request.headers["X-Forwarded-For"] == request.headers["X-Real-IP"] == HOST
        assert request.headers["X-Forwarded-Port"] == authority.rpartition(":")[2]
        assert "Forwarded" not in request.headers


async def test_its_own_address_and_cookies_become_the_origins() -> None:
    async with behind_nginx() as (nginx, gws):
        async with nginx.http.get(f"{nginx.url}/api/v2/me") as answer:
            content = await answer.json()
            cookies = sorted(answer.headers.getall("Set-Cookie"))
        assert content == {
            "uri": f"{nginx.url}/api/v2/users/1",
            "other": f"{nginx.url}/api/v2/me",
            "text": "gws",
        }
        assert [cookie.split("; ")[0] for cookie in cookies] == ["BAYEUX_BROWSER=b", "JSESSIONID=a"]
        parts = [{part.strip().lower() for part in cookie.split(";")[1:]} for cookie in cookies]
        assert parts == [{"path=/", "secure"}, {"path=/", "secure", "httponly", "domain=localhost"}]
        async with nginx.http.get(f"{nginx.url}/api/v2/leave", allow_redirects=False) as answer:
            assert answer.headers["Location"] == f"{nginx.url}/ui/ad/v1/index.html"
        assert gws.url not in str(content)


async def test_addresses_stay_where_that_is_wanted() -> None:
    async with (
        behind_nginx(nginx__rewrite_gws_uris=False) as (nginx, gws),
        nginx.http.get(f"{nginx.url}/api/v2/me") as said,
    ):
        assert (await said.json())["uri"] == f"{gws.url}/api/v2/users/1"


async def test_workspace_is_always_asked_for_whole_and_its_scripts_are_left_alone() -> None:
    async with behind_nginx() as (nginx, gws):
        headers = {"If-None-Match": '"1"', "Accept-Encoding": "gzip"}
        async with nginx.http.get(f"{nginx.url}/ui/ad/v1/index.html?authType=saml", headers=headers) as answer:
            assert TAG in await answer.text()
        async with nginx.http.get(f"{nginx.url}/ui/ad/v1/main.js", headers=headers) as answer:
            assert await answer.text() == "'</head>'"
        page, script = gws.asked
        assert not {"If-None-Match", "Accept-Encoding"} & page.headers.keys()
        assert page.query == {"authType": "saml"}
        assert script.headers["If-None-Match"] == '"1"'


async def test_a_long_poll_is_passed_on_as_it_comes() -> None:
    path = "/api/v2/notifications/connect"
    async with behind_nginx() as (nginx, gws), nginx.http.get(nginx.url + path) as answer:
        first = await asyncio.wait_for(answer.content.readany(), 5.0)
        assert first.startswith(b'[{"channel":')
        gws.go_on.set()
        assert (first + await answer.content.read()).endswith(b"]")


@pytest.fixture
def open_directory() -> Iterator[Path]:
    """Nginx's user may read it; pytest's own directories are closed."""
    with tempfile.TemporaryDirectory(prefix="cordboard-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def acme(open_directory: Path) -> dict[str, Any]:
    """Settings of a site that has got its certificate, and answers for the next one."""
    identity = Authority(open_directory).identity(NAME)
    (open_directory / "acme").mkdir()
    Path(identity.certificate).rename(open_directory / "acme/fullchain.pem")
    Path(identity.key).rename(open_directory / "acme/privkey.pem")
    challenges = open_directory / ".well-known/acme-challenge"
    challenges.mkdir(parents=True)
    (challenges / "token").write_text("proof")
    directories = {"site__configuration_directory": str(open_directory), "nginx__acme_directory": str(open_directory)}
    return {"site__acme": True, "site__certificate": "", "site__certificate_key": "", **directories}


async def test_an_acme_authority_is_answered_by_http(acme: dict[str, Any]) -> None:
    async with nginx_alone(**acme) as nginx:
        async with nginx.http.get(f"{nginx.plain}/.well-known/acme-challenge/token") as answer:
            assert (answer.status, await answer.text()) == (200, "proof")
        for path in ("/.well-known/acme-challenge/other", "/.well-known/acme-challenge/%2e%2e/%2e%2e/acme/privkey.pem"):
            async with nginx.http.get(URL(nginx.plain + path, encoded=True), allow_redirects=False) as answer:
                assert answer.status in (301, 404)


@pytest.mark.parametrize("path", ["/ws", "/"])
async def test_the_client_of_a_load_balancer_is_believed_where_that_is_trusted(path: str) -> None:
    trusted = {"nginx__trusted_proxies": ("127.0.0.0/8",)}
    async with nginx_alone(**trusted) as nginx:
        headers = {"X-Forwarded-For": "198.51.100.7"}
        async with nginx.http.get(nginx.url + path, headers=headers) as answer:
            assert answer.status == 502
        await until(lambda: '"client":"198.51.100.7"' in nginx.log, "the client's address in the log")
