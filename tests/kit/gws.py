"""The lab's GWS over a scripted telephony, and agents that use it as a browser would: own cookies, own CometD client.

async with gws_bench() as bench:
    agent = await bench.signed_in("5001")
    await agent.start_session()
    page = await agent.cometd("/v2/me/calls")
    call = bench.telephony.ring("5001", "+15550100")
    (message,) = await page.messages()
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp
from aiohttp import web

from cordboard.bayeux.session import ServerSettings
from cordboard.lab.gws import GwsSettings, create_gws, lab_account
from cordboard.lab.gws.application import Face
from cordboard.lab.gws.directory import device_id
from cordboard.lab.gws.faults import GwsFaults
from cordboard.net.http import HttpServer, serve_http
from kit.telephony import ScriptedTelephony

HOST = "127.0.0.1"
PATIENCE = 5.0  # seconds for whatever is expected to come


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    json: Any
    text: str

    @property
    def code(self) -> tuple[int, int]:
        """HTTP status and GWS status code."""
        return self.status, self.json["statusCode"]


def basic(user_name: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user_name}:{password}".encode()).decode()


@dataclass
class AgentClient:
    """One browser of one agent."""

    bench: GwsBench
    dn: str
    http: aiohttp.ClientSession
    authorization: str = ""

    async def ask(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        sent = {"Authorization": self.authorization} if self.authorization else {}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        raw = {"data": body} if isinstance(body, bytes) else {"json": body}
        async with asyncio.timeout(PATIENCE * 2):
            async with self.http.request(
                method, self.bench.url + path, headers=sent, allow_redirects=False, **raw
            ) as response:
                text = (await response.read()).decode()
                parsed = await response.json() if response.content_type == "application/json" else None
                return Answer(response.status, dict(response.headers), parsed, text)

    async def get(self, path: str) -> Answer:
        return await self.ask("GET", path)

    async def post(self, path: str, body: object = None) -> Answer:
        return await self.ask("POST", path, body)

    async def operate(self, path: str, operation: str, **fields: object) -> Answer:
        return await self.post("/api/v2" + path, {"operationName": operation, **fields})

    async def start_session(self) -> None:
        answer = await self.operate("/me", "StartContactCenterSession", channels=["voice"])
        assert answer.code == (200, 0)

    @property
    def device(self) -> str:
        return device_id(self.dn)

    async def cometd(self, *channels: str, path: str = "/api/v2/notifications") -> CometdClient:
        """A CometD client that has shaken hands, subscribed, and made its first connect."""
        client = CometdClient(self, path)
        await client.handshake()
        for channel in channels:
            await client.subscribe(channel)
        await client.connect(0)
        return client


@dataclass
class CometdClient:
    """Bayeux by hand, one request at a time."""

    agent: AgentClient
    path: str
    client: str = ""
    received: list[dict[str, Any]] = field(default_factory=list)

    async def send(self, channel: str, **fields: object) -> list[dict[str, Any]]:
        answer = await self.agent.post(self.path, [{"channel": channel, "id": "1", **fields}])
        assert answer.status == 200, answer.text
        replies: list[dict[str, Any]] = answer.json
        return replies

    async def handshake(self) -> dict[str, Any]:
        (reply,) = await self.send("/meta/handshake", version="1.0", supportedConnectionTypes=["long-polling"])
        self.client = reply["clientId"]
        return reply

    async def subscribe(self, channel: str) -> dict[str, Any]:
        (reply,) = await self.send("/meta/subscribe", clientId=self.client, subscription=channel)
        assert reply["successful"], reply
        return reply

    async def connect(self, milliseconds: int | None = None) -> dict[str, Any]:
        advice = {} if milliseconds is None else {"advice": {"timeout": milliseconds}}
        reply, *messages = await self.send(
            "/meta/connect", clientId=self.client, connectionType="long-polling", **advice
        )
        self.received += messages
        return reply

    async def messages(self, count: int = 1) -> list[dict[str, Any]]:
        """The next messages, polling until there are this many."""
        async with asyncio.timeout(PATIENCE):
            while len(self.received) < count:
                reply = await self.connect()
                assert reply["successful"], reply
        taken, self.received = self.received[:count], self.received[count:]
        return taken

    async def quiet(self) -> bool:
        """Whether nothing is waiting for this client."""
        await self.connect(0)
        return not self.received


@dataclass
class GwsBench:
    telephony: ScriptedTelephony
    settings: GwsSettings
    extra_routes: tuple[web.AbstractRouteDef, ...]
    stack: contextlib.AsyncExitStack
    faults: GwsFaults
    faces: tuple[Face, ...] = ()
    now: float = 1_700_000_000.0
    port: int = 0
    server: HttpServer | None = None

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    async def start(self) -> None:
        application = create_gws(
            self.telephony,
            self.settings,
            self.extra_routes,
            clock=lambda: self.now,
            faces=self.faces,
            faults=self.faults,
        )
        self.server = await serve_http(application, HOST, self.port)
        self.port = self.server.address[1]

    async def stop(self) -> None:
        """Stop GWS, if it runs; leaving the bench does it too."""
        if self.server is not None:
            await self.server.close()
            self.server = None

    async def restart(self) -> None:
        """A new GWS on the same port, which knows no session and no CometD client."""
        await self.stop()
        await self.start()

    async def browser(self, dn: str = "5001", authorization: str = "") -> AgentClient:
        jar = aiohttp.CookieJar(unsafe=True)  # the host is an address
        http = await self.stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar))
        return AgentClient(self, dn, http, authorization)

    async def signed_in(self, dn: str = "5001") -> AgentClient:
        """A browser with a session cookie and nothing else."""
        agent = await self.browser(dn, basic(f"agent{dn}", f"agent{dn}"))
        assert (await agent.get("/api/v2/me")).code == (200, 0)
        agent.authorization = ""
        return agent

    async def working(self, dn: str = "5001") -> AgentClient:
        """Signed in, the phone registered, the contact-centre session started."""
        agent = await self.signed_in(dn)
        self.telephony.register(dn)
        await agent.start_session()
        return agent


@contextlib.asynccontextmanager
async def gws_bench(
    extra_routes: Iterable[web.AbstractRouteDef] = (),
    faults: GwsFaults | None = None,
    telephony: Any = None,
    faces: Iterable[Face] = (),
    **changes: Any,
) -> AsyncIterator[GwsBench]:
    """A running GWS for 5001 and 5002; `changes` are fields of `GwsSettings`. Polls are held for a second.

    `telephony` takes the place of the scripted one, which `working` and the like then must not be asked for.
    """
    settings = replace(
        GwsSettings((lab_account("5001"), lab_account("5002")), cometd=ServerSettings(timeout=1.0)), **changes
    )
    async with contextlib.AsyncExitStack() as stack:
        telephony = telephony or ScriptedTelephony(["5001", "5002", "5003"])
        bench = GwsBench(telephony, settings, tuple(extra_routes), stack, faults or GwsFaults(), tuple(faces))
        await bench.start()
        stack.push_async_callback(bench.stop)
        yield bench
