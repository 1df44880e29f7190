"""Workspace API v3 over a scripted telephony, and agents that use it as a v3 client would.

async with workspace_bench() as bench:
    agent = await bench.working("5001")
    call = bench.telephony.ring("5001", "+15550100")
    message = await agent.message("CallStateChanged")
    await agent.operate(call, "answer")
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp
from aiohttp import web

from cordboard.bayeux.session import ServerSettings
from cordboard.lab.gws.directory import Directory
from cordboard.lab.gws.faults import GwsFaults
from cordboard.lab.gws.settings import lab_account
from cordboard.lab.telephony import CallView
from cordboard.lab.workspace import WorkspaceSettings, face
from cordboard.net.http import serve_http
from kit.telephony import ScriptedTelephony

HOST = "127.0.0.1"
ROOT = "/workspace/v3"
INITIALIZATION = "/workspace/v3/initialization"
VOICE = "/workspace/v3/voice"
PATIENCE = 5.0  # seconds
DNS = ("5001", "5002", "5003")
SUPERVISOR = "5003"


@dataclass
class Answer:
    status: int
    json: Any
    headers: dict[str, str]
    text: str

    @property
    def code(self) -> tuple[int, int]:
        """HTTP status and `status.code`."""
        return self.status, self.json["status"]["code"]


@dataclass
class WorkspaceClient:
    """One browser of one agent, with one CometD client."""

    bench: WorkspaceBench
    dn: str
    http: aiohttp.ClientSession
    client: str = ""
    received: list[dict[str, Any]] = field(default_factory=list)

    async def ask(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        raw = {"data": body} if isinstance(body, bytes | dict) and "form" in sent else {"json": body}
        raw = {"data": body} if isinstance(body, bytes) else raw
        raw = {} if body is None else raw
        sent.pop("form", None)
        async with asyncio.timeout(PATIENCE):
            url = self.bench.url + path
            async with self.http.request(method, url, headers=sent, allow_redirects=False, **raw) as response:
                text = await response.text()
                parsed = json.loads(text) if response.content_type == "application/json" else None
                return Answer(response.status, parsed, dict(response.headers), text)

    async def get(self, path: str) -> Answer:
        return await self.ask("GET", ROOT + path)

    async def post(self, path: str, body: object = None) -> Answer:
        return await self.ask("POST", ROOT + path, body)

    async def voice(self, operation: str, data: object = None, **beside: object) -> Answer:
        """POST /voice/...; `data` is wrapped as clients do it."""
        return await self.post(f"/voice/{operation}", {"data": data or {}, **beside})

    async def operate(self, call: CallView, operation: str, **data: object) -> Answer:
        return await self.voice(f"calls/{call.connection_id}/{operation}", data)

    async def initialize(self, token: str = "") -> Answer:
        bearer = f"Bearer {token or f'agent{self.dn}'}"
        return await self.ask("POST", f"{ROOT}/initialize-workspace", Authorization=bearer, x_api_key="any")

    # --- CometD

    async def bayeux(self, channel: str, **fields: object) -> list[dict[str, Any]]:
        answer = await self.post("/notifications", [{"channel": channel, "id": "1", **fields}])
        assert answer.status == 200, answer.text
        replies: list[dict[str, Any]] = answer.json
        return replies

    async def cometd(self, *channels: str) -> None:
        """Shake hands, connect, subscribe."""
        (reply,) = await self.bayeux("/meta/handshake", version="1.0", supportedConnectionTypes=["long-polling"])
        self.client = reply["clientId"]
        await self.poll(0)
        for channel in channels:
            (reply,) = await self.bayeux("/meta/subscribe", clientId=self.client, subscription=channel)
            assert reply["successful"], reply

    async def poll(self, milliseconds: int | None = None) -> None:
        advice = {} if milliseconds is None else {"advice": {"timeout": milliseconds}}
        connect = {"clientId": self.client, "connectionType": "long-polling", **advice}
        reply, *messages = await self.bayeux("/meta/connect", **connect)
        assert reply["successful"], reply
        self.received += [message["data"] for message in messages]

    async def message(self, kind: str, **fields: object) -> dict[str, Any]:
        """The next message of this type with these fields; those before it are passed over."""
        async with asyncio.timeout(PATIENCE):
            while True:
                while self.received:
                    data = self.received.pop(0)
                    if data["messageType"] == kind and all(data.get(name) == value for name, value in fields.items()):
                        return data
                await self.poll()

    async def call(self, state: str, notification: str = "StateChange") -> dict[str, Any]:
        """The call of the next CallStateChanged like this."""
        while True:
            message = await self.message("CallStateChanged", notificationType=notification)
            if message["call"]["state"] == state:
                call: dict[str, Any] = message["call"]
                return call

    async def dn_is(self, state: str) -> dict[str, Any]:
        while True:
            dn: dict[str, Any] = (await self.message("DnStateChanged"))["dn"]
            if dn["agentState"] == state:
                return dn

    async def quiet(self) -> bool:
        """Whether nothing is waiting."""
        await self.poll(0)
        return not self.received


@dataclass
class WorkspaceBench:
    telephony: ScriptedTelephony
    stack: contextlib.AsyncExitStack
    faults: GwsFaults = field(default_factory=GwsFaults)
    url: str = ""
    now: float = 1_700_000_000.0

    async def browser(self, dn: str = "5001") -> WorkspaceClient:
        jar = aiohttp.CookieJar(unsafe=True)  # the host is an address
        return WorkspaceClient(self, dn, await self.stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar)))

    async def initialized(self, dn: str = "5001") -> WorkspaceClient:
        """With a session, and subscribed to everything that v3 tells about calls."""
        client = await self.browser(dn)
        assert (await client.initialize()).code == (200, 1)
        await client.cometd(VOICE)
        return client

    async def working(self, dn: str = "5001", **data: object) -> WorkspaceClient:
        """The phone registered, the voice channel active, the agent logged in."""
        client = await self.initialized(dn)
        self.telephony.register(dn)
        answer = await client.post("/activate-channels", {"data": {"agentId": dn, "dn": dn, **data}})
        assert answer.code == (200, 1), answer.text
        await client.dn_is("NotReady")
        return client


@contextlib.asynccontextmanager
async def workspace_bench(**changes: Any) -> AsyncIterator[WorkspaceBench]:
    """v3 for 5001, 5002 and the supervisor 5003; `changes` are fields of `WorkspaceSettings`."""
    settings = replace(WorkspaceSettings(cometd=ServerSettings(timeout=0.5)), **changes)
    accounts = [replace(lab_account(dn), is_supervisor=dn == SUPERVISOR) for dn in DNS]
    async with contextlib.AsyncExitStack() as stack:
        bench = WorkspaceBench(ScriptedTelephony(DNS), stack)
        application = web.Application(middlewares=[bench.faults.middleware])
        face(settings, lambda: bench.now, bench.faults)(application, bench.telephony, Directory(accounts))
        server = await serve_http(application, HOST, 0)
        stack.push_async_callback(server.close)
        bench.url = f"http://{HOST}:{server.address[1]}"
        yield bench
