"""The softphone's surroundings for page-level checks: real desk, the lab's GWS over a scripted telephony, and a fake
gateway that is SIP over WebSocket at the test's command. There is no media: what calls sound like is tested elsewhere.

    async with stage() as s, chromium() as browser:
        page = await new_page(browser)
        await page.goto(s.desk + "/")
        ...
        call = await s.gateway.invite("+15550100", uuid)
        await call.informed({"do": "answer"})
        await call.answered()
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from cordboard.config import Address, Settings, lab_settings
from cordboard.desk import create_desk
from cordboard.desk.static import PAGES
from cordboard.lab.gws.application import Face
from cordboard.net.http import serve_http
from cordboard.observe import Metrics
from cordboard.sdp.codec import PCMU, TELEPHONE_EVENT
from cordboard.sdp.webrtc import WebRtcLocal, write_webrtc
from cordboard.sip.message import Headers, Message, Request, Response, parse_message, to_bytes
from kit.desk import SECRET, free_port
from kit.gws import GwsBench, gws_bench
from kit.telephony import ScriptedTelephony

HOST = "127.0.0.1"
WORDS_TYPE = "application/vnd.cordboard+json"
PATIENCE = 8.0
FINGERPRINT = ":".join(["AB"] * 32)


def description(setup: str = "actpass", version: int = 1) -> str:
    """What the gateway would offer; nobody listens at its port."""
    local = WebRtcLocal(
        7, version, HOST, 9, "ufragufrag", "p" * 24, FINGERPRINT, setup, [PCMU, TELEPHONE_EVENT], ssrc=7
    )
    return write_webrtc(local)


class LabTelephony(ScriptedTelephony):
    """A DN's contact is known when it is in service, as the desktop asks for it."""

    def annex(self, dn: str) -> dict[str, str]:
        view = self.dn(dn)
        in_service = view is not None and view.in_service
        return super().annex(dn) | {"contact": f"sip:{dn}@gateway" if in_service else "*"}


@dataclass
class FakeCall:
    """One INVITE dialog with a page; `tags` are (ours, theirs)."""

    gateway: FakeGateway
    call_id: str
    ours: str
    theirs: str
    target: str
    branch: str
    sequence: int = 1

    def request(self, method: str, body: bytes = b"", *headers: tuple[str, str]) -> None:
        self.sequence += 1
        self.gateway.send_request(
            method, self.target, self.ours, self.theirs, self.call_id, self.sequence, body, headers
        )

    def inform(self, words: object) -> None:
        self.request("INFO", json.dumps(words).encode(), ("Content-Type", WORDS_TYPE))

    def hang_up(self) -> None:
        self.request("BYE")

    def cancel(self) -> None:
        self.gateway.send_request(
            "CANCEL", self.target, self.ours, self.theirs.split(";tag=")[0], self.call_id, 1, branch=self.branch
        )

    async def response(self, status: int) -> Response:
        """The page's response to the INVITE with this status; its tag is known from then on."""
        found = await self.gateway.until(
            lambda message: (
                isinstance(message, Response)
                and message.status == status
                and message.headers.get("Call-ID") == self.call_id
                and "INVITE" in (message.headers.get("CSeq") or "")
            )
        )
        assert isinstance(found, Response)
        self.theirs = found.headers.get("To") or ""
        return found

    async def answered(self) -> None:
        response = await self.response(200)
        assert "UDP/TLS/RTP/SAVPF" in response.body.decode()
        self.gateway.send_request("ACK", self.target, self.ours, self.theirs, self.call_id, 1)


