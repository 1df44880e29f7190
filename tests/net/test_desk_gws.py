"""The way to GWS: each page with its own cookies, long polls as they come, failures told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from kit.desk import HOST, Bench, desk_bench


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with desk_bench(tmp_path) as running:
        yield running


async def until(condition: object) -> None:
    """Wait until the condition holds; the test's own time limit ends a wait in vain."""
    assert callable(condition)
    while not condition():  # noqa: ASYNC110  what is waited for happens in the peer
        await asyncio.sleep(0.005)


async def test_request_and_answer_pass_as_they_are(bench: Bench) -> None:
    page = await bench.signed_in()
    body = {"operationName": "Answer"}
    answer = await page.ask("POST", "/gws/api/v2/me/calls/00A%2FB?fields=*&x=%20", body)
    assert answer.status == 200
    assert answer.json == {"statusCode": 0, "asked": "/api/v2/me/calls/00A%2FB?fields=*&x=%20"}
    method, _, headers, content = bench.gws.asked[-1]
    assert (method, content) == ("POST", b'{"operationName": "Answer"}')
    assert headers["Content-Type"] == "application/json"


async def test_status_and_words_of_a_refusal_pass(bench: Bench) -> None:
    page = await bench.signed_in()
    answer = await page.ask("POST", "/gws/api/v2/me/wrong-state", {})
    assert (answer.status, answer.json) == (400, {"statusCode": 2, "statusMessage": "wrong state"})


async def test_only_harmless_headers_cross(bench: Bench) -> None:
    page = await bench.signed_in()
    page.cookies = {"JSESSIONID": "of-the-browser", "secret": "x"}
    answer = await page.ask(
        "POST",
        "/gws/api/v2/me",
        {},
        Authorization="Bearer of-the-browser",
        X_CSRF_TOKEN="csrf-1",
        X_Forwarded_For="127.0.0.9",
        Referer="http://127.0.0.1/secret",
    )
    sent = {name.lower(): value for name, value in bench.gws.asked[-1][2].items()}
    assert sent["cookie"] == "JSESSIONID=node0"
    assert sent["x-csrf-token"] == "csrf-1"
    assert sent["host"] == bench.settings.gws.url.removeprefix("http://")
    for name in ("authorization", "origin", "referer", "x-forwarded-for", "x-cordboard-page"):
        assert name not in sent
    assert answer.headers["X-CSRF-TOKEN"] == "csrf-1"
    for name in ("Set-Cookie", "X-Frame-Options", "Access-Control-Allow-Origin", "WWW-Authenticate"):
        assert name not in answer.headers


async def test_each_page_has_its_own_cookies(bench: Bench) -> None:
    bench.gws.event.set()
    first, second = await bench.signed_in(), await bench.signed_in()
    for page in (first, second):
        await page.ask("POST", "/gws/api/v2/notifications", [])
    for page in (first, second, first):
        await page.ask("GET", "/gws/api/v2/me/calls")
    cookies = [headers["Cookie"] for _, path, headers, _ in bench.gws.asked if path.endswith("/me/calls")]
    assert len(set(cookies[:2])) == 2
    for cookie, session in zip(cookies, ("node0", "node1", "node0"), strict=True):
        assert f"JSESSIONID={session}" in cookie
        assert cookie.count("BAYEUX_BROWSER=") == 1


async def test_answer_of_a_long_poll_comes_as_gws_sends_it(bench: Bench) -> None:
    page = await bench.signed_in()
    headers = {"X-Cordboard-Page": page.identifier}
    url = f"{page.url}/gws/api/v2/notifications"
    async with bench.client.post(url, json=[], headers=headers) as answer:
        assert await answer.content.readany() == b"[1,"
        bench.gws.event.set()
        assert await answer.content.read() == b"2]"


async def test_other_requests_pass_while_a_poll_waits(bench: Bench) -> None:
    page = await bench.signed_in()

    async def ask_meanwhile() -> int:
        await until(lambda: bench.gws.polls_waiting == 1)
        answer = await page.ask("GET", "/gws/api/v2/me/calls")
        bench.gws.event.set()
        return answer.status

    poll, status = await asyncio.gather(page.ask("POST", "/gws/api/v2/notifications", []), ask_meanwhile())
    assert (poll.json, status) == ([1, 2], 200)


