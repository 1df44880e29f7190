"""A GWS that answers just enough for the desk's tests and writes down what it was asked."""

from __future__ import annotations

import asyncio
import base64
import gzip
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

VOICE_DEVICE = {"id": "device-5001", "phoneNumber": "5001", "channels": ["voice"], "deviceState": "Active"}


def user_resource(**changes: Any) -> dict[str, Any]:
    """The payload of GET /api/v2/me for agent5001."""
    return {
        "userName": "agent5001",
        "firstName": "Ada",
        "lastName": "Agent",
        "uri": "http://gws.invalid/api/v2/users/1",
        "devices": [{**VOICE_DEVICE, "userState": {"state": "Ready", "displayName": "Ready"}}],
        "channels": [{"channel": "voice", "userState": {"state": "Ready"}}],
        "calls": [],
    } | changes


@dataclass
class FakeGws:
    """`sessions` are the JSESSIONIDs that are good; `asked` holds each request's method, path, headers and body."""

    user: dict[str, Any] = field(default_factory=user_resource)
    sessions: set[str] = field(default_factory=set)
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    polls_waiting: int = 0
    polls_cancelled: int = 0
    event: asyncio.Event = field(default_factory=asyncio.Event)
    last_of_poll: bytes = b"2]"
    me_answers: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.me_answers.set()

    def application(self) -> web.Application:
        application = web.Application()
        application.router.add_get("/api/v2/me", self.me)
        application.router.add_post("/api/v2/notifications", self.poll)
        application.router.add_get("/api/v2/moved", self.moved)
        application.router.add_get("/api/v2/broken", self.broken)
        application.router.add_get("/api/v2/slow", self.slow)
        application.router.add_post("/api/v2/without-csrf", self.without_csrf)
        application.router.add_get("/api/v2/packed", self.packed)
        application.router.add_get("/api/v2/large", self.large)
        application.router.add_get("/ui/ad/v1/index.html", self.workspace)
        application.router.add_get("/identity-provider", self.identity_provider)
        application.router.add_post("/saml/acs", self.assertion)
        application.router.add_route("*", "/{path:.*}", self.echo)
        return application

    async def _note(self, request: web.Request) -> None:
        body = await request.read()
        self.asked.append((request.method, request.raw_path, dict(request.headers), body))

    async def me(self, request: web.Request) -> web.Response:
        await self._note(request)
        await self.me_answers.wait()
        basic = "Basic " + base64.b64encode(b"agent5001:agent5001").decode()
        session = request.cookies.get("JSESSIONID", "")
        if request.headers.get("Authorization") == basic:
            session = f"node{len(self.sessions)}"
            self.sessions.add(session)
            answer = web.json_response({"statusCode": 0, "user": self.user})
            answer.set_cookie("JSESSIONID", session, httponly=True)
            return answer
        if session in self.sessions:
            return web.json_response({"statusCode": 0, "user": self.user})
        return web.json_response({"statusCode": 20, "statusMessage": "Access denied"}, status=403)

    async def poll(self, request: web.Request) -> web.StreamResponse:
        """A chunked answer in two parts, the second after `event`."""
        await self._note(request)
        answer = web.StreamResponse(headers={"Content-Type": "application/json"})
        answer.set_cookie("BAYEUX_BROWSER", f"browser{len(self.asked)}")
        await answer.prepare(request)
        await answer.write(b"[1,")
        self.polls_waiting += 1
        try:
            await self.event.wait()
        except asyncio.CancelledError:
            self.polls_cancelled += 1
            raise
        finally:
            self.polls_waiting -= 1
        await answer.write(self.last_of_poll)
        return answer

    async def moved(self, _request: web.Request) -> web.Response:
        raise web.HTTPFound("https://gws.invalid/api/v2/me")

    async def broken(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        await answer.write(b"half of it")
        assert request.transport is not None
        request.transport.abort()
        return answer

    async def slow(self, _request: web.Request) -> web.Response:
        await asyncio.Event().wait()
        return web.Response()

    async def without_csrf(self, _request: web.Request) -> web.Response:
        return web.Response(status=403, text="Missing or invalid Csrf token")

    async def packed(self, _request: web.Request) -> web.Response:
        """Packed although nobody asked for it."""
        body = gzip.compress(b'{"statusCode":0,"text":"' + b"a" * 5000 + b'"}')
        return web.Response(body=body, headers={"Content-Encoding": "gzip", "Content-Type": "application/json"})

    async def large(self, request: web.Request) -> web.StreamResponse:
        """Three megabytes; with `?chunked` it is not told how many."""
        if "chunked" not in request.query:
            return web.Response(body=b"a" * 3_000_000)
        answer = web.StreamResponse()
        await answer.prepare(request)
        for _ in range(3):
            await answer.write(b"a" * 1_000_000)
        return answer

    async def workspace(self, request: web.Request) -> web.Response:
        """GWS's own page: by SAML it sends those it does not know to the identity provider."""
        if request.cookies.get("JSESSIONID") in self.sessions:
            return web.Response(text="Workspace")
        assert request.query["authType"] == "saml"
        raise web.HTTPFound("/identity-provider?SAMLRequest=who-is-this")

    async def identity_provider(self, request: web.Request) -> web.Response:
        """The form that a browser posts by itself."""
        assert request.query["SAMLRequest"] == "who-is-this"
        return web.Response(text="SAMLResponse=agent5001", content_type="text/html")

    async def assertion(self, request: web.Request) -> web.Response:
        """What the identity provider says, by way of the browser."""
        if (await request.post())["SAMLResponse"] != "agent5001":
            raise web.HTTPForbidden
        session = f"saml{len(self.sessions)}"
        self.sessions.add(session)
        answer = web.HTTPFound("/ui/ad/v1/index.html")
        answer.set_cookie("JSESSIONID", session, httponly=True)
        raise answer

    async def echo(self, request: web.Request) -> web.Response:
        await self._note(request)
        if request.cookies.get("JSESSIONID") not in self.sessions:
            return web.json_response({"statusCode": 20, "statusMessage": "Access denied"}, status=403)
        if request.path.endswith("/wrong-state"):
            return web.json_response({"statusCode": 2, "statusMessage": "wrong state"}, status=400)
        answer = web.json_response(
            {"statusCode": 0, "asked": request.raw_path},
            headers={
                "X-CSRF-HEADER": "X-CSRF-TOKEN",
                "X-CSRF-TOKEN": "csrf-1",
                "X-Frame-Options": "DENY",
                "Access-Control-Allow-Origin": "*",
                "WWW-Authenticate": "Basic",
            },
        )
        answer.set_cookie("ROUTE", "a")
        return answer
