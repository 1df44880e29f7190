"""SIP over TCP and TLS: connections that we open and connections that are opened to us (RFC 3261 section 18).

A flow without a connection's name leads to a remote address over the one connection that we open there: on demand, by
the first message, which waits until it stands. A connection that was opened to us is a flow of its own, with a name;
it carries what came by it and the answers. When a connection ends, or cannot be opened, its flow is reported closed.

Connections of ours are kept alive by double CRLF (RFC 5626 section 3.5.1). A peer that has answered one is expected to
answer all; a dead one that never did is noticed by TCP itself, which gives up what is not acknowledged in time.
"""

from __future__ import annotations

import asyncio
import errno
import itertools
import os
import socket
import ssl
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol

from cordboard.net.connection import Connection, Timing
from cordboard.net.errors import AddressUnusable, PortTaken
from cordboard.net.tasks import Tasks
from cordboard.observe.log import Occasionally, get_log
from cordboard.sip.events import Flow

log = get_log("net")

MAXIMUM_ACCEPTED = 64  # connections that are open to us at a time
MAXIMUM_WAITING = 200  # messages that wait for a connection of ours to stand
UNACKNOWLEDGED = 10_000  # milliseconds until TCP gives up
HANDSHAKE = 5.0

HostPort = tuple[str, int]


class OnFlow(Protocol):
    """What the owner of the connections wants to know."""

    def message(self, flow: Flow, data: bytes) -> None: ...

    def closed(self, flow: Flow) -> None: ...


@dataclass(frozen=True, slots=True)
class Peers:
    """Who may connect to us, which name the certificate of an address must show, and which connections stay open."""

    allowed: Callable[[str], bool] = lambda address: True
    name: Callable[[str], str] = lambda address: address
    keep: Callable[[Flow], bool] = lambda flow: False


