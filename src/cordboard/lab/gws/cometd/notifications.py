"""CometD over HTTP long-polling: carries request bodies to the Bayeux server and its replies back.

Every suffix of the path is taken alike (`/handshake`, `/connect`, a trailing slash): CometD's JavaScript client appends
them, others post everything to the bare address, and the channel inside the message decides.
"""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from cordboard import observe
from cordboard.bayeux import events as bayeux
from cordboard.bayeux.message import HANDSHAKE, VERSION, Message, RemoteProtocolError, parse
from cordboard.bayeux.server import Server
from cordboard.bayeux.session import ServerSettings
from cordboard.genesys.status import Resource, StatusCode, success
from cordboard.lab.gws.answer import GwsError, read_body
from cordboard.lab.gws.faults import GwsFaults
from cordboard.lab.gws.sign_in import Session

log = observe.get_log("gws")

BROWSER_COOKIE = "BAYEUX_BROWSER"
_MAXIMUM_COOKIE = 64
_LOOK_AFTER_CONNECTIONS = 0.25  # seconds; aiohttp does not wake a handler whose peer has gone


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A request that is not answered yet; nobody waits any more when its peer `has_gone`."""

    replies: asyncio.Future[tuple[Message, ...]]
    has_gone: Callable[[], bool]


class Notifications:
    """The driver of the Bayeux server: futures for held requests, one timer for its deadline, one look at connections.

    What is delivered in one turn of the event loop goes out together, in one reply of each client.
    """

    def __init__(self, settings: ServerSettings, faults: GwsFaults | None = None) -> None:
        self._settings = settings
        self._faults = faults or GwsFaults()
        self._server = Server(settings)
        self._waiting: dict[str, _Waiting] = {}
        self._deliveries: list[bayeux.Deliver | bayeux.DeliverTo] = []
        self._counter = itertools.count(1)
        self._timer: asyncio.TimerHandle | None = None
        self._look_at: asyncio.TimerHandle | None = None
        self._closed = False

    @property
    def clients(self) -> int:
        return self._server.clients

    def deliver(self, channel: str, data: Any, owner: str) -> None:
        """Queue a message for every client of this user that has subscribed to the channel."""
        if not self._faults.loses():
            self._gather(bayeux.Deliver(channel, data, owner))

    def deliver_to(self, client: str, channel: str, data: Any) -> None:
        """Queue a message for one client, subscribed or not."""
        self._gather(bayeux.DeliverTo(client, channel, data))

    def expel(self, http_session: str) -> None:
        self._feed(bayeux.Expel(http_session))

    def forget(self) -> None:
        """Every client is unknown from now on, as after a restart."""
        self._feed(bayeux.Forget())

    async def close(self, _: web.Application) -> None:
        """Answer held polls, so that the HTTP server can stop at once."""
        self._feed(bayeux.Close())
        self._closed = True
        for timer in (self._timer, self._look_at):
            if timer is not None:
                timer.cancel()

    async def describe(self, _: web.Request) -> Resource:
        """A plain GET, as the integration guide's troubleshooting does it."""
        return success(
            protocol="bayeux", version=VERSION, supportedConnectionTypes=list(self._settings.connection_types)
        )

    async def exchange(self, request: web.Request, session: Session) -> web.StreamResponse:
        """One POST of messages and its replies, at once or when there is something to say."""
        messages = await _read(request)
        known = request.cookies.get(BROWSER_COOKIE, "")[:_MAXIMUM_COOKIE]
        browser = known or secrets.token_hex(8)
        replies = await self.answer(messages, session, browser, lambda: _has_gone(request))
        if request.transport is not None and _has_data(replies) and self._faults.cuts():
            request.transport.abort()
        response = web.json_response(replies, headers={"Cache-Control": "no-store"})
        if not known and any(message["channel"] == HANDSHAKE for message in messages):
            response.set_cookie(BROWSER_COOKIE, browser, path="/", httponly=True, samesite="Lax")
        return response

    async def answer(
        self,
        messages: list[Message],
        session: Session,
        browser: str,
        has_gone: Callable[[], bool],
        is_websocket: bool = False,
    ) -> tuple[Message, ...]:
        """The replies to the messages of one request or frame; empty when whoever asked `has_gone`."""
        name = f"request-{next(self._counter)}"
        received = bayeux.Received(
            request=name,
            messages=tuple(messages),
            client=secrets.token_hex(16),
            owner=session.account.user_name,
            browser=browser,
            http_session=session.id,
            is_websocket=is_websocket,
        )
        future: asyncio.Future[tuple[Message, ...]] = asyncio.get_running_loop().create_future()
        self._waiting[name] = _Waiting(future, has_gone)
        answered = False
        try:
            self._feed(received)
            if not future.done() and self._look_at is None:
                self._look_later()
            replies = await future
            answered = bool(replies)
            return replies
        finally:
            del self._waiting[name]
            if not answered:
                self._feed(bayeux.RequestGone(name))

    def _look_later(self) -> None:
        self._look_at = asyncio.get_running_loop().call_later(_LOOK_AFTER_CONNECTIONS, self._look)

    def _look(self) -> None:
        """Let go of requests whose peers have gone."""
        self._look_at = None
        for waiting in list(self._waiting.values()):
            if not waiting.replies.done() and waiting.has_gone():
                waiting.replies.set_result(())
        if self._waiting and not self._closed:
            self._look_later()

    def _gather(self, delivery: bayeux.Deliver | bayeux.DeliverTo) -> None:
        if not self._deliveries:
            asyncio.get_running_loop().call_soon(self._deliver)
        self._deliveries.append(delivery)

    def _deliver(self) -> None:
        if self._deliveries:
            together = bayeux.DeliverTogether(tuple(self._deliveries))
            self._deliveries.clear()
            self._feed(together)

    def _feed(self, input: bayeux.Input) -> None:
        self._deliver()  # in their order
        if self._closed and not isinstance(input, bayeux.Received):
            return
        loop = asyncio.get_running_loop()
        for output in self._server.handle(input, loop.time()):
            match output:
                case bayeux.Reply(name, messages):
                    waiting = self._waiting.get(name)
                    if waiting is not None and not waiting.replies.done():
                        waiting.replies.set_result(messages)
                case bayeux.ClientAdded(_, owner):
                    log.info("CometD client added", user=owner, clients=self._server.clients)
                case bayeux.ClientRemoved(_, owner, why):
                    log.info("CometD client removed", user=owner, why=why, clients=self._server.clients)
        if self._timer is not None:
            self._timer.cancel()
        deadline = None if self._closed else self._server.deadline
        self._timer = None if deadline is None else loop.call_at(deadline, self._feed, bayeux.Tick())


def _has_gone(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


def _has_data(replies: tuple[Message, ...]) -> bool:
    return any("data" in message for message in replies)


async def _read(request: web.Request) -> list[Message]:
    body = await read_body(request)
    try:
        return parse(body)
    except RemoteProtocolError as error:
        raise GwsError(StatusCode.PARAMETER_INVALID, f"The body is not Bayeux: {error}") from None
