"""coturn: the TURN server through which pages reach the media where nothing else passes a firewall.

It relays to the media and to nobody else. coturn looks at what is allowed before it looks at what is denied, so
everything is denied and the media's own addresses are allowed.
"""

from __future__ import annotations

import ipaddress
from pathlib import Path

from cordboard.config import Settings
from cordboard.config.completion import is_wildcard
from cordboard.deploy.certificates import site_certificate
from cordboard.deploy.peers.special_purpose import EVERYTHING, SPECIAL, Network
from cordboard.deploy.rendering import SECRET, Rendered, RenderProblem
from cordboard.deploy.template import fill

PLACE = "/etc/turnserver.conf"
DROP_IN = "/etc/systemd/system/coturn.service.d/cordboard.conf"
NAMELESS_REALM = "cordboard"
_LONGEST_SECRET = 512  # bytes
_UNSPECIFIED = ipaddress.ip_network("::/128")
_NOTE = """\
apt-get install coturn && systemctl daemon-reload && systemctl restart coturn
turnserver.conf holds the secret of [turn]: root alone reads it. Let its ports through: {ports}."""


def render(settings: Settings) -> list[Rendered]:
    """turnserver.conf, where [turn] has addresses for pages."""
    turn = settings.turn
    if not turn.urls:
        return []
    problems: list[str] = []
    secret = turn.secret or _secret(turn.secret_file, problems)
    if turn.listen_tls and not (settings.site.certificate or settings.site.acme):
        problems.append("[turn] listen_tls: TLS needs a certificate; set [site] certificate and certificate_key")
    if turn.listen_tls and turn.listen_tls.host != turn.listen.host:
        own = f"[turn] listen_tls: coturn has one address for all; {turn.listen_tls.host} is not that of [turn] listen"
        problems.append(own)
    problems += _port_problems(settings)
    if problems:
        raise RenderProblem(problems)
    text = fill("coturn/turnserver.conf", **_values(settings, secret))
    ports = f"{turn.listen.port} udp and tcp" + (f", {turn.listen_tls.port} tcp and udp" if turn.listen_tls else "")
    note = _NOTE.format(ports=f"{ports}, {turn.relay_ports} udp")
    drop_in = fill("coturn/cordboard.conf", user=turn.user, place=PLACE)
    return [
        Rendered("coturn/turnserver.conf", text, mode=SECRET, place=PLACE, secrets=(secret,)),
        Rendered("coturn/cordboard.conf", drop_in, note=note, place=DROP_IN),
        Rendered("coturn/Dockerfile", fill("coturn/Dockerfile", place=PLACE)),
    ]


def media_addresses(settings: Settings) -> tuple[str, ...]:
    """Where pages find the media: the one thing that is relayed to."""
    found = {settings.site.media_address, *_engine_addresses(settings)}
    if settings.site.media_address == settings.media.advertise:  # nobody said it for coturn
        found = set(_engine_addresses(settings))
    return tuple(sorted(each for each in found if _is_address(each)))


def _engine_addresses(settings: Settings) -> list[str]:
    own = settings.rtpengine
    if settings.gateway.kind == "asterisk" or settings.media.engine != "rtpengine":
        return [settings.media.advertise]
    if own.interfaces:
        names = [each.partition("/")[0] for each in own.interfaces]
        page = own.page_interface or names[0]
        return [_reached(each) for name, each in zip(names, own.interfaces, strict=True) if name == page]
    return [settings.media.advertise] if len(own.daemons) == 1 else [each.host for each in own.daemons]


def _values(settings: Settings, secret: str) -> dict[str, object]:
    turn, allowed = settings.turn, media_addresses(settings)
    relay = turn.relay_address or ("" if is_wildcard(turn.listen.host) else turn.listen.host)
    return {
        "turn": turn,
        "relay": relay,
        "external": f"{turn.external_address}/{relay}" if turn.external_address and relay else turn.external_address,
        "realm": turn.realm or settings.site.public_name or NAMELESS_REALM,
        "secret": secret,
        "tls": turn.listen_tls,
        "certificate": site_certificate(settings) if turn.listen_tls else None,
        "allowed": allowed,
        "loopback": any(ipaddress.ip_address(each).is_loopback for each in allowed),
        "everything": [_range(network) for network in EVERYTHING],
        "special": [(_range(network), purpose) for network, purpose in SPECIAL if network != _UNSPECIFIED],
    }


def _secret(path: str, problems: list[str]) -> str:
    """As the desk reads it; a problem never tells it."""
    try:
        secret = Path(path).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        why = (error.strerror or str(error)).lower() if isinstance(error, OSError) else "it is not text"
        problems.append(f"[turn] secret_file: {path} cannot be read: {why}")
        return ""
    if not secret:
        problems.append(f"[turn] secret_file: {path} is empty")
    if not secret.isprintable() or len(secret.encode()) > _LONGEST_SECRET:
        problems.append(f"[turn] secret_file: {path} is more than one line of text; letters and digits do")
    return secret


def _port_problems(settings: Settings) -> list[str]:
    """The relay's ports beside the media's, where both are on one address."""
    turn, media = settings.turn, settings.media
    if turn.relay_address not in ("", media.address):
        return []
    taken = [("rtp_ports", media.rtp_ports), ("webrtc_ports", media.webrtc_ports)]
    return [
        f"[turn] relay_ports: {turn.relay_ports} overlaps [media] {name} {ports}"
        for name, ports in taken
        if turn.relay_ports.overlaps(ports)
    ]


def _range(network: Network) -> str:
    """First and last. What begins with the unspecified address, which coturn denies by itself, is everything to it."""
    first = network[1] if network.network_address == _UNSPECIFIED[0] and network not in EVERYTHING else network[0]
    return f"{first}-{network[-1]}" if network.num_addresses > 1 else str(first)


def _reached(interface: str) -> str:
    """The address that others reach an interface of rtpengine by: `name/address!advertised`."""
    address = interface.partition("/")[2]
    return address.partition("!")[2] or address


def _is_address(text: str) -> bool:
    try:
        return not ipaddress.ip_address(text).is_unspecified
    except ValueError:
        return False
