"""Other web sites get nothing, browsers are told what pages may do, and the pages themselves are served."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from cordboard.config import Agent, lab_settings
from cordboard.desk import create_desk
from cordboard.desk.protection import websocket_source
from cordboard.desk.static import add_pages
from kit.desk import HOST, SECRET, Bench, desk_bench, free_port, served


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    softphone = tmp_path / "softphone"
    (softphone / "assets").mkdir(parents=True)
    (softphone / "index.html").write_text("<!doctype html><title>Softphone</title>")
    (softphone / "assets" / "main.js").write_text("export {}")
    (softphone / ".hidden").write_text("x")
    (tmp_path / "secret.txt").write_text("x")
    (softphone / "link.txt").symlink_to(tmp_path / "secret.txt")
    async with desk_bench(tmp_path) as running:
        yield running


async def test_pages_are_served(bench: Bench) -> None:
    page = bench.page()
    index = await page.ask("GET", "/")
    assert (index.status, index.body) == (200, b"<!doctype html><title>Softphone</title>")
    assert index.headers["Content-Type"].startswith("text/html")
    assert index.headers["Cache-Control"] == "no-cache"
    script = await page.ask("GET", "/assets/main.js")
    assert script.status == 200
    assert "javascript" in script.headers["Content-Type"]


@pytest.mark.parametrize(
    "path", ["/missing.js", "/assets", "/assets/", "/.hidden", "/..%2fsecret.txt", "/link.txt", "/%00", "/" + "x" * 400]
)
async def test_other_files_are_not(bench: Bench, path: str) -> None:
    async with bench.client.get(aiohttp.client.URL(bench.settings.desk.url + path, encoded=True)) as answer:
        assert answer.status in (400, 404)


async def test_the_plain_page_is_there_in_the_lab_only(tmp_path: Path) -> None:
    for place, name in (("softphone", "index.html"), ("plain", "plain.html")):
        (tmp_path / place).mkdir()
        (tmp_path / place / name).write_text(f"<title>{place}</title>")
    async with desk_bench(tmp_path) as bench:
        answer = await bench.page().ask("GET", "/plain.html")
        assert answer.status == 200
        assert b"plain" in answer.body
    application = web.Application()
    add_pages(application, tmp_path)
    port = free_port(HOST)
    address = f"http://{HOST}:{port}/plain.html"
    async with served(application, port), aiohttp.ClientSession() as client, client.get(address) as answer:
        assert answer.status == 404


async def test_pages_that_were_never_built_are_explained(tmp_path: Path) -> None:
    async with desk_bench(tmp_path / "nowhere") as bench:
        answer = await bench.page().ask("GET", "/")
        assert answer.status == 503
        assert b"make web" in answer.body
        assert (await bench.page().ask("GET", "/healthz")).json == {"status": "ok"}


async def test_configuration_of_the_lab(bench: Bench) -> None:
    assert (await bench.page().ask("GET", "/configuration")).json == {
        "gateway": "cordboard",
        "sipServer": "ws://127.0.0.1:8088/ws",
        "gwsUrl": bench.settings.gws.url,
        "agentDn": "5001",
        "password": "GenesysAgent5001!",
        "gwsUser": "agent5001",
        "gwsPassword": "agent5001",
        "cometdChannel": "/user/agent/events",
        "useGwsForDialing": True,
        "dispositionKey": "DispositionCode",
        "endsGoneCalls": True,
        "shortcuts": ["answer=F2", "hang-up=F4", "mute=F8", "hold=F9"],
        "video": True,
        "audio": {"echoCancellation": True, "noiseSuppression": True, "autoGainControl": True},
        "lab": True,
        "embedding": {
            "origins": [bench.settings.desk.url, bench.settings.gws.url],
            "workspace": f"{bench.settings.gws.url}/ui/ad/v1/index.html",
        },
        "signIn": {"by": "password"},
    }


async def test_configuration_outside_the_lab_holds_no_password(tmp_path: Path) -> None:
    port = free_port(HOST)
    settings = lab_settings({"desk.url": f"http://{HOST}:{port}", "desk.echo_cancellation": False})
    settings = replace(settings, prefill=None, agents=(Agent("5001", "secret-1", "secret-2"),))
    desk = create_desk(settings, secret=SECRET, pages=tmp_path)
    async with served(desk, port), aiohttp.ClientSession(settings.desk.url) as client:
        async with client.get("/configuration") as answer:
            text, content = await answer.text(), await answer.json()
        assert "secret" not in text
        assert (content["agentDn"], content["password"], content["lab"]) == ("", "", False)
        assert content["audio"]["echoCancellation"] is False


@pytest.mark.parametrize(
    ("url", "source"),
    [
        ("wss://phone.example/ws", "wss://phone.example"),
        ("ws://127.0.0.1:8088/ws", "ws://127.0.0.1:8088"),
        ("ws://[::1]:8088/ws", "ws:"),  # browsers ignore an IPv6 address in a policy, and would then block it
    ],
)
def test_policy_names_the_websocket_as_browsers_understand_it(url: str, source: str) -> None:
    assert websocket_source(url) == source


async def test_headers_tell_browsers_what_pages_may_do(bench: Bench) -> None:
    for path in ("/", "/configuration", "/missing.js"):
        headers = (await bench.page().ask("GET", path)).headers
        policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == "'self'"
        assert (policy["require-trusted-types-for"], policy["trusted-types"]) == ("'script'", "'none'")
        assert policy["frame-src"] == "'none'"
        assert policy["connect-src"] == "'self' ws://127.0.0.1:8088"
        assert policy["frame-ancestors"] == f"'self' {bench.settings.gws.url}"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Origin-Agent-Cluster"] == "?1"
        assert "X-Frame-Options" not in headers
        assert "Permissions-Policy" not in headers
    assert (await bench.page().ask("GET", "/configuration")).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "origin", ["null", "", "http://evil.example", "https://{own}", "http://{own}0", "http://127.0.0.1", "http://{own}/"]
)
@pytest.mark.parametrize(("method", "path"), [("POST", "/page"), ("GET", "/configuration"), ("GET", "/gws/api/v2/me")])
async def test_pages_of_other_sites_are_refused(bench: Bench, origin: str, method: str, path: str) -> None:
    own = bench.settings.desk.url.removeprefix("http://")
    answer = await bench.page().ask(method, path, Origin=origin.format(own=own))
    assert (answer.status, answer.json["code"]) == (403, "wrong-origin")
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", ""])
async def test_other_host_names_are_refused(bench: Bench, host: str) -> None:
    answer = await bench.page().ask("POST", "/page", Host=host)
    assert (answer.status, answer.json["code"]) == (421, "wrong-host")
    assert (await bench.page().ask("GET", "/healthz", Host=host)).status == 200


async def test_localhost_is_led_to_the_right_address(bench: Bench) -> None:
    url = f"http://localhost:{bench.settings.desk.listen.port}/assets/main.js?x=1"
    headers = {"Host": f"localhost:{bench.settings.desk.listen.port}"}
    async with bench.client.get(
        f"{bench.settings.desk.url}/assets/main.js?x=1", headers=headers, allow_redirects=False
    ) as answer:
        assert answer.status == 307
        assert answer.headers["Location"] == url.replace("localhost", HOST)


async def test_requests_without_origin_pass(bench: Bench) -> None:
    async with bench.client.get(f"{bench.settings.desk.url}/configuration") as answer:
        assert answer.status == 200


async def test_failure_inside_is_a_plain_500(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("cordboard.desk.pages.Pages.open", broken)
    answer = await bench.page().ask("POST", "/page")
    assert (answer.status, answer.json) == (500, {"error": "the desk failed; its log tells more", "code": "failed"})
