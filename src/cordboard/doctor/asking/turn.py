"""A client for STUN and TURN (RFC 8489, RFC 8656) that does what an examination needs: bind, allocate, ask for peers.

Over UDP a request is repeated; over TCP and TLS it is sent once. An allocation is given back with a lifetime of zero.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from cordboard.doctor.asking.trouble import Trouble, reason
from cordboard.net.udp import UdpSocket, open_udp
from cordboard.stun.message import (
    BINDING,
    Address,
    AttributeType,
    Message,
    MessageClass,
    StunError,
    build,
    parse,
    read_xor_address,
    xor_address,
)

ALLOCATE, REFRESH, CREATE_PERMISSION = 0x003, 0x004, 0x008
LIFETIME, XOR_PEER_ADDRESS, XOR_RELAYED_ADDRESS, REQUESTED_TRANSPORT = 0x000D, 0x0012, 0x0016, 0x0019
UDP_PROTOCOL = bytes((17, 0, 0, 0))
REPEAT_SECONDS = (0.25, 0.5, 1.0, 1.5)
STREAM_SECONDS = 4.0

_URL = re.compile(r"(stuns?|turns?):(\[[0-9A-Fa-f:.]+\]|[^:?\[\]]+)(?::([0-9]+))?(?:\?transport=(udp|tcp))?", re.I)


@dataclass(frozen=True, slots=True)
class Server:
    """What an ICE server's URL says (RFC 7064, RFC 7065)."""

    url: str
    host: str
    port: int
    transport: str  # UDP, TCP or TLS

    @classmethod
    def parse(cls, url: str) -> Server:
        """Raises `Trouble`."""
        found = _URL.fullmatch(url.strip())
        if found is None:
            raise Trouble(f"{url} is no URL of a STUN or TURN server")
        scheme, host, port, transport = found.groups()
        secure = scheme.lower().endswith("s")
        way = "TLS" if secure else (transport or "udp").upper()
        return cls(url, host.strip("[]"), int(port or (5349 if secure else 3478)), way)


class _Way(Protocol):
    async def exchange(self, data: bytes, transaction: bytes) -> Message | None: ...

    def close(self) -> None: ...


class TurnClient:
    """One conversation with a server; made by `await TurnClient.open(server, tls)`, ended by `close`."""

    def __init__(self, server: Server, way: _Way) -> None:
        self.server = server
        self.software = ""
        self._way = way
        self._key: bytes | None = None
        self._login: tuple[tuple[int, bytes], ...] = ()

    @classmethod
    async def open(cls, server: Server, tls: ssl.SSLContext | None) -> TurnClient:
        """`tls` is for a server that is reached by TLS. Raises `Trouble`."""
        try:
            if server.transport == "UDP":
                return cls(server, await _Datagrams.open(server))
            return cls(server, await _Stream.open(server, tls))
        except (OSError, TimeoutError) as error:
            raise Trouble(f"{server.url} cannot be reached: {reason(error)}") from None

    def close(self) -> None:
        self._way.close()

    async def bind(self) -> Address | None:
        """The address that the server sees us at. Raises `Trouble`."""
        return (await self._ask(BINDING)).mapped_address

    async def allocate(self, username: str, password: str) -> Address:
        """The relayed address that these credentials get. Raises `Trouble`."""
        request: list[tuple[int, bytes]] = [(REQUESTED_TRANSPORT, UDP_PROTOCOL), (LIFETIME, (60).to_bytes(4, "big"))]
        challenge = await self._ask(ALLOCATE, request)
        if challenge.message_class is MessageClass.SUCCESS:
            raise Trouble(
                f"{self.server.url} gives allocations to anybody, without credentials",
                why="An open relay lets strangers send their traffic through this machine.",
                mend="In turnserver.conf: use-auth-secret, static-auth-secret=... and no `no-auth`.",
            )
        realm, nonce = challenge.get(AttributeType.REALM), challenge.get(AttributeType.NONCE)
        if realm is None or nonce is None:
            raise Trouble(f"{self.server.url} refuses an allocation: {_error(challenge)}")
        self._key = hashlib.md5(f"{username}:{realm.decode('utf-8', 'replace')}:{password}".encode()).digest()
        self._login = (
            (int(AttributeType.USERNAME), username.encode()),
            (int(AttributeType.REALM), realm),
            (int(AttributeType.NONCE), nonce),
        )
        answer = await self._ask(ALLOCATE, request)
        if answer.message_class is not MessageClass.SUCCESS:
            raise Trouble(f"{self.server.url} refuses an allocation with a fresh credential: {_error(answer)}")
        value = answer.get(XOR_RELAYED_ADDRESS)
        relayed = read_xor_address(value, answer.transaction) if value is not None else None
        if relayed is None:
            raise Trouble(f"{self.server.url} gives an allocation without a relayed address")
        return relayed

    async def permits(self, peer: Address) -> bool:
        """Whether the allocation may send to this peer; for one only that is refused or allowed, nothing is sent to it.
        Raises `Trouble`."""
        transaction = secrets.token_bytes(12)
        answer = await self._ask(CREATE_PERMISSION, [(XOR_PEER_ADDRESS, xor_address(peer, transaction))], transaction)
        return answer.message_class is MessageClass.SUCCESS

    async def give_back(self) -> None:
        """End the allocation. Raises `Trouble`."""
        await self._ask(REFRESH, [(LIFETIME, bytes(4))])

    async def _ask(
        self, method: int, attributes: Sequence[tuple[int, bytes]] = (), transaction: bytes = b""
    ) -> Message:
        """A stale nonce is taken up once (RFC 8489 section 9.2.5)."""
        answer = await self._once(method, attributes, transaction)
        error = answer.error
        nonce = answer.get(AttributeType.NONCE)
        if self._key is not None and error is not None and error[0] == 438 and nonce is not None:
            self._login = (*self._login[:2], (int(AttributeType.NONCE), nonce))
            answer = await self._once(method, attributes, transaction)
        return answer

    async def _once(self, method: int, attributes: Sequence[tuple[int, bytes]], transaction: bytes) -> Message:
        transaction = transaction or secrets.token_bytes(12)
        message = Message(MessageClass.REQUEST, transaction, (*attributes, *self._login), method)
        answer = await self._way.exchange(build(message, self._key), transaction)
        if answer is None:
            raise Trouble(f"{self.server.url} does not answer")
        if software := answer.get(AttributeType.SOFTWARE):
            self.software = software.decode("utf-8", "replace").strip("\0 ")
        return answer


