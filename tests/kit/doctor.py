"""A doctor for tests, and what it examines: servers that answer wrongly, one fault at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from aiohttp import web

from cordboard.config import Address, Settings
from cordboard.doctor import Finding, State, run
from cordboard.doctor.patient import Instruments
from cordboard.net.http import serve_http
from cordboard.net.tls import Identity
from cordboard.net.udp import UdpSocket, open_udp
from cordboard.sip.message import Request, parse_message

HOST = "127.0.0.1"
QUICK = Instruments(hear_seconds=0.6)


async def examined(settings: Settings, *only: str, instruments: Instruments = QUICK, **more: Any) -> dict[str, Finding]:
    """The findings by their ids."""
    return {each.id: each async for each in run(settings, only or None, instruments=instruments, **more)}


async def one(settings: Settings, id: str, instruments: Instruments = QUICK) -> Finding:
    """The finding of one check."""
    return (await examined(settings, id, instruments=instruments))[id]


# What a busy or a small machine is warned of: none of the site's doing.
TIMED = {"media.buffer", "sip.server", "gws.index", "call.connected", "call.quality", "call.time_to_sound"}


def ill(findings: dict[str, Finding]) -> dict[str, str]:
    """What is not well, but for what only came late."""
    late = {id for id, each in findings.items() if each.state is State.WARNING and id in TIMED}
    wrong = {id: each for id, each in findings.items() if each.state in (State.WARNING, State.FAILED)}
    return {id: each.what for id, each in wrong.items() if id not in late}


def is_told(finding: Finding, state: State, said: str) -> bool:
    """Whether it is found with these words, and with advice."""
    assert (finding.state, said in finding.what) == (state, True), finding
    return bool(finding.why and finding.mend)


def changed(settings: Settings, **values: Any) -> Settings:
    """Settings with some of them otherwise: `gws__url="http://..."`, or `agents=()`."""
    for name, value in values.items():
        section, _, key = name.partition("__")
        settings = replace(settings, **{section: replace(getattr(settings, section), **{key: value}) if key else value})
    return settings


# --- HTTP -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Canned:
    """An answer that is always the same."""

    status: int = 200
    body: str = ""
    type: str = "text/html"
    headers: dict[str, str] = field(default_factory=dict)

    async def __call__(self, _request: web.Request) -> web.Response:
        return web.Response(status=self.status, text=self.body, content_type=self.type, headers=self.headers)


Answer = Canned | Callable[[web.Request], Any]


@asynccontextmanager
async def answering(answers: Answer | dict[str, Answer], identity: Identity | None = None) -> AsyncIterator[Address]:
    """A web server that answers everything alike, or each path by its own; others get 404."""
    application = web.Application()
    for path, answer in (answers if isinstance(answers, dict) else {"/{path:.*}": answers}).items():
        application.router.add_route("*", path, _handler(answer))
    server = await serve_http(application, HOST, 0, identity=identity)
    try:
        yield Address(*server.address)
    finally:
        await server.close()


def _handler(answer: Answer) -> Callable[[web.Request], Any]:
    async def handle(request: web.Request) -> web.StreamResponse:
        response: web.StreamResponse = await answer(request)
        return response

    return handle


# --- SIP ------------------------------------------------------------------------------------------------------------


@dataclass
class WrongSipServer:
    """Answers each method with a status and further lines; `received` is where it says that it sees the sender."""

    answers: dict[str, tuple[int, str]] = field(default_factory=dict)
    received: str = ""
    body: str = ""
    socket: UdpSocket | None = None

    def take(self, data: bytes, source: tuple[str, int]) -> None:
        request = parse_message(data)
        assert isinstance(request, Request)
        status, lines = self.answers.get(request.method, (200, ""))
        via = request.headers.get("Via", "") + (f";received={self.received}" if self.received else "")
        copied = "".join(f"{name}: {request.headers.get(name)}\r\n" for name in ("From", "Call-ID", "CSeq"))
        typed = "Content-Type: application/sdp\r\n" if self.body else ""
        text = (
            f"SIP/2.0 {status} Said\r\nVia: {via}\r\nTo: {request.headers.get('To')};tag=x\r\n{copied}{lines}{typed}"
            f"Content-Length: {len(self.body)}\r\n\r\n{self.body}"
        )
        assert self.socket is not None
        self.socket.send(text.encode(), source)


@asynccontextmanager
async def sip_server(server: WrongSipServer) -> AsyncIterator[Address]:
    server.socket = await open_udp(HOST, 0, server.take)
    try:
        yield Address(*server.socket.address)
    finally:
        server.socket.close()
