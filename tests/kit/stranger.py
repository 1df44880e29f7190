"""Somebody who has no business with a call: sends what he likes to whatever ports he likes at a steady rate, from the
address that page and trunk have and from another one, and keeps what comes back.

    with Stranger() as stranger:
        async with stranger.shooting(hellos(ports, [bad_hello()]), a_second=1000):
            ...
        assert stranger.media == []
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import secrets
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Self

from cordboard.rtp.g711 import encode_pcmu
from cordboard.rtp.packet import RtpPacket
from cordboard.rtp.tone import strength, tone
from cordboard.stun.message import Address
from kit.conversation import Conversation
from kit.page import PagePhone
from kit.phone import DECODERS, FRAME, Phone

HOSTS = ("127.0.0.1", "127.0.0.66")
INJECTED = 1700.0  # Hz
OWN_SSRC = 4711
PULSE = 0.01  # seconds between two volleys

Shot = tuple[bytes, Address]


class Stranger:
    """`sent` counts datagrams; `media` is all RTP and RTCP that ever came to him."""

    def __init__(self) -> None:
        self._sockets = [_socket(host) for host in HOSTS]
        self.sent = 0
        self.media: list[bytes] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for sock in self._sockets:
            sock.close()

    def shoot(self, data: bytes, target: Address) -> None:
        """One datagram from each of his addresses."""
        for sock in self._sockets:
            with contextlib.suppress(OSError):  # nobody there: an ICMP error of the one before
                sock.sendto(data, target)
        self.sent += len(self._sockets)

    @asynccontextmanager
    async def shooting(self, shots: Iterator[Shot], a_second: int) -> AsyncIterator[None]:
        """So many datagrams a second until the end of the block; what a busy machine delayed is made up for."""
        volley = asyncio.get_running_loop().create_task(self._shoot(shots, a_second))
        try:
            yield
        finally:
            volley.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await volley
            self.listen()

    async def _shoot(self, shots: Iterator[Shot], a_second: int) -> None:
        loop = asyncio.get_running_loop()
        begin, before = loop.time(), self.sent
        while True:
            while self.sent - before < (loop.time() - begin) * a_second:
                self.shoot(*next(shots))
            self.listen()
            await asyncio.sleep(PULSE)

    def listen(self) -> None:
        """Take what has come."""
        for sock in self._sockets:
            with contextlib.suppress(BlockingIOError, ConnectionRefusedError):
                while True:
                    data = sock.recv(2048)
                    if data and 127 < data[0] < 192:  # RFC 7983
                        self.media.append(data)


def ports_of(call: Conversation) -> list[Address]:
    """Where the engine listens for this call: the page's port, the trunk's, and their neighbours."""
    assert call.trunk.peer is not None
    trunk = call.trunk.peer
    named = [call.page.gateway, (trunk.address, trunk.port), (trunk.address, trunk.rtcp_port)]
    neighbours = [(host, port + 1) for host, port in named]
    return list(dict.fromkeys(named + neighbours))


def around(call: Conversation, reach: int = 500) -> list[Address]:
    """The ranges of ports in which somebody who knows one call looks for others, in no order."""
    ranges = {host: range(max(1024, port - reach), min(65535, port + reach)) for host, port in ports_of(call)}
    return random.sample(found := [(host, port) for host, ports in ranges.items() for port in ports], len(found))


# --- ClientHellos


def bad_hello() -> bytes:
    """A ClientHello of DTLS 1.2 with TLS_NULL_WITH_NULL_NULL alone, which no server can accept."""
    body = b"\xfe\xfd" + secrets.token_bytes(32) + b"\0" + b"\0" + b"\0\x02\0\0" + b"\x01\0"
    length = len(body).to_bytes(3, "big")
    handshake = b"\x01" + length + bytes(2) + bytes(3) + length + body
    return b"\x16\xfe\xff" + bytes(8) + len(handshake).to_bytes(2, "big") + handshake


def good_hello() -> bytes:
    """The ClientHello of a page like any other."""
    page = PagePhone()
    said: list[bytes] = []
    page.send_raw = said.append  # type: ignore[method-assign]
    page.say_hello()
    page.close()
    return said[0]


def hellos(targets: list[Address], kinds: Sequence[bytes]) -> Iterator[Shot]:
    """ClientHellos of these kinds to all targets by turns, for ever; there may become more meanwhile."""
    for number in itertools.count():
        for hello in kinds:
            yield hello, targets[number % len(targets)]


# --- media


def lies(calls: list[Conversation]) -> Iterator[Shot]:
    """To all ports of the calls by turns: the injected tone as plain RTP and as SRTP with a wrong tag, under an SSRC of
    its own and under the speaker's own, ahead of him in sequence; and RTCP that is too short."""
    audio = encode_pcmu(tone(INJECTED, FRAME / 8000))
    for number in itertools.count(1):
        for call in calls:
            for victim in (call.trunk, call.page):
                voice = victim.voice
                ahead = 1 + number % 40
                sequence, timestamp = (voice.sequence + ahead) & 0xFFFF, (voice.timestamp + 160 * ahead) & 0xFFFFFFFF
                stolen = RtpPacket(0, sequence, timestamp, voice.ssrc, audio).to_bytes()
                fresh = RtpPacket(0, number & 0xFFFF, 160 * number & 0xFFFFFFFF, OWN_SSRC, audio).to_bytes()
                for target in ports_of(call):
                    for data in (stolen, fresh, stolen + secrets.token_bytes(10), short_rtcp(number)):
                        yield data, target


def short_rtcp(number: int) -> bytes:
    """The beginning of a sender report, receiver report, goodbye or feedback, 1 to 11 octets of it."""
    kind = (200, 201, 203, 206)[number % 4]
    return (b"\x81" + bytes([kind]) + b"\0\x06" + bytes(8))[: 1 + number % 11]


def ever_heard(phone: Phone, frequency: float) -> float:
    """The greatest share that the frequency had in any 40 ms."""
    spoken = [packet for packet in phone.received if packet.payload_type in DECODERS]
    sounds = [DECODERS[packet.payload_type](packet.payload) for packet in spoken]
    return max((strength(one + other, frequency) for one, other in itertools.pairwise(sounds)), default=0.0)


def _socket(host: str) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    sock.bind((host, 0))
    return sock
