"""CometD over HTTP long-polling: carries request bodies to the Bayeux server and its replies back.

Every suffix of the path is taken alike (`/handshake`, `/connect`, a trailing slash): CometD's JavaScript client appends
them, others post everything to the bare address, and the channel inside the message decides.
"""

from __future__ import annotations

import asyncio
import itertools
import secrets
from typing import Any

from aiohttp import web

from cordboard import observe
from cordboard.bayeux import events as bayeux
from cordboard.bayeux.message import HANDSHAKE, LONG_POLLING, VERSION, Message, RemoteProtocolError, parse
from cordboard.bayeux.server import Server
from cordboard.bayeux.session import ServerSettings
from cordboard.genesys.status import Resource, StatusCode, success
from cordboard.lab.gws.answer import GwsError, read_body
from cordboard.lab.gws.sign_in import Session

log = observe.get_log("gws")

BROWSER_COOKIE = "BAYEUX_BROWSER"
_MAXIMUM_COOKIE = 64
_LOOK_AFTER_CONNECTION = 0.25  # seconds; aiohttp does not wake a handler whose peer has gone


class Notifications:
    """The driver of the Bayeux server: futures for held requests, one timer for its deadline."""

    def __init__(self, settings: ServerSettings) -> None:
        self._server = Server(settings)
        self._waiting: dict[str, asyncio.Future[tuple[Message, ...]]] = {}
        self._counter = itertools.count(1)
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False

    @property
    def clients(self) -> int:
        return self._server.clients

    def deliver(self, channel: str, data: Any, owner: str) -> None:
        """Queue a message for every client of this user that has subscribed to the channel."""
        self._feed(bayeux.Deliver(channel, data, owner))

    def expel(self, http_session: str) -> None:
        self._feed(bayeux.Expel(http_session))

    async def close(self, _: web.Application) -> None:
        """Answer held polls, so that the HTTP server can stop at once."""
        self._feed(bayeux.Close())
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()

    async def describe(self, _: web.Request) -> Resource:
        """A plain GET, as the integration guide's troubleshooting does it."""
        return success(protocol="bayeux", version=VERSION, supportedConnectionTypes=[LONG_POLLING])

    async def exchange(self, request: web.Request, session: Session) -> web.StreamResponse:
        """One POST of messages and its replies, at once or when there is something to say."""
        messages = await _read(request)
        known = request.cookies.get(BROWSER_COOKIE, "")[:_MAXIMUM_COOKIE]
        browser = known or secrets.token_hex(8)
        received = bayeux.Received(
            request=f"request-{next(self._counter)}",
            messages=tuple(messages),
            client=secrets.token_hex(16),
            owner=session.account.user_name,
            browser=browser,
            http_session=session.id,
        )
        response = web.json_response(await self._reply(request, received), headers={"Cache-Control": "no-store"})
        if not known and any(message["channel"] == HANDSHAKE for message in messages):
            response.set_cookie(BROWSER_COOKIE, browser, path="/", httponly=True, samesite="Lax")
        return response

    async def _reply(self, request: web.Request, received: bayeux.Received) -> tuple[Message, ...]:
        future: asyncio.Future[tuple[Message, ...]] = asyncio.get_running_loop().create_future()
        self._waiting[received.request] = future
        try:
            self._feed(received)
            while not future.done():
                await asyncio.wait({future}, timeout=_LOOK_AFTER_CONNECTION)
                if request.transport is None or request.transport.is_closing():
                    return ()
            return await future
        finally:
            del self._waiting[received.request]
            if not future.done():
                self._feed(bayeux.RequestGone(received.request))

    def _feed(self, input: bayeux.Input) -> None:
        if self._closed and not isinstance(input, bayeux.Received):
            return
        loop = asyncio.get_running_loop()
        for output in self._server.handle(input, loop.time()):
            match output:
                case bayeux.Reply(name, messages):
                    if (future := self._waiting.get(name)) is not None and not future.done():
                        future.set_result(messages)
                case bayeux.ClientAdded(_, owner):
                    log.info("CometD client added", user=owner, clients=self._server.clients)
                case bayeux.ClientRemoved(_, owner, why):
                    log.info("CometD client removed", user=owner, why=why, clients=self._server.clients)
        if self._timer is not None:
            self._timer.cancel()
        deadline = None if self._closed else self._server.deadline
        self._timer = None if deadline is None else loop.call_at(deadline, self._feed, bayeux.Tick())


async def _read(request: web.Request) -> list[Message]:
    body = await read_body(request)
    try:
        return parse(body)
    except RemoteProtocolError as error:
        raise GwsError(StatusCode.PARAMETER_INVALID, f"The body is not Bayeux: {error}") from None
