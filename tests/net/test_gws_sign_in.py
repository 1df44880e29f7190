"""Who may ask GWS: Basic, the session cookie, the lab's bearer token."""

from __future__ import annotations

import pytest

from cordboard.lab.gws.settings import Protection
from kit.gws import basic, gws_bench

ORIGINS = ("http://*.example.com", "http://127.0.0.1:8080")
DENIED = {"statusCode": 20, "statusMessage": "Access denied"}


async def test_without_credentials_the_answer_is_403_and_no_challenge() -> None:
    async with gws_bench() as bench:
        stranger = await bench.browser()
        for method, path in [("GET", "/api/v2/me"), ("POST", "/api/v2/notifications"), ("GET", "/api/v2/nonsense")]:
            answer = await stranger.ask(method, path, [])

            assert (answer.status, answer.json) == (403, DENIED)
            assert "WWW-Authenticate" not in answer.headers
            assert "Set-Cookie" not in answer.headers


async def test_basic_opens_a_session_whose_cookie_is_enough() -> None:
    async with gws_bench() as bench:
        agent = await bench.browser("5001", basic("agent5001", "agent5001"))

        first = await agent.get("/api/v2/me")
        again = await agent.get("/api/v2/me")
        agent.authorization = ""
        by_cookie = await agent.get("/api/v2/me")

    assert first.headers["Set-Cookie"].startswith("JSESSIONID=")
    assert "HttpOnly" in first.headers["Set-Cookie"]
    assert "Set-Cookie" not in again.headers
    assert by_cookie.json["user"]["userName"] == "agent5001"


async def test_a_session_is_told_also_with_an_answer_that_is_an_error() -> None:
    async with gws_bench() as bench:
        agent = await bench.browser("5001", basic("agent5001", "agent5001"))

        first = await agent.get("/api/v2/nonsense")
        agent.authorization = ""

        assert (first.code, first.headers["Set-Cookie"][:11]) == ((404, 6), "JSESSIONID=")
        assert (await agent.get("/api/v2/me")).code == (200, 0)


@pytest.mark.parametrize(
    "authorization",
    [
        basic("agent5001", "wrong"),
        basic("agent5001", ""),
        basic("nobody", "agent5001"),
        basic("", ""),
        "Basic",
        "Basic !!!",
        "Basic " + "QQ==",
        "Basic //79",
        "Bearer",
        "Bearer 1234",
        "Digest username=agent5001",
    ],
)
async def test_wrong_credentials_are_denied_even_beside_a_good_cookie(authorization: str) -> None:
    async with gws_bench() as bench:
        agent = await bench.signed_in()
        agent.authorization = authorization

        assert (await agent.get("/api/v2/me")).json == DENIED


async def test_basic_of_somebody_else_changes_the_session() -> None:
    async with gws_bench() as bench:
        agent = await bench.signed_in("5001")
        agent.authorization = basic("agent5002", "agent5002")
        await agent.get("/api/v2/me")
        agent.authorization = ""

        assert (await agent.get("/api/v2/me")).json["user"]["userName"] == "agent5002"


async def test_the_sign_in_call_gives_a_bearer_token() -> None:
    async with gws_bench() as bench:
        page = await bench.browser()

        answer = await page.post("/api/v2/sign-in", {"userName": "agent5001", "password": "agent5001"})
        page.authorization = "Bearer " + answer.json["token"]
        me = await page.get("/api/v2/me")

    assert answer.code == (200, 0)
    assert me.json["user"]["userName"] == "agent5001"
    assert "Set-Cookie" not in me.headers


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"userName": "agent5001", "password": "wrong"}, (403, 20)),
        ({"userName": "agent5001"}, (400, 1)),
        ({"userName": 5001, "password": "x"}, (400, 2)),
        (["agent5001"], (400, 2)),
        (b"", (400, 1)),
        (b"{", (400, 2)),
        (b"[" * 50_000, (400, 2)),
        (b"\xff", (400, 2)),
        (b"x" * 300_000, (413, 2)),
    ],
    ids=lambda value: repr(value)[:20],
)
async def test_a_sign_in_call_that_cannot_be_understood(body: object, code: tuple[int, int]) -> None:
    async with gws_bench() as bench:
        page = await bench.browser()

        assert (await page.post("/api/v2/sign-in", body)).code == code


async def test_a_session_that_is_not_used_ends() -> None:
    async with gws_bench(session_idle=1800.0) as bench:
        agent = await bench.signed_in()
        bench.now += 1799
        assert (await agent.get("/api/v2/me")).status == 200
        bench.now += 1801

        assert (await agent.get("/api/v2/me")).json == DENIED


async def test_ending_the_contact_centre_session_ends_the_http_session_and_its_token() -> None:
    async with gws_bench() as bench:
        agent = await bench.working()
        token = await agent.post("/api/v2/sign-in", {"userName": "agent5001", "password": "agent5001"})

        ended = await agent.operate("/me", "EndContactCenterSession")
        after = await agent.get("/api/v2/me")
        agent.authorization = "Bearer " + token.json["token"]
        by_token = await agent.get("/api/v2/me")
        await agent.operate("/me", "EndContactCenterSession")

        assert ended.code == (200, 0)
        assert after.json == DENIED
        assert by_token.status == 200, "another session of the same user lives on"
        assert (await agent.get("/api/v2/me")).json == DENIED


async def test_the_version_is_for_everybody() -> None:
    async with gws_bench() as bench:
        stranger = await bench.browser()

        assert (await stranger.get("/api/v2/diagnostics/version")).json == {"statusCode": 0, "version": "8.5.202.96"}


async def test_other_origins_are_told_nothing_unless_a_setting_names_them() -> None:
    preflight = {"Access_Control_Request_Method": "POST"}
    async with gws_bench(protection=Protection(allowed_origins=ORIGINS)) as bench:
        page = await bench.browser()

        for origin in ("http://desk.example.com", "http://127.0.0.1:8080"):
            asked = await page.ask("OPTIONS", "/api/v2/me", Origin=origin, **preflight)
            answer = await page.ask("GET", "/api/v2/me", Origin=origin)
            assert asked.status == 200
            assert "authorization" in asked.headers["Access-Control-Allow-Headers"]
            assert answer.headers["Access-Control-Allow-Origin"] == origin
            assert answer.headers["Access-Control-Allow-Credentials"] == "true"
        for origin in ("http://evil.example", "http://desk.example.com.evil.example", "null"):
            refused = await page.ask("OPTIONS", "/api/v2/me", Origin=origin, **preflight)
            answer = await page.ask("GET", "/api/v2/me", Origin=origin)
            assert refused.status == 403
            assert "Access-Control-Allow-Origin" not in {**refused.headers, **answer.headers}


async def test_cross_origin_is_closed_by_default() -> None:
    async with gws_bench() as bench:
        page = await bench.browser()

        answer = await page.ask("GET", "/api/v2/diagnostics/version", Origin="http://127.0.0.1:8080")

    assert "Access-Control-Allow-Origin" not in answer.headers
