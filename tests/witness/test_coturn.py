"""coturn as `cordboard render` configures it: it relays to the media, to nobody else, and for nobody without good
credentials."""

from __future__ import annotations

import contextlib
import ipaddress
import random
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from cordboard.config import Address, lab_settings
from cordboard.deploy.peers.special_purpose import EVERYTHING, SPECIAL, Network
from kit.certificates import Authority
from kit.coturn import REQUESTED_ADDRESS_FAMILY, SECRET, TurnClient, credentials, running_coturn, turn_settings
from kit.desk import free_port

FORBIDDEN, UNAUTHORIZED, QUOTA_REACHED = 403, 401, 486
PUBLIC = ("1.1.1.1", "8.8.8.8", "126.255.255.255", "128.0.0.1", "223.255.255.255", "2606:4700::1", "2a00::1")
both = pytest.mark.parametrize(("media", "version"), [("127.0.0.1", 4), ("::1", 6)], ids=["IPv4", "IPv6"])


@contextlib.contextmanager
def allocated(media: str, without: Collection[str] = ()) -> Iterator[TurnClient]:
    """A client with a relay port, at a coturn beside media of that address."""
    family = (REQUESTED_ADDRESS_FAMILY, bytes([2 if ":" in media else 1, 0, 0, 0]))
    settings = lab_settings(turn_settings(media))
    at = settings.turn.listen
    with running_coturn(settings, without), contextlib.closing(TurnClient.over_udp(at, credentials())) as client:
        assert client.allocates(family) == 0
        yield client


def samples(network: Network) -> list[str]:
    """First, last, and one in between."""
    between = network[random.randrange(network.num_addresses)]
    return sorted({str(network[0]), str(between), str(network[-1])})


def special(version: int) -> list[str]:
    return [address for network, _ in SPECIAL if network.version == version for address in samples(network)]


def public(version: int) -> list[str]:
    return [address for address in PUBLIC if ipaddress.ip_address(address).version == version]


@both
def test_relays_to_the_media_and_to_nobody_else(media: str, version: int) -> None:
    asked = [address for address in (*special(version), *public(version)) if address != media]
    with allocated(media) as client:
        assert client.may_reach(media) == 0
        assert {address: client.may_reach(address) for address in asked} == dict.fromkeys(asked, FORBIDDEN)
        assert client.binds(media) == 0
        assert [client.binds(address, 0x4001) for address in asked[:3]] == [FORBIDDEN] * 3
        assert client.may_reach(media) == 0


@both
def test_special_addresses_stay_refused_where_more_is_opened(media: str, version: int) -> None:
    everything = [f"denied-peer-ip={network[0]}-{network[-1]}" for network in EVERYTHING]
    with allocated(media, everything) as client:
        refused = [address for address in special(version) if address != media]
        assert {address: client.may_reach(address) for address in refused} == dict.fromkeys(refused, FORBIDDEN)
        assert {address: client.may_reach(address) for address in public(version)} == dict.fromkeys(public(version), 0)


def test_credentials_quota_and_tls(tmp_path: Path) -> None:
    """Over UDP and TLS: expired, of another secret, good, and more than one page may have."""
    authority = Authority(tmp_path)
    identity = authority.identity("127.0.0.1")
    Path(identity.key).chmod(0o600)
    changes = {
        "turn.listen_tls": Address("127.0.0.1", free_port()),
        "turn.allocations_per_page": 2,
        "site.certificate": identity.certificate,
        "site.certificate_key": identity.key,
    }
    settings = lab_settings(turn_settings(**changes))
    turn = settings.turn
    with running_coturn(settings), contextlib.ExitStack() as clients:

        def allocates(account: tuple[str, str], tls: bool = False) -> int:
            own = (
                TurnClient.over_tls(turn.listen_tls, account, authority.file)
                if tls
                else TurnClient.over_udp(turn.listen, account)
            )
            clients.callback(own.close)
            return own.allocates()

        assert allocates(credentials(expired=True)) == UNAUTHORIZED
        assert allocates(credentials(secret=SECRET[:-1])) == UNAUTHORIZED
        assert allocates(("", "")) == UNAUTHORIZED
        good = credentials()
        assert [allocates(good), allocates(good, tls=True), allocates(good)] == [0, 0, QUOTA_REACHED]
