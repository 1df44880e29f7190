"""What one page may have of GWS at once, and what of GWS's answers reaches it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp
import pytest

from cordboard.desk import create_desk
from cordboard.observe import Metrics
from kit.desk import HOST, SECRET, desk_bench, free_port, served

CONNECT = [{"channel": "/meta/connect", "clientId": "c", "connectionType": "long-polling"}]


async def waiting(bench: object, count: int) -> None:
    while bench.gws.polls_waiting != count:  # type: ignore[attr-defined]  # noqa: ASYNC110
        await asyncio.sleep(0.005)


async def test_a_newer_poll_ends_the_older(tmp_path: Path) -> None:
    async with desk_bench(tmp_path) as bench:
        page, other = await bench.signed_in(), await bench.signed_in()

        async def poll(asking: object) -> object:
            try:
                return (await asking.ask("POST", "/gws/api/v2/notifications", CONNECT)).json  # type: ignore[attr-defined]
            except aiohttp.ClientError:  # its answer had begun
                return "broken"

        loop = asyncio.get_running_loop()
        beside, older = loop.create_task(poll(other)), loop.create_task(poll(page))
        await waiting(bench, 2)
        newer = loop.create_task(poll(page))
        assert await older == "broken"
        await waiting(bench, 2)
        assert bench.gws.polls_cancelled == 1
        bench.gws.event.set()
        assert [await newer, await beside] == [[1, 2], [1, 2]]


async def test_too_many_requests_of_one_page(tmp_path: Path) -> None:
    async with desk_bench(tmp_path, gws__requests_per_page=2) as bench:
        page, other = await bench.signed_in(), await bench.signed_in()
        bench.gws.me_answers.clear()
        loop = asyncio.get_running_loop()
        asked = [loop.create_task(page.ask("GET", "/gws/api/v2/me")) for _ in range(3)]
        done, _ = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
        (refused,) = (task.result() for task in done)
        assert (refused.status, refused.json["code"]) == (429, "too-many-requests")
        assert (await other.ask("GET", "/gws/api/v2/me/calls")).status == 200
        bench.gws.me_answers.set()
        assert sorted([(await task).status for task in asked]) == [200, 200, 429]
        assert (await page.ask("GET", "/gws/api/v2/me/calls")).status == 200


async def test_answer_that_is_too_large(tmp_path: Path) -> None:
    async with desk_bench(tmp_path, gws__largest_answer=2000) as bench:
        page = await bench.signed_in()
        told = await page.ask("GET", "/gws/api/v2/large")
        assert (told.status, told.json["code"]) == (502, "answer-too-large")
        with pytest.raises(aiohttp.ClientError):
            await page.ask("GET", "/gws/api/v2/large?chunked")


async def test_packed_answer_reaches_the_page(tmp_path: Path) -> None:
    async with desk_bench(tmp_path) as bench:
        page = await bench.signed_in()
        answer = await page.ask("GET", "/gws/api/v2/packed")
        assert (answer.json["statusCode"], len(answer.json["text"])) == (0, 5000)


async def test_words_of_a_refusal_that_is_no_json_reach_the_page(tmp_path: Path) -> None:
    async with desk_bench(tmp_path) as bench:
        page = await bench.signed_in()
        answer = await page.ask("POST", "/gws/api/v2/without-csrf", {})
        assert (answer.status, answer.body) == (403, b"Missing or invalid Csrf token")
        assert answer.headers["Content-Type"].startswith("text/plain")
        assert (await page.ask("POST", "/page/token", {})).status == 200  # it is no end of the session


async def test_requests_are_counted_by_what_they_ask_for(tmp_path: Path) -> None:
    async with desk_bench(tmp_path) as bench:
        metrics, port = Metrics(), free_port(HOST)
        desk = create_desk(bench.settings, secret=SECRET, pages=tmp_path, metrics=metrics)
        async with served(desk, port):
            page = bench.page()
            page.url = f"http://{HOST}:{port}"
            host = bench.settings.desk.url
            await page.ask("POST", "/page", None, Host=host.removeprefix("http://"), Origin=host)
            opened = await page.ask("POST", "/page", None, Host=host.removeprefix("http://"), Origin=host)
            page.identifier = opened.json["page"]
            for path in ("/gws/api/v2/me/calls", "/gws/internal-api/x", "/gws/api/v2/me/calls/0/15550100-private"):
                await page.ask("GET", path, None, Host=host.removeprefix("http://"), Origin=host)
        text = metrics.text().decode()
        assert 'cordboard_gws_requests_total{route="calls",status="4xx"} 2.0' in text
        assert 'cordboard_gws_requests_total{route="internal",status="4xx"} 1.0' in text
        assert 'cordboard_gws_seconds_count{route="calls"} 2.0' in text
        assert "15550100-private" not in text
