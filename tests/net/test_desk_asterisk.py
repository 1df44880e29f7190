"""The desk beside Asterisk: pages get their DN's password instead of a token, and tell whether they are registered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from kit.desk import Bench, desk_bench


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with desk_bench(tmp_path, gateway__kind="asterisk", connector__answer_milliseconds=200) as running:
        running.gws.sessions.add("of-the-desktop")
        yield running


async def connector(bench: Bench, name: str) -> Any:
    page = bench.page(JSESSIONID="of-the-desktop")
    return (await page.ask("GET", f"/connector/{name}", Origin=bench.settings.gws.browser_url)).json


async def is_active(bench: Bench) -> bool:
    return bool((await connector(bench, "GetIsEndpointActive"))["get_IsEndpointActiveResult"])


async def test_a_page_gets_its_password_while_its_session_stands(bench: Bench) -> None:
    page = await bench.signed_in()
    told = await page.ask("POST", "/page/token", {})
    assert told.json == {"dn": "5001", "expires": int(bench.now) + 300, "password": "GenesysAgent5001!"}
    assert told.headers["Cache-Control"] == "no-store"
    bench.gws.sessions.clear()
    ended = await page.ask("POST", "/page/token", {})
    assert (ended.status, b"GenesysAgent" in ended.body) == (403, False)


async def test_pages_are_told_what_asterisk_does_not_do(bench: Bench) -> None:
    said = (await bench.page().ask("GET", "/configuration")).json
    assert [said[name] for name in ("gateway", "useGwsForDialing", "video")] == ["asterisk", False, False]


async def test_the_connector_believes_the_page(bench: Bench) -> None:
    page, other = await bench.signed_in(), await bench.signed_in()
    assert not await is_active(bench)
    assert (await page.ask("POST", "/page/phone", {"registered": True})).status == 200
    assert await is_active(bench)
    assert (await connector(bench, "GetDnSIP"))["get_DnSIPResult"] == "5001"
    await other.ask("POST", "/page/phone", {"registered": False})
    assert await is_active(bench)
    await page.ask("POST", "/page/phone", {"registered": False})
    assert not await is_active(bench)


async def test_what_a_page_told_is_not_believed_for_ever(bench: Bench) -> None:
    page = await bench.signed_in()
    await page.ask("POST", "/page/phone", {"registered": True})
    bench.now += 329
    assert await is_active(bench)
    bench.now += 2
    assert not await is_active(bench)
    await page.ask("POST", "/page/phone", {"registered": True})
    await page.ask("POST", "/page/sign-out", {})
    assert not await is_active(bench)


async def test_who_may_tell(bench: Bench) -> None:
    assert (await bench.page().ask("POST", "/page/phone", {"registered": True})).status == 403
    page = bench.page()
    await page.open()
    assert (await page.ask("POST", "/page/phone", {"registered": True})).status == 403
    page = await bench.signed_in()
    for body in ({}, {"registered": "yes"}, [True]):
        assert (await page.ask("POST", "/page/phone", body)).status == 400


async def test_nobody_tells_beside_our_own_gateway(tmp_path: Path) -> None:
    async with desk_bench(tmp_path) as bench:
        page = await bench.signed_in()
        assert (await page.ask("POST", "/page/phone", {"registered": True})).status in (404, 405)
