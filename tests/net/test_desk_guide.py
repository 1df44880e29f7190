"""The integration guide's short forms at the desk, over a GWS that knows only its own API."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from cordboard.bayeux.session import ServerSettings
from cordboard.lab.gws import GwsSettings, create_gws, lab_account
from cordboard.lab.gws.protection import Protection
from kit.desk import Bench, PageInBrowser, desk_bench, served
from kit.telephony import ScriptedTelephony


@dataclass
class Scene:
    bench: Bench
    telephony: ScriptedTelephony
    asked: list[str]

    async def signed_in(self) -> PageInBrowser:
        """A program that knows the guide and nothing of pages: its token is all it has."""
        program = self.bench.page()
        answer = await program.ask("POST", "/gws/api/v2/sign-in", {"userName": "agent5001", "password": "agent5001"})
        assert (answer.status, answer.json["statusCode"]) == (200, 0)
        self.token = answer.json["token"]
        return program

    async def ask(self, program: PageInBrowser, method: str, path: str, body: object = None) -> Any:
        return await program.ask(method, path, body, Authorization=f"Bearer {self.token}")


@contextlib.asynccontextmanager
async def scene(tmp_path: Path, **protection: Any) -> AsyncIterator[Scene]:
    """The lab's GWS without what it has of the guide's: such requests fail the test."""
    asked: list[str] = []

    @web.middleware
    async def real(request: web.Request, handler: Any) -> web.StreamResponse:
        asked.append(f"{request.method} {request.path}")
        body = (await request.read()).decode()
        assert "/active/" not in request.path
        assert not request.path.startswith(("/cometd", "/genesys"))
        assert "/user/agent/events" not in body
        assert "/call/state" not in body
        assert "Bearer" not in request.headers.get("Authorization", "")
        response: web.StreamResponse = await handler(request)
        return response

    async with desk_bench(tmp_path, gws_runs=False) as bench:
        telephony = ScriptedTelephony(["5001", "5002"])
        settings = GwsSettings(
            (lab_account("5001"), lab_account("5002")),
            cometd=ServerSettings(timeout=0.5),
            protection=Protection(**protection),
        )
        gws = create_gws(telephony, settings)
        gws.middlewares.append(real)
        async with served(gws, bench.settings.lab.gws.port):
            yield Scene(bench, telephony, asked)


@pytest.mark.parametrize("csrf", [False, True])
async def test_short_forms_operate_the_active_call(tmp_path: Path, csrf: bool) -> None:
    async with scene(tmp_path, csrf=csrf) as s:
        program = await s.signed_in()
        s.telephony.register("5001")
        call = s.telephony.ring("5001", "+15550100")
        orders = (("POST", "answer"), ("POST", "hold"), ("POST", "retrieve"), ("DELETE", "hangup"))
        for method, name in orders:
            answer = await s.ask(program, method, f"/gws/api/v2/me/calls/active/{name}")
            assert (answer.status, answer.json["statusCode"]) == (200, 0), answer.body
        assert s.asked.count(f"POST /api/v2/me/calls/{call.call_uuid}") == 4
        refused = await s.ask(program, "POST", "/gws/api/v2/me/calls/active/answer")
        assert refused.status == 404
        assert refused.json["statusMessage"] == "There is no call for Answer"


@pytest.mark.parametrize(("method", "name"), [("GET", "answer"), ("DELETE", "hold"), ("PUT", "hangup")])
async def test_short_forms_by_other_methods(tmp_path: Path, method: str, name: str) -> None:
    async with scene(tmp_path) as s:
        program = await s.signed_in()
        assert (await s.ask(program, method, f"/gws/api/v2/me/calls/active/{name}")).status == 405


@pytest.mark.parametrize("path", ["/gws/cometd", "/gws/genesys/cometd"])
async def test_guides_channels_over_gws_own(tmp_path: Path, path: str) -> None:
    async with scene(tmp_path) as s:
        program = await s.signed_in()
        s.telephony.register("5001")

        async def send(channel: str, **fields: object) -> Any:
            answer = await s.ask(program, "POST", path, [{"channel": channel, "id": "1", **fields}])
            assert answer.status == 200, answer.body
            return answer.json

        (shaken,) = await send("/meta/handshake", version="1.0", supportedConnectionTypes=["long-polling"])
        client = shaken["clientId"]
        for channel in ("/user/agent/events", "/call/state"):
            (reply,) = await send("/meta/subscribe", clientId=client, subscription=channel)
            assert (reply["successful"], reply["subscription"]) == (True, channel)
        call = s.telephony.ring("5001", "+15550100")
        heard: list[Any] = []
        while len(heard) < 2:
            heard += [
                each
                for each in await send("/meta/connect", clientId=client, connectionType="long-polling")
                if not each["channel"].startswith("/meta/")
            ]
        assert [each["channel"] for each in heard] == ["/user/agent/events", "/call/state"]
        assert heard[0]["data"]["event"] == "Ringing"
        assert heard[1]["data"]["state"] == "Ringing"
        assert heard[0]["data"]["call"]["id"] == call.call_uuid


async def test_token_of_the_guide_is_nothing_at_gws(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        program = await s.signed_in()
        gws = s.bench.settings.gws.url
        async with s.bench.client.get(f"{gws}/api/v2/diagnostics/version") as answer:
            assert answer.status == 200
        assert (await s.ask(program, "GET", "/gws/api/v2/me")).json["user"]["userName"] == "agent5001"
        s.token = "guess"
        assert (await s.ask(program, "GET", "/gws/api/v2/me")).json["code"] == "unknown-page"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"userName": "agent5001", "password": "guess"}, 403, 20),
        ({"userName": "agent5001"}, 400, 2),
        ([], 400, 2),
    ],
)
async def test_failed_sign_in_of_the_guide(tmp_path: Path, body: object, status: int, code: int) -> None:
    async with scene(tmp_path) as s:
        answer = await s.bench.page().ask("POST", "/gws/api/v2/sign-in", body)
        assert (answer.status, answer.json["statusCode"]) == (status, code)
        assert "token" not in answer.json
