"""Kinds of settings that lead somewhere: addresses, ports and URLs."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from cordboard.config.kinds.kind import Kind, Wrong, items_of, quoted, text_of
from cordboard.config.values import Address, PortRange

_HOST_NAME = re.compile(
    r"(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?"
)


def is_host(text: str) -> bool:
    """True for an IPv4 or IPv6 literal and for a host name; 300.1.1.1 is neither."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return bool(_HOST_NAME.fullmatch(text)) and not re.fullmatch(r"[0-9.]+", text)
    return True


def split_address(text: str) -> Address:
    """`host:port` or `[v6]:port`; a host without port comes back with port 0, raises ValueError for anything else."""
    bracketed = re.fullmatch(r"\[([0-9A-Fa-f:.]+)\](?::([0-9]{1,5}))?", text)
    plain = re.fullmatch(r"([^:\[\]\s]+)(?::([0-9]{1,5}))?", text)
    match = bracketed or plain
    if match is None or not is_host(match[1]):
        raise ValueError(text)
    port = int(match[2] or 0)
    if port > 65535 or (match[2] and port == 0):
        raise ValueError(text)
    return Address(match[1], port)


def refused(text: str, what: str, example: str) -> Wrong:
    """Why `text` is not `what`, with the nearest that would be."""
    host, _, port = text.rpartition(":")
    host = host.strip("[]")
    usual = _port_of(example)
    if ":" in text and is_host(text):
        return Wrong(f"is not {what}: an IPv6 address stands in brackets", quoted(str(Address(text, usual))))
    if is_host(host) and port.isascii() and port.isdecimal():
        return Wrong(f"is not {what}: a port is from 1 to 65535", quoted(str(Address(host, usual))))
    return Wrong(f"is not {what}", quoted(in_ascii(text) or example))


def in_ascii(text: str) -> str:
    """A name with other letters than ASCII's as the DNS has it (RFC 5890), "" where it is none."""
    try:
        found = text.encode("idna").decode()
    except UnicodeError:
        return ""
    return found if not text.isascii() and is_host(found.partition(":")[0]) else ""


def _port_of(text: str) -> int:
    return split_address(text).port if text else 0


def address(example: str, *, optional: bool = False) -> Kind:
    """Host and port; `example` lends its port to a value that has none."""

    def read(value: object) -> Address:
        text = text_of(value, "host:port")
        if not text and optional:
            return Address("", 0)
        try:
            found = split_address(text)
        except ValueError:
            raise refused(text, "host:port", example) from None
        if found.port == 0:
            raise Wrong("is not host:port", quoted(str(Address(found.host, _port_of(example)))))
        return found

    return Kind("host:port", read, quoted(example))


def addresses(example: str, *, optional: bool = False) -> Kind:
    """A list of hosts with their ports."""

    def read(value: object) -> tuple[Address, ...]:
        items = items_of(value, "host:port")
        try:
            found = tuple(split_address(item) for item in items)
        except ValueError:
            raise Wrong("is not a list of host:port", example) from None
        if not (found or optional) or not all(each.port for each in found):
            raise Wrong("is not a list of host:port", example)
        return found

    return Kind("list of host:port", read, example)


def server(example: str, *, optional: bool = False) -> Kind:
    """Host and port of a server; one without port is looked for in the DNS (RFC 3263)."""

    def read(value: object) -> Address:
        text = text_of(value, "host or host:port")
        if not text and optional:
            return Address("", 0)
        try:
            return split_address(text)
        except ValueError:
            raise refused(text, "host or host:port", example) from None

    return Kind("host or host:port", read, quoted(example))


def _name_servers(value: object) -> tuple[Address, ...]:
    example = '["192.0.2.53"]'
    try:
        found = [split_address(item) for item in items_of(value, "IP addresses")]
        for each in found:
            ipaddress.ip_address(each.host)
    except ValueError as error:
        if isinstance(error, Wrong):
            raise
        raise Wrong("is not a list of IP addresses", example) from None
    return tuple(Address(each.host, each.port or 53) for each in found)


NAME_SERVERS = Kind("list of IP addresses", _name_servers, '["192.0.2.53"]')


