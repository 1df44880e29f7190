"""Who may reach which port, for nftables and for firewalld."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from cordboard.config import Address, Settings
from cordboard.config.completion import is_wildcard
from cordboard.deploy.rendering import PROGRAM, Rendered
from cordboard.deploy.template import fill

SIP_SERVERS, OPERATORS, NOBODY = "sip_servers", "operators", "nobody"


@dataclass(frozen=True, slots=True)
class Rule:
    """Ports of a protocol; `allowed` names the set of those who may reach them, empty: everybody."""

    why: str
    protocol: str
    ports: tuple[str, ...]
    allowed: str = ""
    sources: tuple[str, ...] = ()

    @property
    def open(self) -> bool:
        return not self.allowed

    @property
    def rich(self) -> list[str]:
        """The rule as firewalld's rich language has it, for each source and port."""
        return [
            f'rule family="{_family(source)}" source address="{source}" port port="{port}" protocol="{self.protocol}"'
            " accept"
            for source in self.sources
            for port in self.ports
        ]


def render(settings: Settings) -> list[Rendered]:
    """One file for each firewall; a machine has one or the other."""
    rules = [rule for rule in _rules(settings) if rule.ports]
    table = fill("firewall/cordboard.nft", rules=rules, sets=_sets(rules))
    nft_note = 'nft -f /etc/nftables.d/cordboard.nft, and in /etc/nftables.conf: include "/etc/nftables.d/*.nft"'
    script = fill("firewall/firewalld.sh", rules=rules)
    note = "Where firewalld runs (Red Hat), call it as root instead: it is all that is needed"
    return [
        Rendered("firewall/cordboard.nft", table, place="/etc/nftables.d/cordboard.nft", note=nft_note),
        Rendered("firewall/firewalld.sh", script, mode=PROGRAM, note=note),
    ]


def _rules(settings: Settings) -> Iterator[Rule]:
    own, media, turn = settings.nginx, settings.media, settings.turn
    yield Rule("Browsers: https, and http only to be sent there", "tcp", _ports([*own.https, *own.http]))
    yield from _media(settings)
    if turn.urls:
        listeners = _ports([turn.listen, *([turn.listen_tls] if turn.listen_tls else [])])
        yield Rule("TURN", "udp", (*listeners, str(turn.relay_ports)))
        yield Rule("TURN over TCP and TLS", "tcp", listeners)
    yield from _sip(settings)
    operators = own.admin_networks
    yield Rule("The admin page", "tcp", _ports(own.admin_https), OPERATORS, operators)
    watched = [each for each in (settings.metrics.listen, settings.admin.listen) if each and not _is_loopback(each)]
    yield Rule("Metrics and admin page, by http", "tcp", _ports(watched), OPERATORS, operators)
    inner = [each for each in (settings.desk.listen, settings.gateway.websocket) if not _is_loopback(each)]
    yield Rule("Behind nginx, on this machine only", "tcp", _ports(inner), NOBODY)
    if media.engine == "rtpengine":
        daemons = [each for each in settings.rtpengine.daemons if not _is_loopback(each)]
        yield Rule("rtpengine is driven from this machine only", "udp", _ports(daemons), NOBODY)


def _media(settings: Settings) -> Iterator[Rule]:
    media = settings.media
    if settings.gateway.kind == "cordboard" and media.engine == "relay":
        yield Rule("WebRTC of pages", "udp", (str(media.webrtc_ports),))
        yield Rule(
            "RTP of SIP Server's side, which comes from phones and media servers anywhere",
            "udp",
            (str(media.rtp_ports),),
        )
    else:
        yield Rule("WebRTC of pages, RTP of SIP Server's side", "udp", (str(media.rtp_ports),))


def _sip(settings: Settings) -> Iterator[Rule]:
    gateway, server = settings.gateway, settings.sip_server
    hosts = [each.host for each in (server.address, server.backup) if each]
    known = all(_is_address(host) for host in hosts) and server.transport != "dns"
    sources = tuple(hosts) if known else ()
    why = "SIP, of SIP Server alone" if known else "SIP; SIP Server is a name: write its addresses here to let no other"
    allowed = SIP_SERVERS if known else ""
    yield Rule(why, "udp", _ports([gateway.sip]), allowed, sources)
    yield Rule(why, "tcp", _ports([gateway.sip, *([gateway.sip_tls] if gateway.sip_tls else [])]), allowed, sources)


def _sets(rules: Iterable[Rule]) -> list[dict[str, object]]:
    """Both families of each set that a rule names."""
    found: dict[str, set[str]] = {}
    for rule in rules:
        if rule.allowed:
            found.setdefault(rule.allowed, set()).update(rule.sources)
    return [
        {"name": name + suffix, "type": f"{family}_addr", "members": sorted(filter(_is_of(family), members))}
        for name, members in found.items()
        for suffix, family in (("", "ipv4"), ("6", "ipv6"))
    ]


def _is_of(family: str) -> Callable[[str], bool]:
    return lambda source: _family(source) == family


def _family(source: str) -> str:
    return f"ipv{ipaddress.ip_network(source).version}"


def _ports(listeners: Iterable[Address]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(each.port) for each in listeners if each))


def _is_address(host: str) -> bool:
    try:
        return not is_wildcard(str(ipaddress.ip_address(host)))
    except ValueError:
        return False


def _is_loopback(listen: Address) -> bool:
    try:
        return ipaddress.ip_address(listen.host).is_loopback
    except ValueError:
        return listen.host == "localhost"
