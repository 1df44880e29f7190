"""Settings that follow from others when they are left out, and settings that contradict each other."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cordboard.config.values import Address, PortRange

Values = Mapping[str, Any]

_DERIVED: tuple[tuple[str, Callable[[Values], object]], ...] = (
    ("sip_server.address", lambda values: values["lab.sip_server"]),
    (
        "gateway.websocket_url",
        lambda values: (
            f"wss://{_public(values).removeprefix('https://')}/ws"
            if values["site.public_name"]
            else f"ws{'s' if values['gateway.websocket_certificate'] else ''}://{values['gateway.websocket']}/ws"
        ),
    ),
    ("gateway.advertise", lambda values: values["gateway.sip"]),
    ("media.advertise", lambda values: values["media.address"]),
    ("site.media_address", lambda values: values["media.advertise"]),
    ("media.workers", lambda values: min(len(os.sched_getaffinity(0)), len(values["media.webrtc_ports"]))),
    ("desk.url", lambda values: _public(values) or _http(values["desk.listen"])),
    ("gateway.allowed_origins", lambda values: (values["desk.url"],)),
    ("gws.url", lambda values: f"http://{values['lab.gws']}".removesuffix(":80")),
    ("gws.browser_url", lambda values: _public(values) or values["gws.url"]),
    ("oauth.url", lambda values: values["gws.url"]),
    ("oauth.browser_url", lambda values: values["gws.browser_url"]),
    ("desk.frame_ancestors", lambda values: (values["gws.browser_url"],)),
    ("admin.url", lambda values: _http(values["admin.listen"])),
)


def _public(values: Values) -> str:
    """The one origin of all that browsers open, where there is one."""
    name, port = values["site.public_name"], values["nginx.https"][0].port
    return f"https://{name}" + (f":{port}" if port != 443 else "") if name else ""


def _http(listen: Address) -> str:
    return f"http://{listen}".removesuffix(":80") if listen else ""


def complete(values: dict[str, Any]) -> None:
    """Fill what is empty from what it derives from; `values` are by `section.key`."""
    for name, derive in _DERIVED:
        if not values[name]:
            values[name] = derive(values)


def is_wildcard(host: str) -> bool:
    """True for 0.0.0.0 and ::, at which one can listen but not be reached."""
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def conflicts(values: Values) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each contradiction as the names of the settings in it and a sentence. `values` are complete."""
    yield from _unreachable(values)
    yield from _same_port(values)
    yield from _other_version(values)
    yield from _half_an_identity(values)
    yield from _signing_in(values)
    yield from _names_and_certificates(values)
    yield from _administrators(values)
    if 0 < values["gateway.session_expires"] < values["gateway.min_se"]:
        yield (
            ("gateway.session_expires", "gateway.min_se"),
            "[gateway] session_expires: is below min_se; set 0 or at least that",
        )
    rtp, webrtc = values["media.rtp_ports"], values["media.webrtc_ports"]
    if rtp.overlaps(webrtc):
        yield (
            ("media.webrtc_ports", "media.rtp_ports"),
            f"[media] webrtc_ports: {webrtc} overlaps [media] rtp_ports {rtp}; {_beside(rtp, len(webrtc))} does not",
        )
    if values["media.workers_by"] == "systemd" and not values["media.worker_directory"]:
        yield (
            ("media.workers_by", "media.worker_directory"),
            "[media] worker_directory: is missing; workers of systemd are found there, for instance"
            ' "/run/cordboard/media"',
        )
    if values["media.workers"] > len(webrtc):
        yield (
            ("media.workers", "media.webrtc_ports"),
            f"[media] workers: {values['media.workers']} workers need as many webrtc_ports, {webrtc} is {len(webrtc)}",
        )


def _half_an_identity(values: Values) -> Iterator[tuple[tuple[str, ...], str]]:
    """A certificate is nothing without its key, and a TLS listener nothing without both."""
    for certificate, key in (
        ("gateway.websocket_certificate", "gateway.websocket_key"),
        ("sip_server.tls_certificate", "sip_server.tls_key"),
        ("site.certificate", "site.certificate_key"),
    ):
        if bool(values[certificate]) != bool(values[key]):
            there, missing = (certificate, key) if values[certificate] else (key, certificate)
            section, name = missing.split(".")
            yield (there, missing), f"[{section}] {name}: is missing; {there.split('.')[1]} is nothing without it"
    if values["gateway.sip_tls"] and not values["sip_server.tls_certificate"]:
        yield (
            ("gateway.sip_tls", "sip_server.tls_certificate"),
            "[gateway] sip_tls: needs a certificate; set [sip_server] tls_certificate and tls_key",
        )


