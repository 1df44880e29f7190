"""HEP version 3 (the HOMER encapsulation protocol): a captured message with its time and addresses, as one datagram.

A packet is "HEP3", its length, and chunks of vendor (0), type, length and value (HEP3 network protocol specification,
section 3). Everything is in network byte order.
"""

from __future__ import annotations

import re
import socket
import struct
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from cordboard.observe.trace.port import GATEWAY, Plane, TraceEntry, Way

SIP, LOG = 1, 100  # protocol types
LARGEST = 60_000  # octets of a payload
_PROTOCOLS = {"UDP": socket.IPPROTO_UDP}
_AUTHORIZATION = re.compile(rb"(?im)^((?:proxy-)?authorization[ \t]*:).*?(\r?)$")
_NO_WAY = ("127.0.0.1", 0)


@dataclass(frozen=True, slots=True)
class Captured:
    """One message. `at` is in seconds of the epoch; addresses are IP addresses with ports."""

    at: float
    source: tuple[str, int]
    target: tuple[str, int]
    payload: bytes
    transport: str = "UDP"
    protocol: int = SIP
    correlation: str = ""


def packet(captured: Captured, capture_id: int, password: str = "") -> bytes:
    """The datagram. An address that is none counts as 0.0.0.0."""
    source, target = _addresses(captured.source[0], captured.target[0])
    seconds = int(captured.at)
    first = 3 if source.version == 4 else 5
    chunks = [
        _chunk(1, struct.pack("!B", socket.AF_INET if source.version == 4 else 10)),
        _chunk(2, struct.pack("!B", _PROTOCOLS.get(captured.transport, socket.IPPROTO_TCP))),
        _chunk(first, source.packed),
        _chunk(first + 1, target.packed),
        _chunk(7, struct.pack("!H", captured.source[1])),
        _chunk(8, struct.pack("!H", captured.target[1])),
        _chunk(9, struct.pack("!I", seconds)),
        _chunk(10, struct.pack("!I", int((captured.at - seconds) * 1e6))),
        _chunk(11, struct.pack("!B", captured.protocol)),
        _chunk(12, struct.pack("!I", capture_id)),
    ]
    if password:
        chunks.append(_chunk(14, password.encode()))
    if captured.correlation:
        chunks.append(_chunk(17, captured.correlation.encode()))
    chunks.append(_chunk(15, captured.payload[:LARGEST]))
    body = b"".join(chunks)
    return b"HEP3" + struct.pack("!H", len(body) + 6) + body


def captured_of(entry: TraceEntry, own: Mapping[str, tuple[str, int]], correlation: str) -> Captured:
    """An entry of a trace; `own` are our addresses by who is at the far end. What is no SIP goes as a log."""
    transport, _, remote = entry.remote.partition(" ")
    host, _, port = remote.rpartition(":")
    far_name = entry.source if entry.target == GATEWAY else entry.target
    far, near = (host.strip("[]"), int(port or 0)), own.get(far_name, _NO_WAY)
    source, target = (far, near) if entry.target == GATEWAY else (near, far)
    is_sip = entry.plane is Plane.SIP
    said = entry.text if is_sip else f"{entry.plane}: {entry.title}\n{entry.text}"
    return Captured(entry.at, source, target, said.encode(), transport or "TCP", SIP if is_sip else LOG, correlation)


class LiveHep:
    """Sends every SIP message as it passes; a datagram that cannot be sent at once is lost, and nobody waits.

    `own` are our addresses by who is at the far end. Credentials are taken out.
    """

    def __init__(
        self,
        address: tuple[str, int],
        own: Mapping[str, tuple[str, int]],
        capture_id: int,
        password: str = "",
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Raises `OSError` where the address is not known."""
        family, kind, _, _, where = socket.getaddrinfo(*address, type=socket.SOCK_DGRAM)[0]
        self._socket = socket.socket(family, kind)
        self._socket.setblocking(False)
        self._socket.connect(where)
        self._own = own
        self._capture_id = capture_id
        self._password = password
        self._clock = clock

    def __call__(self, source: str, target: str, data: bytes, way: Way) -> None:
        far, near = way.remote[:2], self._own.get(source if target == GATEWAY else target, _NO_WAY)
        ends = (far, near) if target == GATEWAY else (near, far)
        if b"uthorization" in data:
            data = _AUTHORIZATION.sub(rb"\1 (secret)\2", data)
        captured = Captured(self._clock(), *ends, data, way.transport)
        try:
            self._socket.send(packet(captured, self._capture_id, self._password))
        except OSError:
            return  # nobody listens there now, or the socket is full

    def close(self) -> None:
        self._socket.close()


def _chunk(kind: int, value: bytes) -> bytes:
    return struct.pack("!HHH", 0, kind, len(value) + 6) + value


def _addresses(source: str, target: str) -> tuple[IPv4Address | IPv6Address, IPv4Address | IPv6Address]:
    """Both of one version, as a packet has one only."""
    found = [_address(source), _address(target)]
    if found[0].version != found[1].version:
        found = [each if each.version == 6 else IPv6Address(f"::ffff:{each}") for each in found]
    return found[0], found[1]


def _address(text: str) -> IPv4Address | IPv6Address:
    try:
        return ip_address(text)
    except ValueError:
        return IPv4Address(0)
