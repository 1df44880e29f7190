"""Kinds of settings that are networks and a machine's interfaces."""

from __future__ import annotations

import ipaddress
import re

from cordboard.config.kinds.kind import Kind, Wrong, items_of, quoted

_NETWORKS = '["198.51.100.0/24"]'


def _networks(value: object) -> tuple[str, ...]:
    found = []
    for item in items_of(value, "networks"):
        try:
            found.append(str(ipaddress.ip_network(item)))
        except ValueError:
            raise Wrong("is not a list of networks", _meant(item)) from None
    return tuple(found)


def _meant(text: str) -> str:
    """The network of an address that was written with its prefix."""
    try:
        return f"[{quoted(str(ipaddress.ip_network(text, strict=False)))}]"
    except ValueError:
        return _NETWORKS


NETWORKS = Kind("list of networks", _networks, _NETWORKS)

_INTERFACE = re.compile(r"([A-Za-z0-9_-]{1,32})/([0-9A-Fa-f.:]+)(?:!([0-9A-Fa-f.:]+))?")
_INTERFACES = '["page/192.0.2.20!198.51.100.20", "trunk/192.0.2.21"]'


def _interfaces(value: object) -> tuple[str, ...]:
    found = tuple(items_of(value, "name/address"))
    for item in found:
        match = _INTERFACE.fullmatch(item)
        if match is None or not all(map(_is_address, filter(None, match.groups()[1:]))):
            raise Wrong("is not a list of name/address or name/address!advertised", _INTERFACES)
    return found


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


INTERFACES = Kind("list of name/address", _interfaces, _INTERFACES)