def _signing_in(values: Values) -> Iterator[tuple[tuple[str, ...], str]]:
    """Where agents are sent to sign in, and the TURN server with its secret."""
    login, gws = values["gws.login_url"], values["gws.browser_url"]
    if login and not login.startswith(gws + "/"):
        yield (
            ("gws.login_url", "gws.browser_url"),
            f"[gws] login_url: leads elsewhere than [gws] browser_url, {gws}, where the session is wanted",
        )
    if login and values["oauth.client_id"]:
        yield (
            ("oauth.client_id", "gws.login_url"),
            "[oauth] client_id: agents sign in there or at [gws] login_url, not at both; leave one out",
        )
    if values["turn.urls"] and not values["turn.secret"] and not values["turn.secret_file"]:
        yield ("turn.urls",), "[turn] secret: is missing; urls are nothing without it"
    for one, other in (("turn.secret", "turn.secret_file"), ("oauth.client_secret", "oauth.client_secret_file")):
        if values[one] and values[other]:
            section, key = one.split(".")
            yield (one, other), f"[{section}] {key}: is given twice, here and as {key}_file; leave one out"


def _names_and_certificates(values: Values) -> Iterator[tuple[tuple[str, ...], str]]:
    """Where the certificate of the site comes from."""
    if values["site.acme"] and values["site.certificate"]:
        yield (
            ("site.acme", "site.certificate"),
            "[site] acme: gets a certificate itself; leave certificate and certificate_key out, or acme",
        )
    if values["site.acme"] and not values["site.public_name"]:
        yield ("site.acme",), "[site] public_name: is missing; a certificate is for a name"


def _administrators(values: Values) -> Iterator[tuple[tuple[str, ...], str]]:
    """An admin page that lets nobody in is a mistake."""
    if values["admin.listen"] and not values["admin.users"] and not values["admin.password_hash"]:
        yield (
            ("admin.listen", "admin.users"),
            "[admin] users: nobody may sign in; name users of GWS, or set password_hash",
        )


def _beside(taken: PortRange, length: int) -> str:
    first = taken.last + 1 if taken.last + length <= 65535 else taken.first - length
    return str(PortRange(first, first + length - 1))


def _unreachable(values: Values) -> Iterator[tuple[tuple[str, ...], str]]:
    reached: tuple[tuple[str, str, str], ...] = (
        ("gateway.advertise", values["gateway.advertise"].host, "host:port at which SIP Server reaches it"),
        ("media.advertise", values["media.advertise"], "IP address at which others reach it"),
        ("desk.url", values["desk.url"].split("//")[1].rsplit(":", 1)[0].strip("[]"), "address that browsers open"),
        (
            "gateway.websocket_url",
            values["gateway.websocket_url"].split("//")[1].split("/")[0].rsplit(":", 1)[0].strip("[]"),
            "ws or wss address that pages open",
        ),
    )
    for name, host, needed in reached:
        if is_wildcard(host):
            section, key = name.split(".")
            yield (name,), f"[{section}] {key}: nobody can reach {host}; set it to the {needed}"


def _other_version(values: Values) -> Iterator[tuple[tuple[str, ...], str]]:
    """What listens at an address of one version of IP reaches none of the other."""
    own: Address = values["gateway.sip"]
    for name in ("sip_server.address", "sip_server.backup"):
        server: Address = values[name]
        if {_version(own), _version(server)} == {4, 6}:
            yield (
                ("gateway.sip", name),
                f"[gateway] sip: {own} cannot reach [{name.partition('.')[0]}] {name.partition('.')[2]} {server};"
                f" an IPv{_version(server)} address of this machine can",
            )


def _version(address: Address) -> int:
    """4 or 6; 0 for a name, which may lead to either."""
    try:
        return ipaddress.ip_address(address.host).version
    except ValueError:
        return 0


def _same_port(values: Values) -> Iterator[tuple[tuple[str, ...], str]]:
    families = (
        ("gateway.sip", "sip_server.address"),
        ("gateway.websocket", "desk.listen"),
        ("gateway.websocket", "admin.listen"),
        ("desk.listen", "admin.listen"),
        ("metrics.listen", "admin.listen"),
    )
    for first, second in families:
        one: Address = values[first]
        if one and one == values[second]:
            wrong = "[{}] {}".format(*first.split("."))
            other = "[{}] {}".format(*second.split("."))
            yield (first, second), f"{wrong}: {one} is also {other}; one of them must move"
