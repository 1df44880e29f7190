"""Agents sign in at the authentication service of the lab's GWS: code and PKCE through the desk, tokens stay there."""

from __future__ import annotations

import base64
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from cordboard.lab.gws import GwsSettings, create_gws, lab_account
from cordboard.lab.workspace import WorkspaceSettings, face
from kit.desk import HOST, Answer, Bench, PageInBrowser, desk_bench, free_port, served
from kit.telephony import ScriptedTelephony

BASIC = "Basic " + base64.b64encode(b"agent5001:agent5001").decode()
CALLBACK = "/page/signed-in"


@dataclass
class Scene:
    """`asked` are the requests to the authentication service: path, Authorization, form."""

    bench: Bench
    asked: list[tuple[str, str, dict[str, str]]]

    async def begin(self, page: PageInBrowser) -> tuple[str, dict[str, str]]:
        """Where the page's window is sent, and the browser's cookies for the way back."""
        answer = await page.ask("POST", "/page/sign-in/begin", {})
        assert answer.status == 200, answer.body
        name, _, value = answer.headers["Set-Cookie"].split(";")[0].partition("=")
        for attribute in ("HttpOnly", "SameSite=Lax", f"Path={CALLBACK}"):
            assert attribute in answer.headers["Set-Cookie"]
        return answer.json["url"], {name: value}

    async def at_gws(self, url: str) -> str:
        """The agent signs in at the service; where that sends the window."""
        headers = {"Authorization": BASIC}
        async with self.bench.client.get(url, headers=headers, allow_redirects=False) as answer:
            assert answer.status == 302, await answer.text()
            return answer.headers["Location"]

    async def come_back(self, url: str, cookies: dict[str, str]) -> Answer:
        """The window arrives at the desk."""
        window = self.bench.page(**cookies)
        parts = urlsplit(url)
        assert url.startswith(window.url)
        return await window.ask("GET", f"{parts.path}?{parts.query}")

    async def signed_in(self) -> PageInBrowser:
        page = self.bench.page()
        await page.open()
        url, cookies = await self.begin(page)
        assert (await self.come_back(await self.at_gws(url), cookies)).status == 303
        return page


@contextlib.asynccontextmanager
async def scene(tmp_path: Path, **changes: object) -> AsyncIterator[Scene]:
    secret = tmp_path / "oauth.secret"
    secret.write_text("se:cret\n")
    asked: list[tuple[str, str, dict[str, str]]] = []

    @web.middleware
    async def note(request: web.Request, handler: object) -> web.StreamResponse:
        assert callable(handler)
        if request.path.startswith("/auth/") and request.method == "POST":
            form = {name: values[0] for name, values in parse_qs((await request.read()).decode()).items()}
            asked.append((request.path, request.headers.get("Authorization", ""), form))
        response: web.StreamResponse = await handler(request)
        return response

    settings = {"oauth__client_id": "cord board", "oauth__client_secret_file": str(secret)} | changes
    async with desk_bench(tmp_path, gws_runs=False, **settings) as bench:
        gws = create_gws(
            ScriptedTelephony(["5001", "5002"]),
            GwsSettings((lab_account("5001"), lab_account("5002"))),
            faces=[face(WorkspaceSettings(), lambda: bench.now)],
            clock=lambda: bench.now,
        )
        gws.middlewares.append(note)
        async with served(gws, bench.settings.lab.gws.port):
            yield Scene(bench, asked)


@pytest.mark.parametrize("given", [{}, {"oauth__client_secret_file": "", "oauth__client_secret": "se:cret"}])
async def test_agent_signs_in_and_gets_a_token_for_the_phone(tmp_path: Path, given: dict[str, str]) -> None:
    async with scene(tmp_path, **given) as s:
        assert (await s.bench.page().ask("GET", "/configuration")).json["signIn"] == {"by": "oauth"}
        page = s.bench.page()
        await page.open()
        url, cookies = await s.begin(page)
        back = await s.at_gws(url)
        arrived = await s.come_back(back, cookies)
        assert (arrived.status, arrived.headers["Location"]) == (303, f"{CALLBACK}/done")
        assert (await page.open()).json["agent"]["dn"] == "5001"
        assert (await page.ask("POST", "/page/token", {})).json["dn"] == "5001"
        assert (await page.ask("GET", "/gws/api/v2/me/calls")).json["statusCode"] == 0
        (path, client, form) = s.asked[0]
        assert path == "/auth/v3/oauth/token"
        assert base64.b64decode(client.removeprefix("Basic ")) == b"cord+board:se%3Acret"
        assert form["redirect_uri"] == s.bench.settings.desk.url + CALLBACK
        assert len(form["code_verifier"]) >= 43
        assert "code_verifier" not in url


