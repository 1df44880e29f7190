"""A UDP socket for signalling: datagrams in by callback, out by `send`."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Callable
from typing import cast

from cordboard.net.errors import AddressUnusable, PortTaken
from cordboard.observe import get_log

log = get_log("net")

OnDatagram = Callable[[bytes, tuple[str, int]], None]


class UdpSocket(asyncio.DatagramProtocol):
    """One bound socket; made by `open_udp`. `address` is what it is bound to."""

    def __init__(self, on_datagram: OnDatagram) -> None:
        self._on_datagram = on_datagram
        self._transport: asyncio.DatagramTransport | None = None
        self.address: tuple[str, int] = ("", 0)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)
        host, port = transport.get_extra_info("sockname")[:2]
        self.address = (host, port)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        try:
            self._on_datagram(data, (addr[0], addr[1]))
        except Exception:
            log.exception("datagram could not be handled", length=len(data))

    def error_received(self, exc: Exception) -> None:
        """An ICMP error of an earlier datagram; SIP's own timers notice a peer that is gone."""

    def send(self, data: bytes, address: tuple[str, int]) -> bool:
        """False where it cannot leave: the socket is closed, or of the other version of IP."""
        if self._transport is None or self._transport.is_closing() or (":" in address[0]) != (":" in self.address[0]):
            return False
        self._transport.sendto(data, address)
        return True

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


async def open_udp(host: str, port: int, on_datagram: OnDatagram) -> UdpSocket:
    """Bind a socket; port 0 takes a free one. Raises `PortTaken` or `AddressUnusable`."""
    bound = _bind(host, port)
    loop = asyncio.get_running_loop()
    _, protocol = await loop.create_datagram_endpoint(lambda: UdpSocket(on_datagram), sock=bound)
    return protocol


def _bind(host: str, port: int) -> socket.socket:
    """Bound here and not by the event loop: uvloop's own bind hides which error it was."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_DGRAM)
    try:
        bound.setblocking(False)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.bind((host, port))
    except OSError as failure:
        bound.close()
        if failure.errno == errno.EADDRINUSE:
            raise PortTaken("udp", (host, port)) from failure
        raise AddressUnusable("udp", (host, port), failure.strerror or str(failure)) from failure
    return bound
