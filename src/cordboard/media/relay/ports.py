"""UDP sockets for media: the worker's one WebRTC port, and trunk pairs (even RTP, odd RTCP: RFC 3550 section 11)."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import socket
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cordboard.stun.message import Address

RECEIVE_BUFFER = 4 << 20  # of the shared port: all pages' packets of a bad scheduling moment; the kernel may give less

LONGEST = 2048  # octets of a datagram that are read
EXPEDITED = 46 << 2  # RFC 4594 section 4.1: telephony
# Of socket(7), ip(7) and linux/filter.h; Python has no names for them.
SO_RCVBUFFORCE = 33
ATTACH_REUSEPORT_CBPF = 51
BPF_RETURN = 0x06
MTU_DISCOVER, NEVER_IN_PIECES = 10, 2


class NoPortLeft(Exception):
    """Every port of the range is taken."""


@dataclass(frozen=True, slots=True)
class PortPair:
    """Two bound sockets; `port` is RTP's, RTCP's is the next."""

    rtp: socket.socket
    rtcp: socket.socket
    port: int


def bind_udp(address: str, port: int) -> socket.socket:
    """A non-blocking UDP socket on that address; port 0 is a free one. Raises `OSError`."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_DGRAM)
    try:
        _prepare(sock)
        sock.bind((address, port))
    except OSError:
        sock.close()
        raise
    return sock


def _prepare(sock: socket.socket) -> None:
    sock.setblocking(False)
    if sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, EXPEDITED)
    else:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, EXPEDITED)


def bind_towards(sock: socket.socket, peer: Address) -> socket.socket | None:
    """A second socket on the port of `sock`, connected: it hears `peer` alone, and the first hears everybody else.

    The kernel finds the way to the peer once and not for each packet. None for an address that cannot be connected to.
    What came before it was connected may be anybody's: `waiting` has it.
    """
    try:
        socket.inet_pton(sock.family, peer[0])  # a name is not looked up here
        second = socket.socket(sock.family, socket.SOCK_DGRAM)
    except OSError:
        return None
    try:
        _prepare(second)
        with _shared(sock), _shared(second):
            second.bind(sock.getsockname()[:2])
        second.connect(peer)
    except (OSError, OverflowError):
        second.close()
        return None
    return second


def bind_to_send(sock: socket.socket) -> socket.socket | None:
    """A second socket on the port of `sock`, which goes on hearing all that comes; for packets that fit any network.

    Nobody waits for it: a socket in an epoll has those who wait looked through after each packet that has left. Nor
    has the kernel to number its packets, as they are never cut in pieces. None where the kernel cannot do that.
    """
    second = socket.socket(sock.family, socket.SOCK_DGRAM)
    try:
        _prepare(second)
        for each in (sock, second):
            each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if sock.family == socket.AF_INET:
            second.setsockopt(socket.IPPROTO_IP, MTU_DISCOVER, NEVER_IN_PIECES)
        second.bind(sock.getsockname()[:2])
        first_hears = ctypes.create_string_buffer(struct.pack("HBBI", BPF_RETURN, 0, 0, 0))
        program = struct.pack("@HP", 1, ctypes.addressof(first_hears))
        sock.setsockopt(socket.SOL_SOCKET, ATTACH_REUSEPORT_CBPF, program)
    except OSError:
        second.close()
        return None
    return second


@contextlib.contextmanager
def _shared(sock: socket.socket) -> Iterator[None]:
    """For so long another socket of ours may have its port; nobody else's may afterwards."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        yield
    finally:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)


def waiting(sock: socket.socket) -> Iterator[tuple[bytes, Address]]:
    """What has come and was not read yet, and from whom."""
    receive = receiver(sock)
    with contextlib.suppress(OSError):
        while True:
            yield receive(LONGEST)


def receiver(sock: socket.socket) -> Callable[[int], tuple[bytes, Address]]:
    """`recvfrom` of that socket, whose addresses are host and port; those of IPv6 come with two numbers more."""
    receive = sock.recvfrom
    if sock.family != socket.AF_INET6:
        return receive

    def receive_six(size: int) -> tuple[bytes, Address]:
        data, source = receive(size)
        return data, source[:2]

    return receive_six


def bind_first_free(address: str, ports: tuple[int, int]) -> socket.socket:
    """The first free port of the range, both ends included; (0, 0) is any.

    Raises `NoPortLeft`, or `OSError` when the address is the trouble.
    """
    for port in range(ports[0], ports[1] + 1):
        try:
            sock = bind_udp(address, port)
        except OSError as failure:
            if failure.errno == errno.EADDRINUSE:
                continue
            raise
        _widen(sock)
        return sock
    raise NoPortLeft(f"no UDP port of {ports[0]}-{ports[1]} is free on {address}")


def _widen(sock: socket.socket) -> None:
    """As much buffer as we are allowed: beyond `net.core.rmem_max` for root, up to it for others."""
    for option in (SO_RCVBUFFORCE, socket.SO_RCVBUF):
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, option, RECEIVE_BUFFER)
            return


class PortPool:
    """Hands out pairs from a range, the longest unused first, so that late packets of an old call meet nobody."""

    def __init__(self, address: str, ports: tuple[int, int]) -> None:
        self._address = address
        self._ports = ports
        first = ports[0] + ports[0] % 2
        self._free = list(range(first, ports[1], 2))
        self._free.reverse()
        self._used: list[int] = []

    @property
    def free(self) -> int:
        """How many pairs are not in use by this worker."""
        return len(self._free) + len(self._used)

    def take(self) -> PortPair:
        """A pair of bound sockets. Raises `NoPortLeft`."""
        for _ in range(self.free):
            if not self._free:
                self._free, self._used = self._used[::-1], []
            port = self._free.pop()
            pair = self._bind(port)
            if pair is not None:
                return pair
            self._used.append(port)  # another program's or worker's: try it again after all others
        raise NoPortLeft(f"no RTP port of {self._ports[0]}-{self._ports[1]} is free on {self._address}")

    def give_back(self, pair: PortPair) -> None:
        """Close both sockets; the pair can be taken again at once."""
        pair.rtp.close()
        pair.rtcp.close()
        self._used.append(pair.port)

    def _bind(self, port: int) -> PortPair | None:
        try:
            rtp = bind_udp(self._address, port)
        except OSError as failure:
            if failure.errno == errno.EADDRINUSE:
                return None
            raise
        try:
            return PortPair(rtp, bind_udp(self._address, port + 1), port)
        except OSError as failure:
            rtp.close()
            if failure.errno == errno.EADDRINUSE:
                return None
            raise
