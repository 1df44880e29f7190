"""Sessions of GWS behind requests: asked about once in a while, one question at a time, and never too many kept."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from cordboard.config import lab_settings
from cordboard.desk.connector import binding
from cordboard.desk.connector.binding import FAILURE_SECONDS, Sessions
from cordboard.desk.errors import Refusal
from cordboard.desk.gws import GwsRefused, GwsUnreachable
from kit.fake_gws import user_resource

SETTINGS = lab_settings({})


class Gws:
    """Answers what `says` is, after `waits`."""

    url = SETTINGS.gws.url

    def __init__(self) -> None:
        self.says: Exception | dict[str, Any] = user_resource()
        self.asked = 0
        self.waits: asyncio.Event | None = None

    async def me(self, page: object) -> dict[str, Any]:
        self.asked += 1
        if self.waits is not None:
            await self.waits.wait()
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


class Watch:
    def __init__(self) -> None:
        self.cookies: list[dict[str, str]] = []

    def ended(self, cookies: dict[str, str]) -> None:
        self.cookies.append(cookies)


class Scene:
    def __init__(self) -> None:
        self.gws, self.watch, self.now = Gws(), Watch(), 1000.0
        self.sessions = Sessions(SETTINGS, self.gws, self.watch, lambda: self.now)  # type: ignore[arg-type]

    async def dn(self, session: str = "one") -> str:
        return (await self.sessions.agent(asked_by(session))).dn


def asked_by(session: str) -> web.Request:
    return make_mocked_request("GET", "/connector/Ping", headers={"Cookie": f"JSESSIONID={session}"})


async def test_a_session_is_good_for_a_while() -> None:
    scene = Scene()
    assert [await scene.dn() for _ in range(3)] == ["5001"] * 3
    assert scene.gws.asked == 1
    scene.now += SETTINGS.connector.session_seconds
    assert await scene.dn() == "5001"
    assert scene.gws.asked == 2


async def test_another_session_is_another_question() -> None:
    scene = Scene()
    await scene.dn("one")
    scene.gws.says = user_resource(devices=[{"phoneNumber": "5002", "id": "x"}])
    assert await scene.dn("two") == "5002"
    assert await scene.dn("one") == "5001"


async def test_many_requests_at_once_are_one_question() -> None:
    scene = Scene()
    gate = scene.gws.waits = asyncio.Event()
    asyncio.get_running_loop().call_soon(gate.set)
    assert await asyncio.gather(*(scene.dn() for _ in range(5))) == ["5001"] * 5
    assert scene.gws.asked == 1


async def test_a_gws_that_does_not_answer_is_not_asked_by_everybody_who_waited() -> None:
    scene = Scene()
    scene.gws.says = GwsUnreachable("too slow", 504)
    for _ in range(5):
        with pytest.raises(GwsUnreachable):
            await scene.dn()
    assert scene.gws.asked == 1
    scene.gws.says = user_resource()
    scene.now += FAILURE_SECONDS
    assert await scene.dn() == "5001"


async def test_an_ended_session_is_told_and_forgotten() -> None:
    scene = Scene()
    await scene.dn()
    scene.gws.says = GwsRefused("Access denied", True)
    scene.now += SETTINGS.connector.session_seconds
    with pytest.raises(Refusal, match="does not know"):
        await scene.dn()
    assert scene.watch.cookies == [{"JSESSIONID": "one"}]
    assert len(scene.sessions) == 0


async def test_a_refusal_of_another_kind_ends_no_session() -> None:
    scene = Scene()
    scene.gws.says = GwsRefused("busy", False)
    with pytest.raises(Refusal, match="refuses"):
        await scene.dn()
    assert scene.watch.cookies == []


async def test_forgetting_a_dn_asks_anew() -> None:
    scene = Scene()
    await scene.dn()
    scene.sessions.forget("5002")
    await scene.dn()
    assert scene.gws.asked == 1
    scene.sessions.forget("5001")
    await scene.dn()
    assert scene.gws.asked == 2


async def test_sessions_are_bounded_and_the_longest_unused_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binding, "MOST_SESSIONS", 2)
    scene = Scene()
    for session in ("one", "two", "one", "three"):
        await scene.dn(session)
    assert (len(scene.sessions), scene.gws.asked) == (2, 3)
    await scene.dn("one")
    assert scene.gws.asked == 3
    await scene.dn("two")
    assert scene.gws.asked == 4


async def test_no_cookie_no_question() -> None:
    scene = Scene()
    with pytest.raises(Refusal, match="no session"):
        await scene.sessions.agent(make_mocked_request("GET", "/connector/Ping"))
    assert scene.gws.asked == 0