async def test_poll_of_a_page_that_left_ends_at_gws(bench: Bench) -> None:
    page = await bench.signed_in()
    headers = {"X-Cordboard-Page": page.identifier}
    async with bench.client.post(f"{page.url}/gws/api/v2/notifications", json=[], headers=headers) as answer:
        await until(lambda: bench.gws.polls_waiting == 1)
        answer.close()
    await until(lambda: bench.gws.polls_cancelled == 1)


async def test_many_polls_wait_at_once(bench: Bench) -> None:
    """More than the HTTP client's usual limit of 100 connections."""
    pages = [bench.page() for _ in range(120)]
    for page in pages:
        await page.open()

    async def all_answered() -> None:
        await until(lambda: bench.gws.polls_waiting == 120)
        bench.gws.event.set()

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as browser:
        for page in pages:
            page.client = browser
        connect = [{"channel": "/meta/connect"}]
        polls = (page.ask("POST", "/gws/api/v2/notifications", connect) for page in pages)
        answers = await asyncio.gather(all_answered(), *polls)
    assert [answer.json for answer in answers if answer] == [[1, 2]] * 120


async def test_ended_session_is_told(bench: Bench) -> None:
    page = await bench.signed_in()
    bench.gws.sessions.clear()
    answer = await page.ask("GET", "/gws/api/v2/me/calls")
    assert answer.status == 403
    assert answer.json == {
        "statusCode": 20,
        "statusMessage": "Access denied",
        "error": "the session at GWS has ended; sign in again",
        "code": "session-ended",
    }
    assert (await page.ask("POST", "/page/token", {})).json["code"] == "signed-out"


async def test_redirections_are_not_followed_and_not_passed(bench: Bench) -> None:
    page = await bench.signed_in()
    answer = await page.ask("GET", "/gws/api/v2/moved")
    assert (answer.status, answer.json["code"]) == (502, "gws-redirects")
    assert "[gws] url" in answer.json["error"]


async def test_answer_that_breaks_off_breaks_off_for_the_page_too(bench: Bench) -> None:
    page = await bench.signed_in()
    with pytest.raises((aiohttp.ClientPayloadError, aiohttp.ClientOSError, aiohttp.ServerDisconnectedError)):
        await page.ask("GET", "/gws/api/v2/broken")


async def test_slow_answer_is_a_504(tmp_path: Path) -> None:
    async with desk_bench(tmp_path, gws__answer_milliseconds=50) as bench:
        page = await bench.signed_in()
        answer = await page.ask("GET", "/gws/api/v2/slow")
    assert (answer.status, answer.json["code"]) == (504, "gws-unreachable")
    assert answer.json["error"] == f"GWS at {bench.settings.gws.url} did not answer within 0.05 s"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/gws/lab/calls", 404),
        ("GET", "/gws/ui/ad/v1/index.html", 404),
        ("GET", "/gws/api/v2evil", 404),
        ("GET", "/gws/", 404),
        ("GET", "/gws/api/v2/%2e%2e/%2e%2e/lab", 400),
        ("GET", "/gws/api/v2/..%5clab", 400),
        ("GET", "/gws/api/v2/%0d%0aX-Evil:%201", 404),
        ("OPTIONS", "/gws/api/v2/me", 405),
        ("PROPFIND", "/gws/api/v2/me", 405),
    ],
)
async def test_paths_and_methods_that_pages_have_no_business_with(
    bench: Bench, method: str, path: str, status: int
) -> None:
    page = await bench.signed_in()
    before = len(bench.gws.asked)
    reader, writer = await asyncio.open_connection(HOST, bench.settings.desk.listen.port)
    host = page.url.removeprefix("http://")
    head = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nX-Cordboard-Page: {page.identifier}\r\nConnection: close\r\n"
    writer.write(f"{head}\r\n".encode())
    answer = await reader.read()
    writer.close()
    assert answer.split()[1] == str(status).encode()
    assert len(bench.gws.asked) == before


async def test_guides_cometd_path_is_reached(bench: Bench) -> None:
    page = await bench.signed_in()
    for path in ("/gws/cometd", "/gws/genesys/cometd"):
        assert (await page.ask("GET", path)).json["asked"] == "/api/v2/notifications"