@dataclass
class FakeGateway:
    """Every message of every page, in order; what a page asks in a dialog is answered 200 at once."""

    telephony: ScriptedTelephony
    port: int = 0
    received: list[Message] = field(default_factory=list)
    socket: web.WebSocketResponse | None = None
    connections: int = 0
    contact: str = ""
    registration_status: int = 200
    accepts_calls: bool = True
    _outbox: asyncio.Queue[Message] = field(default_factory=asyncio.Queue)
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def application(self) -> web.Application:
        application = web.Application()
        application.router.add_get("/ws", self._handle)
        return application

    async def _handle(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=("sip",))
        await socket.prepare(request)
        self.socket, self._outbox = socket, asyncio.Queue()
        self.connections += 1
        async with asyncio.TaskGroup() as group:
            writer = group.create_task(self._write(socket, self._outbox))
            async for frame in socket:
                if frame.type is WSMsgType.TEXT and frame.data.strip():
                    self._take(parse_message(frame.data.encode()))
            writer.cancel()
        return socket

    async def _write(self, socket: web.WebSocketResponse, outbox: asyncio.Queue[Message]) -> None:
        while True:
            await socket.send_str(to_bytes(await outbox.get()).decode())

    def _take(self, message: Message) -> None:
        self.received.append(message)
        self._arrived.set()
        if isinstance(message, Response) or message.method == "ACK":
            return
        if message.method == "REGISTER":
            self._register(message)
        elif message.method == "INVITE":
            self._invited(message)
        else:
            self.respond(message, 200)

    def _register(self, request: Request) -> None:
        self.contact = request.headers.get("Contact") or ""
        dn = (request.headers.get("To") or "").split("sip:")[1].split("@")[0]
        gone = ";expires=0" in self.contact
        if self.registration_status == 200 and not gone:
            self.telephony.register(dn)
        elif gone:
            self.telephony.unregister(dn)
        self.respond(request, self.registration_status, ("Contact", f"{self.contact};expires=300"))

    def _invited(self, request: Request) -> None:
        if not self.accepts_calls:
            self.respond(request, 486)
            return
        contact = ("Contact", f"<sip:gateway@{HOST}:{self.port};transport=ws>")
        self.respond(request, 180, contact)
        if "v=0" in request.body.decode():
            sdp = description("passive").encode()
            self.respond(request, 200, contact, ("Content-Type", "application/sdp"), body=sdp)

    def respond(self, request: Request, status: int, *more: tuple[str, str], body: bytes = b"") -> None:
        names = ("Via", "From", "Call-ID", "CSeq")
        headers = Headers([(name, value) for name in names for value in request.headers.get_all(name)])
        to = request.headers.get("To") or ""
        headers.add("To", to if ";tag=" in to else f"{to};tag=fake")
        for name, value in more:
            headers.add(name, value)
        self._send(Response(status, "OK" if status == 200 else "Other", headers, body))

    def send_request(
        self,
        method: str,
        target: str,
        ours: str,
        theirs: str,
        call_id: str,
        sequence: int,
        body: bytes = b"",
        more: tuple[tuple[str, str], ...] = (),
        branch: str = "",
    ) -> None:
        via = f"SIP/2.0/WS {HOST}:{self.port};branch={branch or f'z9hG4bK{next(self._numbers)}'}"
        fields = [
            ("Via", via),
            ("Max-Forwards", "70"),
            ("From", ours),
            ("To", theirs),
            ("Call-ID", call_id),
            ("CSeq", f"{sequence} {method}"),
            ("Contact", f"<sip:gateway@{HOST}:{self.port};transport=ws>"),
            *more,
        ]
        self._send(Request(method, target, Headers(fields), body))

    def _send(self, message: Message) -> None:
        self._outbox.put_nowait(message)

    async def until(self, wanted: Callable[[Message], bool], since: int = 0) -> Message:
        """The first message that is `wanted`."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for message in self.received[since:]:
                    if wanted(message):
                        return message
                self._arrived.clear()
                await self._arrived.wait()

    async def request(self, method: str, since: int = 0) -> Request:
        found = await self.until(lambda message: isinstance(message, Request) and message.method == method, since)
        assert isinstance(found, Request)
        return found

    async def invite(self, caller: str, uuid: str, *headers: tuple[str, str], dn: str = "5001") -> FakeCall:
        """Ring the page; returns when it has answered 180."""
        number = next(self._numbers)
        target = self.contact.split("<")[1].split(">")[0]
        call = FakeCall(
            self,
            f"call-{number}",
            f"<sip:{caller}@{HOST}>;tag=g{number}",
            f"<sip:{dn}@{HOST}>",
            target,
            f"z9hG4bKinvite{number}",
        )
        identified = (("X-Genesys-CallUUID", uuid),) if uuid else ()
        more = (*identified, ("Content-Type", "application/sdp"), *headers)
        self.send_request(
            "INVITE", target, call.ours, call.theirs, call.call_id, 1, description().encode(), more, call.branch
        )
        await call.response(180)
        return call

    def message(self, words: object, dn: str = "5001") -> None:
        body = json.dumps(words).encode()
        number = next(self._numbers)
        ours = f"<sip:{dn}@{HOST}:{self.port}>;tag=m{number}"
        theirs = f"<sip:{dn}@{HOST}>"
        target = self.contact.split("<")[1].split(">")[0]
        self.send_request("MESSAGE", target, ours, theirs, f"m-{number}", 1, body, (("Content-Type", WORDS_TYPE),))

    async def drop(self) -> None:
        """The connection breaks."""
        assert self.socket is not None
        socket, self.socket = self.socket, None
        await socket.close()


@dataclass
class Stage:
    settings: Settings
    gateway: FakeGateway
    gws: GwsBench
    telephony: ScriptedTelephony
    metrics: Metrics

    @property
    def desk(self) -> str:
        return self.settings.desk.url

    @property
    def desktop(self) -> str:
        return f"{self.gws.url}/ui/ad/v1/index.html"


@contextlib.asynccontextmanager
async def stage(
    workspace_options: Mapping[str, str] | None = None,
    routes: Iterable[web.AbstractRouteDef] = (),
    faces: Iterable[Face] = (),
    **changes: object,
) -> AsyncIterator[Stage]:
    """Everything around the page, on free ports of loopback; `changes` are settings, `desk__embed_origins=[...]`, where
    `{gws}` is the address of GWS. GWS has these `routes` and `faces` besides its own.
    """
    desk_port, gateway_port = free_port(), free_port()

    async def where(_: web.Request) -> web.Response:
        return web.json_response({"softphone": f"http://{HOST}:{desk_port}/"})

    more = [web.get("/lab/configuration.json", where), *routes]
    bench = gws_bench(more, faces=faces, workspace_options=workspace_options or {})
    async with contextlib.AsyncExitStack() as running, bench as gws:
        telephony = LabTelephony(["5001", "5002"])
        gws.telephony = telephony
        await gws.restart()
        settings = lab_settings(
            {
                "desk.listen": Address(HOST, desk_port),
                "gateway.websocket": Address(HOST, gateway_port),
                "lab.gws": Address(HOST, gws.port),
            }
            | {name.replace("__", "."): _at(gws.url, value) for name, value in changes.items()}
        )
        gateway = FakeGateway(telephony)
        server = await serve_http(gateway.application(), HOST, gateway_port)
        gateway.port = server.address[1]
        running.push_async_callback(server.close)
        metrics = Metrics()
        application = create_desk(settings, secret=SECRET, pages=PAGES, metrics=metrics)
        desk = await serve_http(application, HOST, desk_port, handler_cancellation=True)
        running.push_async_callback(desk.close)
        yield Stage(settings, gateway, gws, telephony, metrics)


def _at(gws: str, value: object) -> object:
    return value.replace("{gws}", gws) if isinstance(value, str) else value
