"""Nothing with a special purpose is forgotten."""

from __future__ import annotations

import ipaddress

from hypothesis import given
from hypothesis import strategies as st

from cordboard.deploy.peers.special_purpose import EVERYTHING, SPECIAL

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def is_special(address: Address) -> bool:
    return any(address in network for network, _ in SPECIAL)


@given(st.ip_addresses())
def test_what_python_knows_as_special_is(address: Address) -> None:
    known = (
        address.is_private
        or address.is_multicast
        or address.is_loopback
        or address.is_link_local
        or address.is_unspecified
        or (address.version == 4 and (address.is_reserved or not address.is_global))
    )
    assert is_special(address) or not known


def test_public_addresses_are_not() -> None:
    for text in ("1.1.1.1", "100.63.255.255", "100.128.0.0", "126.0.0.1", "128.0.0.1", "198.17.0.1", "223.255.255.255"):
        assert not is_special(ipaddress.ip_address(text)), text
    for text in ("2001:200::1", "2606:4700::1", "2a00::1", "3ffe:ffff::1"):
        assert not is_special(ipaddress.ip_address(text)), text


def test_each_has_a_purpose_and_stands_once() -> None:
    networks = [network for network, _ in SPECIAL]
    assert len(set(networks)) == len(networks)
    assert all("RFC " in purpose for _, purpose in SPECIAL)
    assert {network.version for network in EVERYTHING} == {4, 6}