async def test_no_token_is_in_a_page_an_address_or_the_log(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        with capture_logs() as lines:
            page = s.bench.page()
            await page.open()
            url, cookies = await s.begin(page)
            arrived = await s.come_back(await s.at_gws(url), cookies)
            opened = await page.open()
            told = await page.ask("POST", "/page/token", {})
            await page.ask("POST", "/page/sign-out", {})
        access = next(authorization for path, authorization, _ in s.asked if path.endswith("/sign-out"))
        assert access.startswith("Bearer ")
        for secret in (access.removeprefix("Bearer "), s.asked[0][2]["code_verifier"], s.asked[0][2]["code"]):
            desk_lines = str([line for line in lines if line.get("component") != "workspace"])
            for place in (url, str(arrived.headers), str(opened.json), str(told.json), desk_lines):
                assert secret not in place


async def test_sign_out_ends_the_tokens(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        page = await s.signed_in()
        await page.ask("POST", "/page/sign-out", {})
        access = s.asked[-1][1]
        assert s.asked[-1][0] == "/auth/v3/sign-out"
        gws = s.bench.settings.gws.url
        async with s.bench.client.get(f"{gws}/auth/v3/userinfo", headers={"Authorization": access}) as answer:
            assert answer.status == 403
        assert (await page.ask("POST", "/page/token", {})).json["code"] == "signed-out"


async def test_another_browser_can_neither_give_nor_take_a_session(tmp_path: Path) -> None:
    """Somebody sends an agent through a sign-in that he began himself: he does not get the agent's session."""
    async with scene(tmp_path) as s:
        thief = s.bench.page()
        await thief.open()
        url, own = await s.begin(thief)
        back = await s.at_gws(url)  # the agent's browser, signed in at GWS
        agent = s.bench.page()
        await agent.open()
        _, cookies = await s.begin(agent)
        for brought in ({}, cookies, dict.fromkeys(own, "guess")):
            refused = await s.come_back(back, brought)
            assert refused.status == 403
            assert b"not begun in this browser" in refused.body
        assert (await thief.open()).json["agent"] is None
        assert (await agent.open()).json["agent"] is None
        assert s.asked == []


async def test_a_way_back_is_good_once(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        page = s.bench.page()
        await page.open()
        url, cookies = await s.begin(page)
        back = await s.at_gws(url)
        assert (await s.come_back(back, cookies)).status == 303
        assert (await s.come_back(back, cookies)).status == 403


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("error=access_denied", "GWS did not let you in, or the sign-in was given up"),
        ("error=%3Cscript%3E", "GWS did not sign you in"),
        ("", "GWS sent no code"),
        ("code=a&code=b", "GWS sent no code"),
        ("code=guess", "GWS does not accept the sign-in any more; begin again"),
    ],
)
async def test_what_went_wrong_is_told_in_both_windows(tmp_path: Path, query: str, why: str) -> None:
    async with scene(tmp_path) as s:
        page = s.bench.page()
        await page.open()
        url, cookies = await s.begin(page)
        state = parse_qs(urlsplit(url).query)["state"][0]
        answer = await s.come_back(f"{page.url}{CALLBACK}?state={state}&{query}", cookies)
        assert answer.status == 403
        assert why.encode() in answer.body
        assert b"<script" not in answer.body
        opened = await page.open()
        assert (opened.json["agent"], opened.json["why"]) == (None, why)
        assert "why" not in (await page.open()).json


async def test_tokens_are_renewed_in_time_where_gws_gives_no_session(tmp_path: Path) -> None:
    async with scene(tmp_path, gws__session_cookies=("ANOTHER",)) as s:
        page = await s.signed_in()
        for _ in range(3):
            s.bench.now += 1750
            assert (await page.ask("POST", "/page/token", {})).json["dn"] == "5001"
        assert [form["grant_type"] for _, _, form in s.asked[1:]] == ["refresh_token"] * 3


async def test_who_may_begin(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        stranger = s.bench.page()
        assert (await stranger.ask("POST", "/page/sign-in/begin", {})).json["code"] == "unknown-page"
        await stranger.open()
        other = await stranger.ask("POST", "/page/sign-in/begin", {}, Origin="http://evil.example")
        assert other.json["code"] == "wrong-origin"
    async with desk_bench(tmp_path, gws_runs=False) as bench:
        page = bench.page()
        await page.open()
        assert (await page.ask("POST", "/page/sign-in/begin", {})).json["code"] == "no-single-sign-on"


async def test_the_service_is_away(tmp_path: Path) -> None:
    async with scene(tmp_path, oauth__url=f"http://{HOST}:{free_port(HOST)}") as s:
        page = s.bench.page()
        await page.open()
        url, cookies = await s.begin(page)
        answer = await s.come_back(await s.at_gws(url), cookies)
        assert b"cannot be reached" in answer.body


async def test_secret_that_cannot_be_read(tmp_path: Path) -> None:
    async with scene(tmp_path, oauth__client_secret_file=str(tmp_path / "missing")) as s:
        page = s.bench.page()
        await page.open()
        url, cookies = await s.begin(page)
        answer = await s.come_back(await s.at_gws(url), cookies)
        assert b"cannot read the secret" in answer.body
        assert s.asked == []
