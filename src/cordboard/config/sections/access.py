"""The settings of signing in by GWS's authentication service, and of the TURN server."""

from __future__ import annotations

from dataclasses import dataclass

from cordboard.config import kinds
from cordboard.config.setting import setting
from cordboard.config.values import Address, PortRange


@dataclass(frozen=True, slots=True)
class OauthSettings:
    """Signing in at the authentication service of GWS 9, where agents have no password of GWS's own."""

    client_id: str = setting(
        kinds.TEXT,
        "",
        "The desk's name at the authentication service, where <desk url>/page/signed-in is its only redirect address."
        " Empty: agents do not sign in there.",
    )
    client_secret: str = setting(kinds.TEXT, "", "The secret that goes with client_id. Empty: none.", secret=True)
    client_secret_file: str = setting(
        kinds.file("/etc/cordboard/oauth.secret"),
        "",
        "Instead of client_secret a file with it, in one line, that is read anew with each sign-in.",
    )
    url: str = setting(
        kinds.url("https://gws.example", optional=True),
        "",
        "Scheme, host and port of the service as the desk reaches it; below it are /auth/v3/oauth/token and so on.",
        derived="[gws] url",
    )
    browser_url: str = setting(
        kinds.url("https://gws.example", optional=True),
        "",
        "The same as browsers reach it.",
        derived="[gws] browser_url",
    )
    scope: str = setting(kinds.TEXT, "", "The scope that is asked for; empty leaves it to the service.")


@dataclass(frozen=True, slots=True)
class TurnSettings:
    """A TURN server through which pages reach the media where nothing else passes a firewall."""

    urls: tuple[str, ...] = setting(
        kinds.TURN_URLS,
        [],
        "What pages are given as ICE servers, with credentials that are made for each of them; none: no TURN.",
    )
    secret: str = setting(
        kinds.TEXT,
        "",
        "The secret that is shared with the TURN server (coturn: use-auth-secret, static-auth-secret).",
        secret=True,
    )
    secret_file: str = setting(
        kinds.file("/etc/cordboard/turn.secret"),
        "",
        "Instead of secret a file with it, in one line, that is read anew with each token.",
    )
    lifetime: int = setting(
        kinds.whole(600, 86400),
        3600,
        "How long the credentials can be used, which should be longer than a call. A page gets new ones whenever it"
        " registers, every five minutes.",
        unit="seconds",
    )
    listen: Address = setting(
        kinds.address("0.0.0.0:3478"), "0.0.0.0:3478", "Where the rendered coturn listens for STUN and TURN."
    )
    listen_tls: Address = setting(
        kinds.address("0.0.0.0:5349", optional=True),
        "",
        "Where it listens for TURN over TLS and DTLS; it needs [site] certificate. Empty: nowhere.",
    )
    relay_address: str = setting(
        kinds.host("192.0.2.10", optional=True),
        "",
        "The address of its machine that it relays from.",
        derived="the host of [turn] listen, where that is one address",
    )
    external_address: str = setting(
        kinds.host("198.51.100.10", optional=True),
        "",
        "That address as others reach it, where an address translation stands between. Empty: the same.",
    )
    relay_ports: PortRange = setting(kinds.ports("49152-65535"), "49152-65535", "The ports that it relays from.")
    realm: str = setting(kinds.TEXT, "", "The realm that it names.", derived="[site] public_name, or cordboard")
    allocations_per_page: int = setting(
        kinds.whole(1, 1000), 24, "How many relay ports one page's credentials get at once."
    )
    allocations: int = setting(kinds.whole(1, 100_000), 4000, "How many relay ports there are at once.")
    user: str = setting(kinds.USER, "turnserver", "The user of the system that it runs as.")
