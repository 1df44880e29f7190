"""Pages sign in through GWS and get tokens; nobody else does."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from cordboard.access.token import verify
from cordboard.desk.pages import IDLE_SECONDS
from kit.desk import SECRET, Bench, desk_bench
from kit.fake_gws import VOICE_DEVICE, user_resource

AGENT = {
    "userName": "agent5001",
    "firstName": "Ada",
    "lastName": "Agent",
    "dn": "5001",
    "deviceId": "device-5001",
    "session": True,
    "state": {"state": "Ready", "displayName": "Ready"},
}


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with desk_bench(tmp_path) as running:
        yield running


async def test_page_signs_in_and_gets_a_token_for_its_dn(bench: Bench) -> None:
    page = bench.page()
    opened = await page.open()
    assert opened.json == {"page": page.identifier, "agent": None}
    assert len(page.identifier) >= 32
    assert (await page.sign_in()).json == {"agent": AGENT}
    token = (await page.ask("POST", "/page/token", {})).json
    assert (token["dn"], token["expires"]) == ("5001", int(bench.now) + 300)
    proof = verify(SECRET, token["token"], bench.now)
    assert (proof.dn, proof.origin) == ("5001", page.url)
    assert len(proof.id) >= 16


async def test_browser_never_sees_the_cookies_of_gws(bench: Bench) -> None:
    page = bench.page()
    await page.open()
    answer = await page.sign_in()
    assert "Set-Cookie" not in answer.headers
    assert "node0" in bench.gws.sessions
    assert b"node0" not in answer.body
    assert "Set-Cookie" not in (await page.ask("GET", "/gws/api/v2/me/calls")).headers


async def test_basic_goes_out_once_and_the_cookie_from_then_on(bench: Bench) -> None:
    page = await bench.signed_in()
    await page.ask("POST", "/page/token", {})
    first, second = (headers for _, _, headers, _ in bench.gws.asked)
    assert first["Authorization"].startswith("Basic ")
    assert "Cookie" not in first
    assert second["Cookie"] == "JSESSIONID=node0"
    assert "Authorization" not in second


async def test_embedded_page_is_signed_in_by_the_browsers_session(bench: Bench) -> None:
    bench.gws.sessions.add("of-the-desktop")
    page = bench.page(JSESSIONID="of-the-desktop", BAYEUX_BROWSER="of-the-desktop", other="x")
    assert (await page.open()).json["agent"] == AGENT
    (_, path, headers, _) = bench.gws.asked[0]
    assert path == "/api/v2/me?subresources=devices,channels,calls"
    assert headers["Cookie"] == "JSESSIONID=of-the-desktop"
    assert (await page.ask("POST", "/page/token", {})).json["dn"] == "5001"


async def test_embedded_page_may_ask_again_until_the_desktop_has_a_session(bench: Bench) -> None:
    page = bench.page(JSESSIONID="later")
    assert (await page.open()).json["agent"] is None
    before = page.identifier
    bench.gws.sessions.add("later")
    assert (await page.open()).json["agent"] == AGENT
    assert page.identifier == before


async def test_session_cookie_that_gws_does_not_know_signs_nobody_in(bench: Bench) -> None:
    page = bench.page(JSESSIONID="stale")
    assert (await page.open()).json["agent"] is None
    assert (await page.ask("POST", "/page/token", {})).json["code"] == "signed-out"
    await page.sign_in()
    assert "Cookie" not in bench.gws.asked[-1][2]


@pytest.mark.parametrize("value", ["a b", "a;b", 'a"b', "x" * 2000])
async def test_session_cookie_that_is_none_is_not_sent_to_gws(bench: Bench, value: str) -> None:
    page = bench.page(JSESSIONID=value)
    await page.open()
    assert all(value not in str(headers) for _, _, headers, _ in bench.gws.asked)


async def test_wrong_password(bench: Bench) -> None:
    page = bench.page()
    await page.open()
    refused = await page.sign_in("guess")
    assert refused.status == 403
    assert refused.json == {"error": "GWS does not accept this user name and password", "code": "wrong-password"}
    assert (await page.ask("POST", "/page/token", {})).status == 403


async def test_failed_sign_in_ends_the_one_before(bench: Bench) -> None:
    page = await bench.signed_in()
    await page.sign_in("guess")
    assert (await page.ask("POST", "/page/token", {})).json["code"] == "signed-out"


@pytest.mark.parametrize(
    ("user", "why"),
    [
        (user_resource(devices=[]), "agent5001 has no phone at GWS"),
        (user_resource(devices=[{**VOICE_DEVICE, "channels": ["chat"]}]), "agent5001 has no phone at GWS"),
        (
            user_resource(devices=[{**VOICE_DEVICE, "phoneNumber": "9999"}]),
            "agent5001 has DN 9999 at GWS, which is not among the [[agents]] of Cordboard",
        ),
    ],
)
async def test_agent_without_a_dn_that_is_served(bench: Bench, user: dict[str, Any], why: str) -> None:
    bench.gws.user = user
    page = bench.page()
    await page.open()
    refused = await page.sign_in()
    assert (refused.status, refused.json) == (403, {"error": why, "code": "no-phone"})
    bench.gws.sessions.add("desktop")
    assert (await bench.page(JSESSIONID="desktop").open()).json["why"] == why


async def test_token_is_refused_when_the_session_at_gws_has_ended(bench: Bench) -> None:
    page = await bench.signed_in()
    bench.gws.sessions.clear()
    refused = await page.ask("POST", "/page/token", {})
    assert refused.status == 403
    assert refused.json["code"] == "session-ended"
    assert "sign in again" in refused.json["error"]


async def test_token_names_the_dn_that_gws_says_now(bench: Bench) -> None:
    page = await bench.signed_in()
    bench.gws.user = user_resource(devices=[{**VOICE_DEVICE, "phoneNumber": "5007"}])
    assert (await page.ask("POST", "/page/token", {})).json["dn"] == "5007"


async def test_sign_out_forgets_agent_and_cookies(bench: Bench) -> None:
    page = await bench.signed_in()
    assert (await page.ask("POST", "/page/sign-out", {})).status == 200
    assert (await page.ask("POST", "/page/token", {})).status == 403
    await page.ask("GET", "/gws/api/v2/me/calls")
    assert "Cookie" not in bench.gws.asked[-1][2]


async def test_page_that_was_silent_too_long_is_forgotten(bench: Bench) -> None:
    page = await bench.signed_in()
    bench.now += IDLE_SECONDS
    assert (await page.ask("POST", "/page/token", {})).status == 200
    bench.now += IDLE_SECONDS + 1
    assert (await page.ask("POST", "/page/token", {})).json["code"] == "unknown-page"


@pytest.mark.parametrize("path", ["/page/sign-in", "/page/sign-out", "/page/token", "/gws/api/v2/me"])
@pytest.mark.parametrize("identifier", ["", "guessed"])
async def test_unknown_page_gets_nothing(bench: Bench, path: str, identifier: str) -> None:
    await bench.signed_in()
    page = bench.page()
    page.identifier = identifier
    refused = await page.ask("POST", path, {"userName": "agent5001", "password": "agent5001"})
    assert (refused.status, refused.json["code"]) == (403, "unknown-page")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ([], 400),
        ({}, 400),
        ({"userName": "", "password": ""}, 400),
        ({"userName": "agent5001", "password": 5}, 400),
        ({"userName": "agent:5001", "password": "x"}, 400),
        ({"userName": "agent\n5001", "password": "x"}, 400),
        ({"userName": "a", "password": "x" * 2000}, 400),
    ],
)
async def test_malformed_sign_in(bench: Bench, body: object, status: int) -> None:
    page = bench.page()
    await page.open()
    assert (await page.ask("POST", "/page/sign-in", body)).status == status
    assert bench.gws.asked == []


async def test_body_that_is_no_json(bench: Bench) -> None:
    page = bench.page()
    await page.open()
    headers = {"X-Cordboard-Page": page.identifier, "Content-Type": "application/json"}
    async with bench.client.post(f"{page.url}/page/sign-in", data=b"{", headers=headers) as answer:
        assert answer.status == 400
    async with bench.client.post(f"{page.url}/page/sign-in", data=b"[" * 100_000, headers=headers) as answer:
        assert answer.status == 400
    headers["Content-Type"] = "text/plain"
    async with bench.client.post(f"{page.url}/page/sign-in", data=b"{}", headers=headers) as answer:
        assert answer.status == 415
    async with bench.client.post(
        f"{page.url}/page/sign-in", data=io.BytesIO(b"x" * 2_000_000), headers=headers
    ) as answer:
        assert answer.status == 415
    headers["Content-Type"] = "application/json"
    async with bench.client.post(
        f"{page.url}/page/sign-in", data=io.BytesIO(b"1" * 2_000_000), headers=headers
    ) as answer:
        assert answer.status == 413


async def test_gws_down(tmp_path: Path) -> None:
    async with desk_bench(tmp_path, gws_runs=False) as bench:
        page = bench.page(JSESSIONID="x")
        opened = await page.open()
        assert opened.json["agent"] is None
        assert "cannot be reached" in opened.json["why"]
        refused = await page.sign_in()
        assert (refused.status, refused.json["code"]) == (502, "gws-unreachable")
        assert refused.json["error"] == f"GWS at {bench.settings.gws.url} cannot be reached: connection refused"


async def test_log_holds_no_secret_and_no_whole_dn(bench: Bench) -> None:
    with capture_logs() as lines:
        page = await bench.signed_in()
        await page.ask("POST", "/page/token", {})
        await page.sign_in("guess")
    assert any(line["event"] == "agent signed in" for line in lines)
    text = str(lines)
    for secret in ("5001", "guess", "node0", page.identifier):
        assert secret not in text
