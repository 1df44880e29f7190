"""The sockets towards SIP Server: UDP and TCP at one port, TLS at another; nobody else is listened to."""

from __future__ import annotations

import ssl

from cordboard.config import Address
from cordboard.config.completion import is_wildcard
from cordboard.config.settings import SipServerSettings
from cordboard.gateway.trunk.servers import LISTENER
from cordboard.net.connection import Timing
from cordboard.net.errors import PortTaken
from cordboard.net.stream import OnFlow, Peers, SipStreams
from cordboard.net.tasks import Tasks
from cordboard.net.tls import Identity, connecting, listening, watched
from cordboard.net.udp import UdpSocket, open_udp
from cordboard.observe.log import Occasionally, get_log
from cordboard.sip.events import Flow
from cordboard.sip.location import is_literal

log = get_log("gateway")
ATTEMPTS = 20  # to find a port that is free for UDP and for TCP

HostPort = tuple[str, int]


class Transports:
    """`send` takes flows of any of them. `owner` gets messages and ends of flows, of the peers that are `allowed`."""

    def __init__(self, settings: SipServerSettings, owner: OnFlow, peers: Peers, *, tls: bool) -> None:
        """Raises `CertificateUnusable`."""
        timing = Timing(keep_alive=settings.keep_alive)
        self._settings = settings
        self._owner = owner
        self._allowed = peers.allowed
        self._strangers = Occasionally(log)
        self._udp: UdpSocket | None = None
        self._tasks = Tasks("trunk")
        self._streams = {"TCP": SipStreams(LISTENER, owner, peers=peers, timing=timing)}
        self._identity = Identity(settings.tls_certificate, settings.tls_key) if settings.tls_certificate else None
        if tls:
            context = connecting(settings.tls_ca_file, self._identity)
            self._streams["TLS"] = SipStreams(LISTENER, owner, peers=peers, connecting=context, timing=timing)

    @property
    def address(self) -> HostPort:
        """Where UDP and TCP are listened to."""
        return self._udp.address if self._udp else ("", 0)

    @property
    def tls_address(self) -> HostPort:
        """Where TLS is listened to; port 0: nowhere."""
        return self._streams["TLS"].address if "TLS" in self._streams else ("", 0)

    @property
    def connections(self) -> int:
        return sum(len(each.flows) for each in self._streams.values())

    def has(self, transport: str) -> bool:
        return transport == "UDP" or transport in self._streams

    async def open(self, listen: Address, tls: Address) -> None:
        """Raises `PortTaken`, `AddressUnusable` or `CertificateUnusable`."""
        context = self._listening_context() if tls else None
        await self._open_pair(listen)
        for each in self._streams.values():
            each.bind("" if is_wildcard(listen.host) or not is_literal(listen.host) else listen.host)
        if context is not None:
            self._streams["TLS"].listen(tls.host, tls.port, context)

    def send(self, flow: Flow, data: bytes) -> bool:
        """False where the flow leads nowhere: an unknown address, or a connection that is gone."""
        if not is_literal(flow.remote[0]):
            return False
        if flow.transport == "UDP":
            return self._udp is not None and self._udp.send(data, flow.remote)
        streams = self._streams.get(flow.transport)
        return streams is not None and streams.send(flow, data)

    async def close(self) -> None:
        if self._udp is not None:
            self._udp.close()
        for each in self._streams.values():
            await each.close()
        await self._tasks.close()

    def _listening_context(self) -> ssl.SSLContext:
        assert self._identity is not None  # config: sip_tls needs a certificate
        settings = self._settings
        context = listening(self._identity, settings.tls_ca_file, client_certificate=settings.tls_client_certificate)
        self._tasks.start(watched(context, self._identity), "certificate")
        return context

    async def _open_pair(self, listen: Address) -> None:
        """RFC 3261 section 18.2.1: who listens for UDP listens for TCP at the same port."""
        for attempt in range(ATTEMPTS):
            self._udp = await open_udp(listen.host, listen.port, self._datagram)
            try:
                self._streams["TCP"].listen(listen.host, self._udp.address[1])
                return
            except PortTaken:
                self._udp.close()
                self._udp = None
                if listen.port or attempt == ATTEMPTS - 1:
                    raise

    def _datagram(self, data: bytes, source: HostPort) -> None:
        if not self._allowed(source[0]):
            self._strangers.warning(source[0], "datagram from a stranger dropped", source=source[0])
            return
        self._owner.message(Flow("UDP", LISTENER, source), data)
