"""The calls that load an engine: real ones (SDP, ICE, DTLS-SRTP), set up once and then switched on and off.

A page is an address of its own in 127.0.0.0/8 and a trunk is told apart by the engine's port, so that hundreds of them
share one socket and leave in one system call: the generator must be faster than what it measures. Both ends stamp
their packets; the page decrypts every eighth one and counts the others by their header.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

from cordboard.media.port import MediaEngine
from cordboard.media.relay.dtls_srtp import Association, Identity
from cordboard.phone.packets import Address, PacketLoop, Sending
from cordboard.sdp.codec import PCMU
from cordboard.sdp.plain import PlainLocal, read_plain, write_plain
from cordboard.sdp.webrtc import WebRtcRemote, read_webrtc
from cordboard.stun.message import MessageClass, StunError, parse
from cordboard.stun.request import binding_request

SHARING = 250  # calls behind one pair of sockets
BUFFER = 4 << 20  # bytes; the kernel gives less where it must
AT_ONCE = 16  # calls that are being set up
CONSENT_EVERY = 10.0  # seconds between two checks of a call (RFC 7675: at most 30)
PATIENCE = 10.0  # seconds for one call's ICE and DTLS
AGAIN = 0.3  # seconds after which a check or a flight is repeated
CHECK_EVERY = 8  # packets, of which the page decrypts one
TO_TRUNK, TO_PAGE = 440.0, 1000.0  # Hz
FORCED_BUFFER = {socket.SO_RCVBUF: 33, socket.SO_SNDBUF: 32}  # SO_RCVBUFFORCE, SO_SNDBUFFORCE of Linux
NEVER_IN_PIECES = (10, 2)  # IP_MTU_DISCOVER, IP_PMTUDISC_DO: the kernel needs no identifiers for fragments

OFFER = """v=0
o=- 1 1 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
m=audio 9 UDP/TLS/RTP/SAVPF 0
c=IN IP4 0.0.0.0
a=ice-ufrag:{ufrag}
a=ice-pwd:{password}
a=fingerprint:sha-256 {fingerprint}
a=setup:actpass
a=mid:0
a=sendrecv
a=rtcp-mux
a=rtpmap:0 PCMU/8000
a=ssrc:{ssrc} cname:load
"""


class SetUpFailed(Exception):
    """A call did not come about; the text says why."""


@dataclass(frozen=True, slots=True)
class Call:
    """The numbers of its two streams, and the check that keeps the engine's consent."""

    page: int
    trunk: int
    check: bytes


@dataclass(frozen=True, slots=True)
class _Sockets:
    """`pages` is bound to every address, so each page can have its own."""

    pages: socket.socket
    trunk: socket.socket
    reports: socket.socket

    def close(self) -> None:
        for sock in (self.pages, self.trunk, self.reports):
            sock.close()


