"""Addresses with a special purpose: where no relay may send, whoever asks.

IANA's special-purpose address registries for IPv4 and IPv6 (RFC 6890), with the multicast blocks and the site-local one
that RFC 3879 gave up. Prefixes are written short, as the registries' older entries are.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_IPV4 = """
0/8         this network, RFC 791
10/8        private use, RFC 1918
100.64/10   shared address space, RFC 6598
127/8       loopback, RFC 1122
169.254/16  link-local, RFC 3927
172.16/12   private use, RFC 1918
192.0.0/24  protocol assignments, RFC 6890
192.0.2/24  documentation, RFC 5737
192.31.196/24   AS112, RFC 7535
192.52.193/24   AMT, RFC 7450
192.88.99/24    6to4 relays, RFC 7526
192.168/16  private use, RFC 1918
192.175.48/24   AS112, RFC 7534
198.18/15   benchmarking, RFC 2544
198.51.100/24   documentation, RFC 5737
203.0.113/24    documentation, RFC 5737
224/4       multicast, RFC 5771
240/4       reserved and limited broadcast, RFC 1112, RFC 8190
"""
_IPV6 = """
::/128          unspecified, RFC 4291
::1/128         loopback, RFC 4291
::/96           IPv4-compatible, RFC 4291
::ffff:0:0/96   IPv4-mapped, RFC 4291
::ffff:0:0:0/96     IPv4-translated, RFC 2765
64:ff9b::/96    IPv4-IPv6 translation, RFC 6052
64:ff9b:1::/48  IPv4-IPv6 translation, RFC 8215
100::/64        discard only, RFC 6666
100:0:0:1::/64  dummy prefix, RFC 9780
2001::/23       protocol assignments with Teredo, benchmarking, ORCHID, RFC 2928
2001:db8::/32   documentation, RFC 3849
2002::/16       6to4, RFC 3056
2620:4f:8000::/48   AS112, RFC 7534
3fff::/20       documentation, RFC 9637
5f00::/16       segment routing, RFC 9602
fc00::/7        unique local, RFC 4193
fe80::/10       link-local, RFC 4291
fec0::/10       site-local, RFC 3879
ff00::/8        multicast, RFC 4291
"""


def _read(registry: str) -> Iterator[tuple[Network, str]]:
    for line in registry.split("\n"):
        prefix, _, purpose = line.partition(" ")
        if prefix:
            address, _, length = prefix.partition("/")
            whole = address if ":" in address else ".".join([*address.split("."), "0", "0", "0"][:4])
            yield ipaddress.ip_network(f"{whole}/{length}"), purpose.strip()


SPECIAL: tuple[tuple[Network, str], ...] = (*_read(_IPV4), *_read(_IPV6))
"""Each block with its purpose."""

EVERYTHING: tuple[Network, ...] = (ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0"))