def host(example: str, *, optional: bool = False) -> Kind:
    """An IP address of this machine, or one that others reach it by."""

    def read(value: object) -> str:
        text = text_of(value, "an IP address")
        if not text and optional:
            return ""
        try:
            ipaddress.ip_address(text)
        except ValueError:
            raise Wrong("is not an IP address", quoted(example)) from None
        return text

    return Kind("IP address", read, quoted(example))


def ports(example: str) -> Kind:
    """A range of ports, `first-last`."""

    def read(value: object) -> PortRange:
        match = re.fullmatch(r"([0-9]{1,5})-([0-9]{1,5})", text_of(value, "a range of ports"))
        if match is None:
            raise Wrong("is not a range of ports", quoted(example))
        first, last = int(match[1]), int(match[2])
        if not 1024 <= first <= last <= 65535:
            raise Wrong("is not a range of ports between 1024 and 65535", quoted(example))
        return PortRange(first, last)

    return Kind("port range", read, quoted(example))


def origin_of(text: str, schemes: tuple[str, ...]) -> str:
    """Scheme, host and port of a URL in the form browsers send as Origin; raises ValueError."""
    parts = urlsplit(text)
    port = parts.port  # raises ValueError when it is no port
    if parts.scheme not in schemes or not parts.hostname or not is_host(parts.hostname) or parts.username is not None:
        raise ValueError(text)
    usual = {"http": 80, "https": 443, "ws": 80, "wss": 443}[parts.scheme]
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{name}" + ("" if port in (None, usual) else f":{port}")


def _origin(text: str, example: str) -> str:
    try:
        origin = origin_of(text, ("http", "https"))
    except ValueError:
        raise Wrong("is not an http or https address", quoted(example)) from None
    if urlsplit(text)[2:] not in (("", "", ""), ("/", "", "")):
        raise Wrong("has a path; only scheme, host and port belong here", quoted(origin))
    return origin


def url(example: str, *, optional: bool = False) -> Kind:
    """Scheme, host and port of an http or https server."""

    def read(value: object) -> str:
        text = text_of(value, "an http or https address")
        return "" if optional and not text else _origin(text, example)

    return Kind("URL", read, quoted(example))


def page_url(example: str) -> Kind:
    """The http or https address of a page, with path and query, or nothing."""

    def read(value: object) -> str:
        text = text_of(value, "an http or https address")
        try:
            origin = origin_of(text, ("http", "https")) if text else ""
        except ValueError:
            raise Wrong("is not an http or https address", quoted(example)) from None
        parts = urlsplit(text)
        if not text.isascii() or not text.isprintable() or " " in text or parts.fragment:
            raise Wrong("is not the address of a page", quoted(example))
        return origin + (parts.path or "/") + (f"?{parts.query}" if parts.query else "") if text else ""

    return Kind("URL", read, quoted(example))


def _turn_urls(value: object) -> tuple[str, ...]:
    example = '["turn:turn.example:3478?transport=udp"]'
    found = tuple(items_of(value, "TURN addresses"))
    for each in found:
        match = re.fullmatch(r"(?:stun|turn)s?:([^?]+)(\?transport=(?:udp|tcp))?", each)
        try:
            split_address(match[1] if match else "")
        except ValueError:
            raise Wrong("is not a list of TURN addresses (RFC 7065)", example) from None
        assert match is not None
        if match[2] and each.startswith("stun"):
            raise Wrong("has a transport for STUN, which knows none (RFC 7064)", example)
    return found


TURN_URLS = Kind("list of turn: or turns: addresses", _turn_urls, '["turn:turn.example:3478?transport=udp"]')


def websocket_url(example: str) -> Kind:
    """A ws or wss address with its path, or nothing."""

    def read(value: object) -> str:
        text = text_of(value, "a ws or wss address")
        try:
            return origin_of(text, ("ws", "wss")) + (urlsplit(text).path or "/") if text else ""
        except ValueError:
            raise Wrong("is not a ws or wss address", quoted(example)) from None

    return Kind("URL", read, quoted(example))


def origins(example: str) -> Kind:
    """A list of origins, each as `url`."""
    return Kind(
        "list of URLs",
        lambda value: tuple(_origin(item, example) for item in items_of(value, "URLs")),
        f"[{quoted(example)}]",
    )
