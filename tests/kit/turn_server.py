"""A TURN server as far as the doctor asks it, with faults.

async with turn_server(TurnFaults(permits=("127.0.0.1",))) as url: ...
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_address

from cordboard.access.turn import turn_credentials
from cordboard.doctor.asking.turn import ALLOCATE, XOR_PEER_ADDRESS, XOR_RELAYED_ADDRESS
from cordboard.net.udp import UdpSocket, open_udp
from cordboard.stun.message import (
    BINDING,
    AttributeType,
    Message,
    MessageClass,
    build,
    error_code,
    has_integrity,
    parse,
    read_xor_address,
    xor_address,
)

HOST = "127.0.0.1"
SECRET = "the secret that desk and TURN server share"
REALM, NONCE = b"relay", b"nonce-1"
RELAYED = ("198.51.100.7", 50000)


@dataclass(frozen=True, slots=True)
class TurnFaults:
    """`permits` are peers besides the media's that it lets in; `stale` calls the first nonce old."""

    secret: str = SECRET
    media: str = "127.0.0.2"
    permits: tuple[str, ...] = ()
    open_to_all: bool = False
    takes_all_credentials: bool = False
    silent: bool = False
    stale: bool = False
    software: str = "Coturn-4.9.1 'Gorst'"


class FakeTurnServer:
    def __init__(self, faults: TurnFaults) -> None:
        self._faults = faults
        self._nonce = b"nonce-0" if faults.stale else NONCE
        self.socket: UdpSocket | None = None
        self.asked: list[int] = []

    def take(self, data: bytes, source: tuple[str, int]) -> None:
        message = parse(data)
        self.asked.append(message.method)
        if self._faults.silent:
            return
        answer = self._binding(message, source) if message.method == BINDING else self._guarded(message, data)
        assert self.socket is not None
        self.socket.send(build(answer), source)

    def _binding(self, message: Message, source: tuple[str, int]) -> Message:
        mapped = (int(AttributeType.XOR_MAPPED_ADDRESS), xor_address(source, message.transaction))
        return self._success(message, mapped)

    def _guarded(self, message: Message, data: bytes) -> Message:
        if self._faults.open_to_all:
            return self._answer(message)
        if message.username is None:
            return self._refusal(message, 401, "Unauthorized")
        if message.get(AttributeType.NONCE) == b"nonce-0":
            self._nonce = NONCE
            return self._refusal(message, 438, "Stale Nonce")
        if not self._faults.takes_all_credentials and not has_integrity(data, self._key(message.username)):
            return self._refusal(message, 401, "Unauthorized")
        return self._answer(message)

    def _answer(self, message: Message) -> Message:
        if message.method == ALLOCATE:
            return self._success(message, (XOR_RELAYED_ADDRESS, xor_address(RELAYED, message.transaction)))
        value = message.get(XOR_PEER_ADDRESS)
        peer = read_xor_address(value, message.transaction) if value is not None else None
        if peer is not None and ip_address(peer[0]) not in map(ip_address, (self._faults.media, *self._faults.permits)):
            return self._refusal(message, 403, "Forbidden")
        return self._success(message)

    def _key(self, username: str) -> bytes:
        expires = float(username.partition(":")[0])
        made = turn_credentials(self._faults.secret.encode(), "doctor", expires, 0)
        return hashlib.md5(f"{username}:{REALM.decode()}:{made.password}".encode()).digest()

    def _success(self, message: Message, *attributes: tuple[int, bytes]) -> Message:
        named = (int(AttributeType.SOFTWARE), self._faults.software.encode())
        return Message(MessageClass.SUCCESS, message.transaction, (*attributes, named), message.method)

    def _refusal(self, message: Message, code: int, reason: str) -> Message:
        more = ((int(AttributeType.REALM), REALM), (int(AttributeType.NONCE), self._nonce))
        return Message(MessageClass.ERROR, message.transaction, (error_code(code, reason), *more), message.method)


@asynccontextmanager
async def turn_server(faults: TurnFaults = TurnFaults()) -> AsyncIterator[tuple[str, FakeTurnServer]]:
    """The URL and the server."""
    server = FakeTurnServer(faults)
    server.socket = await open_udp(HOST, 0, server.take)
    try:
        yield f"turn:{HOST}:{server.socket.address[1]}?transport=udp", server
    finally:
        server.socket.close()
