"""SIP over WebSocket, server side (RFC 7118): the handshake rules and one flow per connection."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Collection
from typing import Protocol

from aiohttp import WSCloseCode, WSMsgType, web

from cordboard.observe import Occasionally, get_log
from cordboard.sip.events import Flow

log = get_log("net")

MAXIMUM_MESSAGE = 65536
HEARTBEAT = 25.0  # seconds between pings; middleboxes drop a connection that is silent for 30
QUEUED_MESSAGES = 500
MAXIMUM_CONNECTIONS = 5000
STRANGERS_MESSAGES = 100  # each costs up to 16 kB for 32 s, the time of an INVITE transaction


class OnFlow(Protocol):
    """What the owner of the listener wants to know."""

    def message(self, flow: Flow, data: bytes) -> None: ...

    def closed(self, flow: Flow) -> None: ...


class SipWebSockets:
    """The connections of one SIP WebSocket listener.

    Whom the owner has not vouched for is a stranger: he is cut off after `STRANGERS_MESSAGES`, and where all
    `MAXIMUM_CONNECTIONS` are taken the oldest stranger makes room.

    A request that is no WebSocket handshake gets 426 (RFC 9110 section 15.5.22), one without the subprotocol `sip` 400
    (RFC 7118 section 4.1), one from an Origin that is not allowed 403, one too many 503. `origin_allowed` gets the
    Origin header's value.
    """

    def __init__(
        self, listener: str, owner: OnFlow, origin_allowed: Callable[[str], bool], transport: str = "WS"
    ) -> None:
        self._listener = listener
        self._owner = owner
        self._origin_allowed = origin_allowed
        self._transport = transport
        self._counter = itertools.count(1)
        self._occasionally = Occasionally(log)
        self._sockets: dict[Flow, web.WebSocketResponse] = {}
        self._queues: dict[Flow, asyncio.Queue[bytes | None]] = {}
        self._requests: dict[Flow, web.Request] = {}
        self._strangers: dict[Flow, int] = {}  # and how many messages each has sent, the oldest first

    def vouch(self, flow: Flow) -> None:
        """From now on this connection may say as much as it likes."""
        self._strangers.pop(flow, None)

    def origin(self, flow: Flow) -> str:
        """The Origin header that a connection came with, empty if it had none or is gone."""
        request = self._requests.get(flow)
        return request.headers.get("Origin", "") if request is not None else ""

    @property
    def flows(self) -> Collection[Flow]:
        return self._sockets.keys()

    def send(self, flow: Flow, data: bytes) -> bool:
        """Queue a message; False when the connection is gone or its peer has stopped reading."""
        queue = self._queues.get(flow)
        if queue is None or queue.full():
            return False
        queue.put_nowait(data)
        return True

    def drop(self, flow: Flow) -> None:
        """Close one connection after what is queued has been written; at once where its peer has stopped reading."""
        queue = self._queues.get(flow)
        if queue is not None and not queue.full():
            queue.put_nowait(None)
        elif queue is not None:
            self._abort(flow)

    def _abort(self, flow: Flow) -> None:
        self._strangers.pop(flow, None)
        if (transport := self._requests[flow].transport) is not None:
            transport.abort()

    async def close(self) -> None:
        for socket in list(self._sockets.values()):
            await socket.close(code=WSCloseCode.GOING_AWAY)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """The aiohttp handler for the listener's path."""
        if refusal := self._refusal(request):
            return refusal
        socket = web.WebSocketResponse(
            protocols=("sip",), compress=False, max_msg_size=MAXIMUM_MESSAGE, heartbeat=HEARTBEAT
        )
        try:
            await socket.prepare(request)
        except ConnectionError:
            return web.Response(status=503)  # the peer went in the midst of its handshake: nobody reads this
        flow = self._flow(request)
        self._sockets[flow] = socket
        self._requests[flow] = request
        self._strangers[flow] = 0
        queue: asyncio.Queue[bytes | None] = asyncio.Queue(QUEUED_MESSAGES)
        self._queues[flow] = queue
        writer = asyncio.get_running_loop().create_task(self._write(queue, socket), name=f"writer {flow.connection}")
        try:
            await self._read(flow, socket)
        finally:
            del self._sockets[flow], self._queues[flow], self._requests[flow]
            self._strangers.pop(flow, None)
            writer.cancel()
            self._owner.closed(flow)
        return socket

    def _refusal(self, request: web.Request) -> web.Response | None:
        if request.headers.get("Upgrade", "").lower() != "websocket":
            return web.Response(status=426, headers={"Upgrade": "websocket"}, text="SIP over WebSocket only\n")
        offered = [word.strip() for word in request.headers.get("Sec-WebSocket-Protocol", "").split(",")]
        if "sip" not in offered:
            return web.Response(status=400, text='the subprotocol "sip" is missing\n')
        origin = request.headers.get("Origin", "")
        if not self._origin_allowed(origin):
            log.warning("WebSocket refused: origin not allowed", origin=origin[:200])
            return web.Response(status=403, text="this origin may not connect\n")
        if len(self._sockets) >= MAXIMUM_CONNECTIONS and not self._make_room():
            log.warning("WebSocket refused: too many connections", connections=len(self._sockets))
            return web.Response(status=503, text="too many connections\n")
        return None

    def _make_room(self) -> bool:
        """Cut off the oldest stranger; False if there is none."""
        oldest = next(iter(self._strangers), None)
        if oldest is None:
            return False
        self._occasionally.warning("room", "WebSocket cut off: too many connections, and it had not registered")
        self._abort(oldest)
        return True

    def _flow(self, request: web.Request) -> Flow:
        peer = request.transport.get_extra_info("peername") if request.transport else None
        remote = (peer[0], peer[1]) if peer else ("", 0)
        return Flow(self._transport, self._listener, remote, f"{self._listener}-{next(self._counter)}")

    async def _read(self, flow: Flow, socket: web.WebSocketResponse) -> None:
        async for message in socket:
            if flow in self._strangers and not self._bears(flow):
                return
            if message.type is WSMsgType.TEXT:
                self._deliver(flow, message.data.encode())
            elif message.type is WSMsgType.BINARY:
                self._deliver(flow, message.data)

    def _bears(self, flow: Flow) -> bool:
        """Count a stranger's message; False when it is one too many."""
        self._strangers[flow] += 1
        if self._strangers[flow] <= STRANGERS_MESSAGES:
            return True
        self._occasionally.warning("talk", "WebSocket cut off: too many messages, and it had not registered")
        self._abort(flow)
        return False

    def _deliver(self, flow: Flow, data: bytes) -> None:
        try:
            self._owner.message(flow, data)
        except Exception:
            log.exception("message could not be handled", flow=flow.connection, length=len(data))

    async def _write(self, queue: asyncio.Queue[bytes | None], socket: web.WebSocketResponse) -> None:
        try:
            while (data := await queue.get()) is not None:
                await socket.send_str(data.decode("utf-8", "replace"))
        except ConnectionError:
            return
        await socket.close()
