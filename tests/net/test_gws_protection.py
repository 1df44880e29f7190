"""CSRF tokens and cross-origin requests at the lab's GWS, where they are switched on."""

from __future__ import annotations

import uuid
from pathlib import Path

from aiohttp import web

from cordboard.lab.gws.settings import Protection
from kit.desk import desk_bench
from kit.gws import AgentClient, Answer, GwsBench, basic, gws_bench

CSRF = Protection(csrf=True)
REFUSED = (403, "Missing or invalid Csrf token")
ORIGIN = "http://desk.example.com"


async def ready(agent: AgentClient, **headers: str) -> tuple[int, str]:
    answer = await agent.ask("POST", "/api/v2/me/channels/voice", {"operationName": "Ready"}, **headers)
    return answer.status, answer.text


async def with_token(bench: GwsBench) -> tuple[AgentClient, str]:
    """A browser that signed in as iOS does: it takes the header's name from one header and the token from that one."""
    agent = await bench.signed_in()
    bench.telephony.register("5001")
    first = await agent.get("/api/v2/me")
    return agent, first.headers[first.headers["X-CSRF-HEADER"]]


async def test_a_token_is_told_on_get_and_asked_for_on_what_changes_something() -> None:
    async with gws_bench(protection=CSRF) as bench:
        agent, token = await with_token(bench)
        start = {"operationName": "StartContactCenterSession", "channels": ["voice"]}

        assert str(uuid.UUID(token)) == token
        assert (await agent.ask("POST", "/api/v2/me", start, X_CSRF_TOKEN=token)).code == (200, 0)
        assert await ready(agent) == REFUSED
        assert await ready(agent, X_CSRF_TOKEN=str(uuid.uuid4())) == REFUSED
        assert (await ready(agent, X_CSRF_TOKEN=token))[0] == 200
        for method in ("PUT", "DELETE"):
            assert (await agent.ask(method, "/api/v2/me/calls/active/hangup", {})).status == 403


async def test_the_token_lives_as_long_as_the_http_session() -> None:
    async with gws_bench(protection=CSRF) as bench:
        agent, token = await with_token(bench)
        again = await agent.get("/api/v2/me/devices")
        other, _ = await with_token(bench)

        assert again.headers["X-CSRF-TOKEN"] == token
        assert await ready(other, X_CSRF_TOKEN=token) == REFUSED


async def test_without_the_session_cookie_a_token_is_no_use() -> None:
    async with gws_bench(protection=CSRF) as bench:
        _, token = await with_token(bench)
        without_cookies = await bench.browser("5001", basic("agent5001", "agent5001"))

        assert await ready(without_cookies, X_CSRF_TOKEN=token) == REFUSED


async def test_a_bearer_token_cannot_be_sent_by_another_page_and_needs_no_second() -> None:
    async with gws_bench(protection=CSRF) as bench:
        bench.telephony.register("5001")
        page = await bench.browser()
        body = {"userName": "agent5001", "password": "agent5001"}
        token = (await page.post("/api/v2/sign-in", body)).json["token"]
        page.authorization = f"Bearer {token}"

        await page.start_session()


async def test_cometd_needs_the_token_only_where_that_is_asked_for() -> None:
    handshake = [{"channel": "/meta/handshake", "version": "1.0", "supportedConnectionTypes": ["long-polling"]}]
    for protection, expected in ((CSRF, 200), (Protection(csrf=True, csrf_on_cometd=True), 403)):
        async with gws_bench(protection=protection) as bench:
            agent, token = await with_token(bench)

            assert (await agent.post("/api/v2/notifications/handshake", handshake)).status == expected
            sent = await agent.ask("POST", "/api/v2/notifications/", handshake, X_CSRF_TOKEN=token)
            assert sent.json[0]["successful"] is True


async def test_nothing_of_it_is_there_by_default() -> None:
    async with gws_bench() as bench:
        agent = await bench.signed_in()

        assert "X-CSRF-HEADER" not in (await agent.get("/api/v2/me")).headers


async def preflight(agent: AgentClient, method: str, headers: str) -> Answer:
    asked = {"Access_Control_Request_Method": method, "Access_Control_Request_Headers": headers}
    return await agent.ask("OPTIONS", "/api/v2/me", Origin=ORIGIN, **asked)


async def test_a_page_of_an_allowed_origin_can_do_all_that_gws_is_for() -> None:
    async with gws_bench(protection=Protection(csrf=True, allowed_origins=("http://*.example.com",))) as bench:
        page = await bench.browser("5001", basic("agent5001", "agent5001"))

        asked = await preflight(page, "POST", "content-type, authorization, x-csrf-token")
        answer = await page.ask("GET", "/api/v2/me", Origin=ORIGIN)

    assert asked.status == 200
    assert asked.headers["Access-Control-Allow-Methods"] == "GET,POST,PUT,DELETE,OPTIONS"
    assert "ContactCenterId" in asked.headers["Access-Control-Allow-Headers"]
    assert asked.headers["Access-Control-Max-Age"] == "120"
    assert asked.headers["Access-Control-Allow-Origin"] == answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert asked.headers["Access-Control-Allow-Credentials"] == answer.headers["Access-Control-Allow-Credentials"]
    assert answer.headers["Access-Control-Expose-Headers"] == "X-CSRF-HEADER,X-CSRF-TOKEN"
    assert answer.headers["Vary"] == "Origin"


async def test_what_the_settings_do_not_name_is_refused_to_preflights() -> None:
    protection = Protection(allowed_origins=(ORIGIN,), allowed_headers=("Content-Type",))
    async with gws_bench(protection=protection) as bench:
        page = await bench.browser()

        for method, headers in (("PATCH", ""), ("POST", "authorization")):
            refused = await preflight(page, method, headers)
            assert refused.status == 403
            assert "Access-Control-Allow-Origin" not in refused.headers
        assert (await preflight(page, "POST", "content-type")).status == 200


async def test_what_is_passed_on_to_another_server_has_that_servers_rules() -> None:
    async def connector(_: web.Request) -> web.Response:
        return web.Response(status=204)

    async with gws_bench([web.route("*", "/connector/{below:.*}", connector)]) as bench:
        page = await bench.browser()
        asked = {"Origin": ORIGIN, "Access_Control_Request_Method": "GET"}
        assert (await page.ask("OPTIONS", "/connector/Ping", **asked)).status == 204
        assert (await page.ask("OPTIONS", "/api/v2/me", **asked)).status == 403


async def test_a_page_behind_the_desk_works_with_it(tmp_path: Path) -> None:
    async with gws_bench(protection=CSRF) as bench, desk_bench(tmp_path, gws_runs=False, gws__url=bench.url) as desk:
        page = await desk.signed_in()
        start = {"operationName": "StartContactCenterSession", "channels": ["voice"]}

        told = (await page.ask("GET", "/gws/api/v2/me")).headers
        refused = await page.ask("POST", "/gws/api/v2/me", start)
        done = await page.ask("POST", "/gws/api/v2/me", start, **{told["X-CSRF-HEADER"]: told["X-CSRF-TOKEN"]})

    assert refused.status == 403
    assert done.json == {"statusCode": 0}