class SipStreams:
    """The connections of one listener; `transport` is TCP, or TLS if `connecting` is given."""

    def __init__(
        self,
        listener: str,
        owner: OnFlow,
        *,
        peers: Peers = Peers(),
        connecting: ssl.SSLContext | None = None,
        timing: Timing = Timing(),  # noqa: B008 - frozen
    ) -> None:
        self.transport = "TLS" if connecting else "TCP"
        self.address: HostPort = ("", 0)
        self._listener = listener
        self._owner = owner
        self._peers = peers
        self._connecting = connecting
        self._timing = timing
        self._loop = asyncio.get_running_loop()
        self._tasks = Tasks(f"{listener} {self.transport}")
        self._occasionally = Occasionally(log)
        self._counter = itertools.count(1)
        self._connections: dict[Flow, Connection] = {}
        self._waiting: dict[Flow, list[bytes]] = {}  # by flow of a connection that is being opened
        self._handshakes: set[Flow] = set()
        self._socket: socket.socket | None = None
        self._local = ""
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False

    @property
    def flows(self) -> Collection[Flow]:
        return self._connections.keys()

    def bind(self, host: str) -> None:
        """Open connections from this address from now on."""
        self._local = host

    def listen(self, host: str, port: int, context: ssl.SSLContext | None = None) -> None:
        """Accept connections at a port (0: a free one). Raises `PortTaken` or `AddressUnusable`."""
        self._socket = _listening(host, port)
        self.address = self._socket.getsockname()[:2]
        self._tasks.start(self._accept(self._socket, context), "accept")

    def send(self, flow: Flow, data: bytes) -> bool:
        """Send a message, opening a connection where the flow has no name; False when a named one is gone."""
        connection = self._connections.get(flow)
        if connection is not None and connection.write(data):
            return True
        if flow.connection or self._closed:
            return False
        waiting = self._waiting.get(flow)
        if waiting is None:
            self._waiting[flow] = [data]
            self._tasks.start(self._open(flow), f"connect to {flow.remote[0]}")
        elif len(waiting) < MAXIMUM_WAITING:
            waiting.append(data)
        return True

    def drop(self, flow: Flow) -> None:
        """End a connection at once."""
        if (connection := self._connections.get(flow)) is not None:
            connection.abort("dropped")

    async def close(self) -> None:
        """End everything; nobody is told."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        for connection in list(self._connections.values()):
            connection.abort("closed here")
        await self._tasks.close()
        if self._socket is not None:
            self._socket.close()
        await asyncio.sleep(0)

    # --- connections that are opened to us

    async def _accept(self, listening: socket.socket, context: ssl.SSLContext | None) -> None:
        while True:
            try:
                accepted, remote = await self._loop.sock_accept(listening)
            except OSError as failure:
                log.error("connections cannot be accepted", why=failure.strerror)
                await asyncio.sleep(1.0)
                continue
            self._accepted(accepted, (remote[0], remote[1]), context)

    def _accepted(self, accepted: socket.socket, remote: HostPort, context: ssl.SSLContext | None) -> None:
        if not self._peers.allowed(remote[0]):
            self._occasionally.warning(remote[0], "connection of a stranger refused", source=remote[0])
            accepted.close()
            return
        if sum(not each.opened for each in self._connections.values()) + len(self._handshakes) >= MAXIMUM_ACCEPTED:
            self._occasionally.warning("full", "too many connections, one refused", source=remote[0])
            accepted.close()
            return
        flow = Flow(self.transport, self._listener, remote, f"{self._listener}-{next(self._counter)}")
        self._handshakes.add(flow)
        self._tasks.start(self._take(flow, accepted, context), f"connection of {remote[0]}")

    async def _take(self, flow: Flow, accepted: socket.socket, context: ssl.SSLContext | None) -> None:
        remote = flow.remote
        handshake = HANDSHAKE if context else None
        try:
            accepted.setblocking(False)
            _prepare(accepted)
            await self._loop.connect_accepted_socket(
                lambda: self._connection(flow, opened=False), accepted, ssl=context, ssl_handshake_timeout=handshake
            )
        except (OSError, ssl.SSLError) as failure:
            self._occasionally.warning(remote[0], "connection failed", source=remote[0], why=_reason(failure))
            accepted.close()
            return
        finally:
            self._handshakes.discard(flow)

    # --- connections that we open

    async def _open(self, flow: Flow) -> None:
        try:
            async with asyncio.timeout(self._timing.connect):
                await self._connect(flow)
        except (OSError, ssl.SSLError) as failure:
            self._waiting.pop(flow, None)
            where = f"{flow.remote[0]}:{flow.remote[1]}"
            self._occasionally.warning(where, "cannot connect", to=where, over=self.transport, why=_reason(failure))
            self._owner.closed(flow)

    async def _connect(self, flow: Flow) -> None:
        opened = socket.socket(_family(flow.remote[0]), socket.SOCK_STREAM)
        try:
            opened.setblocking(False)
            _prepare(opened)
            if self._local:
                opened.bind((self._local, 0))
            await self._loop.sock_connect(opened, flow.remote)
            await self._loop.create_connection(
                lambda: self._connection(flow, opened=True),
                sock=opened,
                ssl=self._connecting,
                server_hostname=self._peers.name(flow.remote[0]) if self._connecting else None,
            )
        except BaseException:
            opened.close()
            raise

    # --- both

    def _connection(self, flow: Flow, *, opened: bool) -> Connection:
        return Connection(
            flow,
            opened=opened,
            timing=self._timing,
            on_made=self._stands,
            on_message=self._owner.message,
            on_lost=self._lost,
        )

    def _stands(self, connection: Connection) -> None:
        self._connections[connection.flow] = connection
        self._handshakes.discard(connection.flow)
        log.info("connected", **_told(connection))
        for data in self._waiting.pop(connection.flow, ()):
            connection.write(data)
        if self._timer is None:
            self._timer = self._loop.call_later(self._timing.look, self._look)

    def _look(self) -> None:
        for connection in list(self._connections.values()):
            connection.look(keep=self._peers.keep(connection.flow))
        again = bool(self._connections) and not self._closed
        self._timer = self._loop.call_later(self._timing.look, self._look) if again else None

    def _lost(self, connection: Connection, why: str) -> None:
        if self._connections.get(connection.flow) is not connection:
            return
        del self._connections[connection.flow]
        log.info("connection ended", why=why, **_told(connection))
        if not self._closed:
            self._owner.closed(connection.flow)


def _told(connection: Connection) -> dict[str, object]:
    flow = connection.flow
    return {"over": flow.transport, "peer": f"{flow.remote[0]}:{flow.remote[1]}", "opened_here": connection.opened}


def _listening(host: str, port: int) -> socket.socket:
    listening = socket.socket(_family(host), socket.SOCK_STREAM)
    try:
        listening.setblocking(False)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if listening.family is socket.AF_INET6:
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listening.bind((host, port))
        listening.listen(MAXIMUM_ACCEPTED)
    except OSError as failure:
        listening.close()
        if failure.errno == errno.EADDRINUSE:
            raise PortTaken("tcp", (host, port)) from failure
        raise AddressUnusable("tcp", (host, port), failure.strerror or str(failure)) from failure
    return listening


def _prepare(connected: socket.socket) -> None:
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 10), ("TCP_USER_TIMEOUT", UNACKNOWLEDGED)):
        if (number := getattr(socket, option, None)) is not None:  # Linux has them all
            connected.setsockopt(socket.IPPROTO_TCP, number, value)


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _reason(failure: Exception) -> str:
    """In a few words, for the log."""
    if isinstance(failure, TimeoutError):
        return "no answer in time"
    if isinstance(failure, ssl.SSLCertVerificationError):
        return failure.verify_message
    if isinstance(failure, ssl.SSLError):
        return (failure.reason or str(failure)).replace("_", " ").lower()
    number = getattr(failure, "errno", None)
    return os.strerror(number).lower() if number else str(failure) or type(failure).__name__
