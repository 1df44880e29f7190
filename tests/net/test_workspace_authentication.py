"""The authentication service of v3."""

from __future__ import annotations

import base64
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from kit.workspace import Answer, WorkspaceClient, workspace_bench

PAGE = "http://127.0.0.1/page?tab=1"
FORM = {"Content_Type": "application/x-www-form-urlencoded"}


async def token(client: WorkspaceClient, **fields: str) -> Answer:
    return await client.ask("POST", "/auth/v3/oauth/token", urlencode(fields).encode(), **FORM)


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


async def test_password_grant_then_initialize_refresh_and_sign_out() -> None:
    async with workspace_bench() as bench:
        client = await bench.browser()
        granted = await token(client, grant_type="password", username="Environment\\agent5001", password="agent5001")
        assert granted.status == 200
        assert (granted.json["token_type"], granted.json["expires_in"]) == ("bearer", 1800)
        access = granted.json["access_token"]
        assert (await client.initialize(access)).code == (200, 1)
        assert (await client.get("/current-session")).json["data"]["user"]["userName"] == "agent5001"

        refreshed = await token(client, grant_type="refresh_token", refresh_token=granted.json["refresh_token"])
        assert refreshed.json["access_token"] != access
        again = await token(client, grant_type="refresh_token", refresh_token=granted.json["refresh_token"])
        assert (again.status, again.json["error"]) == (400, "invalid_grant")

        who = await client.ask("GET", "/auth/v3/userinfo", Authorization=f"Bearer {access}")
        assert (who.json["userName"], who.json["loginName"]) == ("agent5001", "Environment\\agent5001")
        out = await client.ask("POST", "/auth/v3/sign-out", Authorization=f"Bearer {access}")
        assert out.code == (200, 0)
        assert (await client.initialize(access)).code == (403, 603)
        assert (await client.initialize(refreshed.json["access_token"])).code == (403, 603)


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"grant_type": "password", "username": "agent5001", "password": "wrong"}, "invalid_grant"),
        ({"grant_type": "password", "username": "Other\\agent5001", "password": "agent5001"}, "invalid_grant"),
        ({"grant_type": "authorization_code", "code": "guess", "redirect_uri": PAGE}, "invalid_grant"),
        ({"grant_type": "implicit"}, "unsupported_grant_type"),
        ({}, "unsupported_grant_type"),
    ],
)
async def test_refused_grants(fields: dict[str, str], error: str) -> None:
    async with workspace_bench() as bench:
        answer = await token(await bench.browser(), **fields)

    assert (answer.status, answer.json["error"]) == (400, error)


async def test_a_client_on_its_own_behalf_is_nobody() -> None:
    async with workspace_bench() as bench:
        client = await bench.browser()
        granted = await token(client, grant_type="client_credentials")

        assert "refresh_token" not in granted.json
        assert (await client.initialize(granted.json["access_token"])).code == (403, 603)


async def test_a_token_has_its_time() -> None:
    async with workspace_bench(token_valid=60.0) as bench:
        client = await bench.browser()
        granted = await token(client, grant_type="password", username="agent5001", password="agent5001")
        bench.now += 61

        assert (await client.initialize(granted.json["access_token"])).code == (403, 603)


async def test_sign_in_by_page_and_code() -> None:
    async with workspace_bench() as bench:
        client = await bench.browser()
        start = await client.get(f"/login?redirect_uri={PAGE}")
        assert start.status == 302
        page = await client.ask("GET", start.headers["Location"] + "&state=s-1")
        assert page.status == 200
        assert "<form" in page.text
        fields = {"redirect_uri": PAGE, "state": "s-1", "username": "agent5001", "password": "wrong"}
        wrong = await client.ask("POST", "/auth/v3/sign-in", urlencode(fields).encode(), **FORM)
        assert "is wrong" in wrong.text
        fields["password"] = "agent5001"
        right = await client.ask("POST", "/auth/v3/sign-in", urlencode(fields).encode(), **FORM)
        query = parse_qs(urlsplit(right.headers["Location"]).query)
        assert right.headers["Location"].startswith(PAGE + "&code=")
        assert (query["state"], query["tab"]) == (["s-1"], ["1"])

        path = f"/initialize-workspace?{urlencode({'code': query['code'][0], 'redirect_uri': PAGE})}"
        assert (await client.post(path)).code == (200, 1)
        assert (await client.post(path)).code == (403, 603)


async def test_a_code_by_basic_is_good_for_its_address_alone() -> None:
    async with workspace_bench() as bench:
        client = await bench.browser()
        path = f"/auth/v3/oauth/authorize?{urlencode({'response_type': 'code', 'redirect_uri': PAGE})}"
        answer = await client.ask("GET", path, Authorization=basic("Environment\\agent5001", "agent5001"))
        (code,) = parse_qs(urlsplit(answer.headers["Location"]).query)["code"]
        query = urlencode({"code": code, "redirect_uri": "http://127.0.0.1/other"})

        assert (await client.post(f"/initialize-workspace?{query}")).code == (403, 603)
        refused = await client.ask("GET", path, Authorization=basic("agent5001", "wrong"))
        assert refused.code == (403, 603)


@pytest.mark.parametrize("address", ["", "javascript:alert(1)", "//127.0.0.1", "http://"])
async def test_a_browser_is_sent_to_addresses_alone(address: str) -> None:
    async with workspace_bench() as bench:
        client = await bench.browser()
        query = urlencode({"response_type": "code", "redirect_uri": address})

        assert (await client.ask("GET", f"/auth/v3/oauth/authorize?{query}")).code == (400, 400)


async def test_ping_and_scheme_need_nobody_and_user_info_does() -> None:
    async with workspace_bench() as bench:
        client = await bench.browser()

        assert (await client.ask("GET", "/auth/v3/ping")).code == (200, 0)
        assert (await client.ask("POST", "/auth/v3/auth-scheme")).json["data"] == {"scheme": "basic"}
        assert (await client.ask("GET", "/auth/v3/openid/userinfo")).code == (403, 603)
        assert (await client.ask("GET", "/auth/v3/userinfo", Authorization="Bearer guess")).code == (403, 603)
        assert (await client.ask("GET", "/auth/v3/unknown")).code == (404, 404)
