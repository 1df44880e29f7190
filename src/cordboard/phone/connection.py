"""A phone's connection to the gateway: SIP over WebSocket as the client (RFC 7118)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

import aiohttp
from aiohttp import WSMsgType

from cordboard.net.tasks import Tasks
from cordboard.phone.errors import NotConnected
from cordboard.phone.settings import AgentSettings

MAXIMUM_MESSAGE = 65_536
LAST_WORDS = 2.0  # seconds for what is still to be written, and for the peer's goodbye
GONE = "the connection is closed"


class SipConnection:
    """One WebSocket. `received` gets each message, `lost` why it ended, unless `close` was called."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        socket: aiohttp.ClientWebSocketResponse,
        received: Callable[[bytes], None],
        lost: Callable[[str], None],
        name: str,
    ) -> None:
        self._session = session
        self._socket = socket
        self._received = received
        self._lost = lost
        self._outbox: list[bytes] = []
        self._writer: asyncio.Task[None] | None = None
        self._closed = False
        self._tasks = Tasks(name)
        self._tasks.start(self._read(), "read")

    @classmethod
    async def open(
        cls, settings: AgentSettings, received: Callable[[bytes], None], lost: Callable[[str], None]
    ) -> SipConnection:
        """Raises `NotConnected`."""
        session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1, ttl_dns_cache=None))
        try:
            socket = await _handshake(session, settings)
        except BaseException:
            await session.close()
            raise
        return cls(session, socket, received, lost, f"phone {settings.dn}")

    @property
    def remote(self) -> tuple[str, int]:
        peer = self._socket.get_extra_info("peername")
        return (peer[0], peer[1]) if peer else ("", 0)

    def send(self, data: bytes) -> None:
        """Written as soon as the connection takes it, in the order of the calls."""
        if self._closed:
            return
        self._outbox.append(data)
        if self._writer is None:
            self._writer = self._tasks.start(self._write(), "write")

    async def close(self) -> None:
        """What was sent before still goes out."""
        self._closed = True
        if self._writer is not None:
            await asyncio.wait((self._writer,), timeout=LAST_WORDS)
        await self._tasks.close()
        await self._socket.close()
        await self._session.close()

    async def abort(self) -> None:
        """Be gone, without a closing handshake; `lost` is not told."""
        self._closed = True
        await self._session.close()
        await self._tasks.close()

    async def _write(self) -> None:
        try:
            while self._outbox:
                await self._socket.send_str(self._outbox.pop(0).decode("utf-8", "replace"))
        except (ConnectionError, aiohttp.ClientError):
            self._outbox.clear()  # the reader tells
        finally:
            self._writer = None

    async def _read(self) -> None:
        why = GONE
        async for message in self._socket:
            if message.type is WSMsgType.TEXT:
                self._received(message.data.encode())
            elif message.type is WSMsgType.BINARY:
                self._received(message.data)
            elif message.type is WSMsgType.ERROR:
                why = f"{GONE}: {message.data}"
        if not self._closed:
            self._closed = True
            await self._session.close()
            self._lost(why)


async def _handshake(session: aiohttp.ClientSession, settings: AgentSettings) -> aiohttp.ClientWebSocketResponse:
    try:
        async with asyncio.timeout(settings.connect_within):
            socket = await session.ws_connect(
                settings.url,
                protocols=("sip",),
                origin=settings.origin or None,
                ssl=settings.tls if settings.tls is not None else True,
                max_msg_size=MAXIMUM_MESSAGE,
                timeout=aiohttp.ClientWSTimeout(ws_close=LAST_WORDS),
            )
    except aiohttp.WSServerHandshakeError as refusal:
        raise NotConnected(f"refused with {refusal.status} {refusal.message}".rstrip()) from None
    except aiohttp.ClientConnectorCertificateError as failure:
        raise NotConnected(f"certificate not trusted: {failure.certificate_error}") from None
    except TimeoutError:
        raise NotConnected(f"no answer within {settings.connect_within:g} s") from None
    except aiohttp.ClientConnectorError as failure:
        raise NotConnected(f"{failure.host}:{failure.port} cannot be reached: {_why(failure.os_error)}") from None
    except (aiohttp.ClientError, OSError) as failure:
        raise NotConnected(str(failure) or type(failure).__name__) from None
    if socket.protocol != "sip":
        await socket.close()
        raise NotConnected('the subprotocol "sip" is not spoken there')
    return socket


def _why(failure: OSError) -> str:
    """The system's own word, which several addresses of one name hide."""
    number = failure.errno
    return (os.strerror(number) if number and number > 0 else failure.strerror or str(failure)).lower()
