"""The gateway's side towards SIP Server: one UDP socket, one SIP core, and nobody else is listened to."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

from cordboard.config.values import Address
from cordboard.net.driver import CoreDriver
from cordboard.net.errors import AddressUnusable
from cordboard.net.identifiers import RandomIdentifiers
from cordboard.net.udp import UdpSocket, open_udp
from cordboard.observe.log import Occasionally, get_log
from cordboard.observe.metrics import Metrics
from cordboard.sip import events as sip
from cordboard.sip.core import UserAgentCore

log = get_log("gateway")
LISTENER = "trunk"


class TrunkSide:
    """Opened by `open_trunk`; `server` is the flow to SIP Server, `domain` its host:port as configured."""

    def __init__(
        self, server: Address, server_host: str, on_output: Callable[[sip.Output], None], metrics: Metrics
    ) -> None:
        self.server = sip.Flow("UDP", LISTENER, (server_host, server.port))
        self.domain = str(server)
        self._on_output = on_output
        self._metrics = metrics
        self._strangers = Occasionally(log)
        self._socket: UdpSocket | None = None
        self._advertise = ""
        self.core = UserAgentCore(RandomIdentifiers(), via_host=lambda flow: self._advertise)
        self._driver = CoreDriver(self.core, self._transmit, self._output)

    @property
    def address(self) -> tuple[str, int]:
        return self._socket.address if self._socket else ("", 0)

    def contact(self, dn: str) -> str:
        """The Contact of a DN: what SIP Server sends INVITE and NOTIFY to, verbatim."""
        return f"<sip:{dn}@{self._advertise}>"

    async def open(self, listen: Address, advertise: Address) -> None:
        """Raises `PortTaken` or `AddressUnusable`."""
        self._socket = await open_udp(listen.host, listen.port, self._datagram)
        known = advertise if advertise.port else Address(advertise.host, self._socket.address[1])
        self._advertise = str(known)

    def feed(self, input: sip.Input) -> None:
        self._driver.feed(input)

    def close(self) -> None:
        self._driver.close()
        if self._socket is not None:
            self._socket.close()

    def _datagram(self, data: bytes, source: tuple[str, int]) -> None:
        if source[0] != self.server.remote[0]:
            self._strangers.warning(source[0], "datagram from a stranger dropped", source=source[0])
            return
        self.feed(sip.Received(sip.Flow("UDP", LISTENER, source), data))

    def _transmit(self, flow: sip.Flow, data: bytes) -> None:
        if self._socket is not None:
            self._socket.send(data, flow.remote)

    def _output(self, output: sip.Output) -> None:
        if isinstance(output, sip.Malformed):
            self._metrics.malformed.labels("trunk").inc()
            self._strangers.warning("malformed", "message of SIP Server could not be used", why=output.why)
            return
        self._on_output(output)


async def resolve(address: Address) -> str:
    """The IP address of a host; raises `AddressUnusable` when it has none."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(address.host, address.port, type=socket.SOCK_DGRAM)
    except OSError as failure:
        where = (address.host, address.port)
        raise AddressUnusable("udp", where, f"the name cannot be resolved ({failure.strerror})") from failure
    return str(found[0][4][0])