class Load:
    """Calls through one engine. `network` is the second number of its pages' addresses, 127.N; `profiles` of SRTP are
    offered in OpenSSL's notation.
    """

    def __init__(self, engine: MediaEngine, packets: PacketLoop, network: int, profiles: bytes) -> None:
        self._engine = engine
        self._packets = packets
        self._network = network
        self._identity = Identity()
        self._identity.context.set_tlsext_use_srtp(profiles)
        self._sockets: list[_Sockets] = []
        self._keeping: asyncio.Task[None] | None = None
        self.calls: list[Call] = []
        self.profile = ""  # of SRTP, as it was agreed

    async def grow(self, count: int) -> None:
        """Set up calls until there are so many. Raises `SetUpFailed`."""
        while len(self._sockets) * SHARING < count:
            self._sockets.append(_open(self._network, len(self._sockets)))
        turns = asyncio.Semaphore(AT_ONCE)

        async def one(index: int) -> Call:
            async with turns:
                return await self._set_up(index)

        wanted = range(len(self.calls), count)
        self.calls += await asyncio.gather(*(one(index) for index in wanted))
        if self._keeping is None:
            self._keeping = asyncio.get_running_loop().create_task(self._keep_consent())

    async def _set_up(self, index: int) -> Call:
        sockets = self._sockets[index // SHARING]
        page_ssrc, trunk_ssrc = secrets.randbits(31) | 1, secrets.randbits(31) | 1
        to_trunk = Sending(
            page_ssrc,
            frequency=TO_TRUNK,
            expected=TO_PAGE,
            expected_ssrc=trunk_ssrc,
            secure=True,
            talking=False,
            check_every=CHECK_EVERY,
            local=f"127.{self._network}.{index >> 8}.{index & 0xFF}",
        )
        to_page = Sending(trunk_ssrc, frequency=TO_PAGE, expected=TO_TRUNK, expected_ssrc=page_ssrc, talking=False)
        name = f"call-{index}"
        offer = _Offer(self._identity, page_ssrc)
        engine = self._engine
        await engine.take_page_offer(name, offer.text)
        trunk = read_plain(await engine.trunk_offer(name))
        host, port = sockets.trunk.getsockname()
        await engine.take_trunk_answer(name, write_plain(PlainLocal(1, 1, host, port, [PCMU])))
        remote = read_webrtc(await engine.page_answer(name))
        gateway = (remote.candidates[0].address, remote.candidates[0].port)
        page = self._packets.add(sockets.pages, gateway, None, to_trunk)
        connection = _Connection(self._packets, page, self._identity, remote, offer)
        await connection.connect()
        self.profile = connection.profile
        return Call(
            page,
            self._packets.add(sockets.trunk, (trunk.address, trunk.port), None, to_page),
            connection.check,
        )

    def streams(self, count: int) -> tuple[list[int], list[int]]:
        """The streams of the first calls: pages, trunks."""
        return [call.page for call in self.calls[:count]], [call.trunk for call in self.calls[:count]]

    def talk(self, count: int, on: bool) -> None:
        """The first calls speak, both ends; or not any more."""
        for call in self.calls[:count]:
            self._packets.talk(call.page, on)
            self._packets.talk(call.trunk, on)

    async def _keep_consent(self) -> None:
        while True:
            began = time.monotonic()
            for index, call in enumerate(self.calls):
                due = began + CONSENT_EVERY * index / len(self.calls)
                if (left := due - time.monotonic()) > 0.005:
                    await asyncio.sleep(left)
                self._packets.send(call.page, call.check)
            await asyncio.sleep(max(0.0, began + CONSENT_EVERY - time.monotonic()))

    async def close(self) -> None:
        """The generator's part; the engine is ended by itself."""
        if self._keeping is not None:
            self._keeping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeping
        for call in self.calls:
            self._packets.remove(call.page)
            self._packets.remove(call.trunk)
        self.calls.clear()
        for sockets in self._sockets:
            sockets.close()


class _Offer:
    """A page's description of a call with PCMU."""

    def __init__(self, identity: Identity, ssrc: int) -> None:
        self.ufrag, password = secrets.token_hex(4), secrets.token_hex(12)
        text = OFFER.format(ufrag=self.ufrag, password=password, fingerprint=identity.fingerprint, ssrc=ssrc)
        self.text = text.replace("\n", "\r\n")


class _Connection:
    """ICE and DTLS of one page."""

    def __init__(
        self, packets: PacketLoop, stream: int, identity: Identity, remote: WebRtcRemote, offer: _Offer
    ) -> None:
        self._packets = packets
        self._stream = stream
        self._nominated = asyncio.Event()
        self._secured = asyncio.Event()
        self.profile = ""
        self._association: Association | None = Association(identity, client=True)
        username = f"{remote.ice_ufrag}:{offer.ufrag}"
        self.check = binding_request(secrets.token_bytes(12), username, remote.ice_password, nominate=True)
        packets.on_datagram(stream, self._take)

    async def connect(self) -> None:
        """Until both are done. Raises `SetUpFailed`."""
        self._check()
        await self._wait(self._nominated, self._check, "no check was answered")
        assert self._association is not None
        self._send(self._association.begin(time.monotonic()))
        await self._wait(self._secured, self._repeat_flight, "the DTLS handshake was not finished")
        self._association = None  # 90 kB

    async def _wait(self, done: asyncio.Event, again: Callable[[], None], failure: str) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(done.wait(), AGAIN)
                return
            again()
        raise SetUpFailed(failure)

    def _check(self) -> None:
        self._packets.send(self._stream, self.check)

    def _repeat_flight(self) -> None:
        association, now = self._association, time.monotonic()
        if association is not None and association.deadline is not None and association.deadline <= now:
            self._send(association.handle_timeout(now))

    def _take(self, data: bytes, _: Address) -> None:
        if data[0] < 4:
            with contextlib.suppress(StunError):
                if parse(data).message_class is MessageClass.SUCCESS:
                    self._nominated.set()
        elif data[0] < 64 and self._association is not None:
            self._send(self._association.receive(data, time.monotonic()))
            if self._association.sessions is not None and not self._secured.is_set():
                self._packets.secure(self._stream, self._association.sessions)
                self.profile = self._association.sessions.profile
                self._secured.set()

    def _send(self, flight: list[bytes]) -> None:
        for data in flight:
            self._packets.send(self._stream, data)


def _open(network: int, number: int) -> _Sockets:
    host = f"127.{network}.255.{number + 1}"
    for _ in range(50):
        sockets = _Sockets(_socket("0.0.0.0", 0), _socket(host, 0), socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        with contextlib.suppress(OSError, OverflowError):
            # RTCP comes here and is not read.
            sockets.reports.bind((host, sockets.trunk.getsockname()[1] + 1))
            return sockets
        sockets.close()
    raise OSError("no two neighbouring ports are free")


def _socket(host: str, port: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for option, forced in FORCED_BUFFER.items():
        try:
            sock.setsockopt(socket.SOL_SOCKET, forced, BUFFER)
        except OSError:
            sock.setsockopt(socket.SOL_SOCKET, option, BUFFER)
    sock.setsockopt(socket.IPPROTO_IP, *NEVER_IN_PIECES)
    sock.bind((host, port))
    sock.setblocking(False)
    return sock
