"""Who the connector answers: the agent whose session of GWS the browser has, and pages of Workspace's origin."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kit.desk import Answer, Bench, desk_bench
from kit.fake_gws import VOICE_DEVICE, user_resource

SESSION = {"Cookie": "JSESSIONID=of-the-desktop"}


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with desk_bench(tmp_path, connector__origins=("https://wwe.example",)) as running:
        running.gws.sessions.add("of-the-desktop")
        running.seats.put("5001")
        yield running


async def ask(bench: Bench, method: str, name: str, **headers: str) -> Answer:
    """A request with these headers and no others of a browser's."""
    url = f"{bench.settings.desk.url}/connector/{name}"
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    async with bench.client.request(method, url, headers=sent) as response:
        parsed = await response.json() if response.content_type == "application/json" else None
        return Answer(response.status, dict(response.headers), b"", parsed)


def asked_me(bench: Bench) -> int:
    return len([path for _, path, _, _ in bench.gws.asked if path.startswith("/api/v2/me?")])


async def test_nobody_without_a_session_of_gws(bench: Bench) -> None:
    for cookies in ({}, {"Cookie": "other=x"}, {"Cookie": "JSESSIONID=guessed"}):
        answer = await ask(bench, "GET", "GetIsEndpointActive", **cookies)
        assert (answer.status, answer.json["code"]) == (403, "signed-out")


async def test_the_dn_is_that_of_the_session_whatever_the_request_says(bench: Bench) -> None:
    bench.gws.user = user_resource(devices=[{**VOICE_DEVICE, "phoneNumber": "5002"}])
    answer = await ask(bench, "GET", "GetIsEndpointActive?users=5001&dn=5001", **SESSION)
    assert answer.json == {"get_IsEndpointActiveResult": False}


async def test_gws_is_asked_once_in_a_while_and_not_for_each_ping(bench: Bench) -> None:
    for _ in range(5):
        await ask(bench, "GET", "Ping", **SESSION)
    assert asked_me(bench) == 1
    bench.now += bench.settings.connector.session_seconds
    await ask(bench, "GET", "Ping", **SESSION)
    assert asked_me(bench) == 2


async def test_a_session_that_has_ended_is_found_and_its_softphone_signed_out(bench: Bench) -> None:
    page = bench.page(JSESSIONID="of-the-desktop")
    await page.open()
    await page.ask("POST", "/page/token", {})
    await ask(bench, "GET", "Ping", **SESSION)
    bench.gws.sessions.clear()
    bench.now += bench.settings.connector.session_seconds
    assert (await ask(bench, "GET", "Ping", **SESSION)).json["code"] == "signed-out"
    assert [dn for dn, _ in bench.seats.revoked] == ["5001"]
    assert (await page.ask("POST", "/page/token", {})).json["code"] == "signed-out"


async def test_sign_out_of_the_softphone_makes_the_connector_ask_anew(bench: Bench) -> None:
    page = bench.page(JSESSIONID="of-the-desktop")
    await page.open()
    await page.ask("POST", "/page/token", {})
    await ask(bench, "GET", "Ping", **SESSION)
    before = asked_me(bench)
    await page.ask("POST", "/page/sign-out", {})
    await ask(bench, "GET", "Ping", **SESSION)
    assert asked_me(bench) == before + 1


async def test_gws_away(tmp_path: Path) -> None:
    async with desk_bench(tmp_path, gws_runs=False) as bench:
        for _ in range(2):
            answer = await ask(bench, "GET", "Ping", **SESSION)
            assert (answer.status, answer.json["code"]) == (502, "gws-unreachable")


@pytest.mark.parametrize("origin", ["gws", "desk", "https://wwe.example"])
async def test_pages_of_workspace_may(bench: Bench, origin: str) -> None:
    named = {"gws": bench.settings.gws.browser_url, "desk": bench.settings.desk.url}.get(origin, origin)
    answer = await ask(bench, "POST", "MuteMicrophone", Origin=named, **SESSION)
    assert answer.json == {"MuteMicrophoneResult": True}
    assert answer.headers["Access-Control-Allow-Origin"] == named
    assert answer.headers["Access-Control-Allow-Credentials"] == "true"
    preflight = await ask(bench, "OPTIONS", "SetOptions", Origin=named, Access_Control_Request_Method="POST")
    assert preflight.status == 204
    assert "Content-Type" in preflight.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1"])
@pytest.mark.parametrize(("method", "name"), [("GET", "Ping"), ("POST", "MuteMicrophone"), ("OPTIONS", "RegisterDn")])
async def test_pages_of_others_may_not(bench: Bench, origin: str, method: str, name: str) -> None:
    answer = await ask(bench, method, name, Origin=origin, **SESSION)
    assert (answer.status, answer.json["code"]) == (403, "wrong-origin")
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert bench.seats.said == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "same-site"}, 403),
        ({"Sec_Fetch_Site": "none"}, 403),
        ({"Sec_Fetch_Site": "same-origin"}, 200),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_the_cookie_alone_moves_nothing(bench: Bench, method: str, headers: dict[str, str], status: int) -> None:
    answer = await ask(bench, method, "MuteMicrophone", **SESSION, **headers)
    assert answer.status == status
    assert len(bench.seats.said) == (status == 200)


async def test_reading_needs_no_origin_for_browsers_send_none(bench: Bench) -> None:
    assert (await ask(bench, "GET", "GetIsEndpointActive", **SESSION)).status == 200


async def test_a_name_that_was_made_to_point_here(bench: Bench) -> None:
    answer = await ask(bench, "GET", "GetIsEndpointActive", Host="rebound.example", **SESSION)
    assert (answer.status, answer.json["code"]) == (421, "wrong-host")
    workspace = bench.settings.gws.browser_url.removeprefix("http://")
    assert (await ask(bench, "GET", "GetIsEndpointActive", Host=workspace, **SESSION)).status == 200


async def test_answers_hold_no_cookie_and_are_not_stored(bench: Bench) -> None:
    answer = await ask(bench, "GET", "GetIsEndpointActive", **SESSION)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