class _Datagrams:
    """UDP: repeated until answered."""

    def __init__(self, remote: Address) -> None:
        self._remote = remote
        self._waiting: dict[bytes, asyncio.Future[Message]] = {}
        self._socket: UdpSocket | None = None

    @classmethod
    async def open(cls, server: Server) -> _Datagrams:
        found = await asyncio.get_running_loop().getaddrinfo(server.host, server.port)
        host, port = found[0][4][:2]
        way = cls((str(host), int(port)))
        way._socket = await open_udp("::" if ":" in str(host) else "0.0.0.0", 0, way._received)
        return way

    async def exchange(self, data: bytes, transaction: bytes) -> Message | None:
        assert self._socket is not None
        waiting: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._waiting[transaction] = waiting
        try:
            for seconds in REPEAT_SECONDS:
                self._socket.send(data, self._remote)
                done, _ = await asyncio.wait((waiting,), timeout=seconds)
                if done:
                    return waiting.result()
            return None
        finally:
            del self._waiting[transaction]

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()

    def _received(self, data: bytes, source: Address) -> None:
        try:
            message = parse(data)
        except StunError:
            return
        waiting = self._waiting.get(message.transaction)
        if source == self._remote and waiting is not None and not waiting.done():
            waiting.set_result(message)


class _Stream:
    """TCP or TLS: the length in the header frames messages."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, server: Server, tls: ssl.SSLContext | None) -> _Stream:
        async with asyncio.timeout(STREAM_SECONDS):
            name = server.host if tls is not None else None
            return cls(*await asyncio.open_connection(server.host, server.port, ssl=tls, server_hostname=name))

    async def exchange(self, data: bytes, transaction: bytes) -> Message | None:
        try:
            async with asyncio.timeout(STREAM_SECONDS):
                self._writer.write(data)
                while True:
                    message = await self._read()
                    if message.transaction == transaction:
                        return message
        except (OSError, TimeoutError, asyncio.IncompleteReadError, StunError):
            return None

    async def _read(self) -> Message:
        header = await self._reader.readexactly(20)
        return parse(header + await self._reader.readexactly(int.from_bytes(header[2:4], "big")))

    def close(self) -> None:
        self._writer.transport.abort()


def _error(message: Message) -> str:
    code, words = message.error or (0, "without a reason")
    return f"{code} {words}".strip() if code else words
