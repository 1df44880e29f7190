"""Before anything starts: can everything be bound? If not, which port, who has it, which setting moves it."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterable
from dataclasses import dataclass

from cordboard.cli.ports.owner import owner_of
from cordboard.config import Address, Settings


@dataclass(frozen=True, slots=True)
class Listener:
    """An address that will be bound, and the setting that says so."""

    transport: str  # "udp" or "tcp"
    address: Address
    setting: str  # "[gateway] sip"


def listeners(settings: Settings) -> list[Listener]:
    """What gateway and desk bind, and the look-alikes in the lab."""
    carries_calls = settings.gateway.kind == "cordboard"
    found = _gateway_listeners(settings) if carries_calls else []
    found.append(Listener("tcp", settings.desk.listen, "[desk] listen"))
    if settings.metrics.listen:
        found.append(Listener("tcp", settings.metrics.listen, "[metrics] listen"))
    if settings.admin.listen and carries_calls:
        found.append(Listener("tcp", settings.admin.listen, "[admin] listen"))
    if settings.in_lab:
        found.append(Listener("udp", settings.lab.sip_server, "[lab] sip_server"))
        found.append(Listener("tcp", settings.lab.sip_server, "[lab] sip_server"))
        found.append(Listener("tcp", settings.lab.gws, "[lab] gws"))
    return found


def _gateway_listeners(settings: Settings) -> list[Listener]:
    found = [
        Listener("udp", settings.gateway.sip, "[gateway] sip"),
        Listener("tcp", settings.gateway.sip, "[gateway] sip"),
        Listener("tcp", settings.gateway.websocket, "[gateway] websocket"),
    ]
    if settings.gateway.sip_tls:
        found.append(Listener("tcp", settings.gateway.sip_tls, "[gateway] sip_tls"))
    return found


def problems(wanted: Iterable[Listener]) -> list[str]:
    """A sentence for each address that cannot be bound now."""
    return [why for each in wanted if (why := _problem(each))]


def _problem(wanted: Listener) -> str:
    host, port = wanted.address.host, wanted.address.port
    place = f"port {port}/{wanted.transport} on {host}"
    try:
        _bind(wanted.transport, host, port)
    except socket.gaierror:
        return f"{host} is not known here as a name; {wanted.setting} says to listen there"
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            owner = owner_of(wanted.transport, host, port) or "another process"
            return f"{place} is taken by {owner}; {wanted.setting} moves it"
        if error.errno == errno.EADDRNOTAVAIL:
            return f"{host} is not an address of this machine; {wanted.setting} says to listen there"
        if error.errno in (errno.EACCES, errno.EPERM):
            return f"{place} needs root's rights; {wanted.setting} moves it"
        return f"{place} cannot be used: {(error.strerror or str(error)).lower()}; {wanted.setting} moves it"
    return ""


def _bind(transport: str, host: str, port: int) -> None:
    kind = socket.SOCK_DGRAM if transport == "udp" else socket.SOCK_STREAM
    family, *_ = socket.getaddrinfo(host, port, type=kind, flags=socket.AI_PASSIVE)[0]
    with socket.socket(family, kind) as probe:
        if transport == "tcp":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections that just ended do not count
        if family == socket.AF_INET6:
            probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        probe.bind((host, port))
        if transport == "tcp":
            probe.listen(1)
