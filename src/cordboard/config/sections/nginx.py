"""The settings of nginx, by which browsers reach everything."""

from __future__ import annotations

from dataclasses import dataclass

from cordboard.config import kinds
from cordboard.config.setting import setting
from cordboard.config.values import Address


@dataclass(frozen=True, slots=True)
class NginxSettings:
    """The https origin [desk] url, as `cordboard render` writes it for nginx."""

    https: tuple[Address, ...] = setting(
        kinds.addresses('["0.0.0.0:443", "[::]:443"]'), ["0.0.0.0:443"], "Where nginx listens for https."
    )
    http: tuple[Address, ...] = setting(
        kinds.addresses('["0.0.0.0:80", "[::]:80"]', optional=True),
        ["0.0.0.0:80"],
        "Where it listens for http, only to send browsers to https and to answer an ACME authority.",
    )
    trusted_proxies: tuple[str, ...] = setting(
        kinds.NETWORKS,
        [],
        "Networks of load balancers before nginx, whose X-Forwarded-For is believed. It is nobody else's.",
    )
    gws_paths: tuple[str, ...] = setting(
        kinds.URL_PATHS,
        ["/ui", "/api", "/internal-api", "/cometd", "/genesys", "/notifications", "/workspace", "/auth", "/saml"],
        "What is GWS's below the one origin; everything else is the desk's.",
    )
    gws_poll_paths: tuple[str, ...] = setting(
        kinds.URL_PATHS,
        ["/api/v2/notifications", "/workspace/v3/notifications", "/notifications", "/cometd", "/genesys/cometd"],
        "What of that is CometD, whose answers GWS holds back: [gws] poll_milliseconds and passed on unbuffered.",
    )
    gws_ca_file: str = setting(
        kinds.file("/etc/ssl/certs/ca-certificates.crt"),
        "/etc/ssl/certs/ca-certificates.crt",
        "The authorities that a GWS behind https must be certified by (PEM). Empty: any certificate will do.",
    )
    rewrite_gws_uris: bool = setting(
        kinds.TRUTH,
        True,
        "Whether GWS's own address is replaced by that of the one origin in the JSON that it answers with.",
    )
    loader: str = setting(
        kinds.choice("right", "left", "bottom-right", "bottom-left", "none"),
        "right",
        "At which side of Workspace's page the softphone is put into it; none leaves the page as it is.",
    )
    sign_ins_per_minute: int = setting(
        kinds.whole(1, 100_000),
        60,
        "How many tries to sign in one address has, besides one per agent at once; beyond it gets 429. Many agents may"
        " share an address.",
    )
    passwords_per_minute: int = setting(
        kinds.whole(1, 100_000),
        600,
        "How many requests with a password (HTTP Basic) one address may ask of GWS, besides ten per agent at once:"
        " some programs send it with each request.",
    )
    tokens_per_second: int = setting(
        kinds.whole(1, 10_000), 20, "The same for the tokens that pages register with, besides two per agent at once."
    )
    connections_per_second: int = setting(
        kinds.whole(1, 10_000), 50, "The same for new SIP WebSockets, besides two per agent at once."
    )
    largest_request: int = setting(
        kinds.whole(1, 10_000), 10, "The largest request that is passed on to GWS; the desk takes 1.", unit="megabytes"
    )
    hsts_seconds: int = setting(
        kinds.whole(0, 63_072_000),
        31_536_000,
        "How long browsers open this name by https only (RFC 6797); 0: that is left out, for trying things out.",
        unit="seconds",
    )
    admin_https: tuple[Address, ...] = setting(
        kinds.addresses('["192.0.2.10:8443"]', optional=True),
        [],
        "Where nginx listens for https to the admin page, which needs [admin] url with that port. None: it is not to be"
        " had through nginx.",
    )
    admin_networks: tuple[str, ...] = setting(
        kinds.NETWORKS, ["127.0.0.0/8"], "Networks from which the admin page may be opened there; others get 403."
    )
    user: str = setting(kinds.USER, "www-data", "The user of the system that nginx's workers run as; Red Hat: nginx.")
    configuration_directory: str = setting(
        kinds.file("/etc/nginx"), "/etc/nginx", "Where nginx reads its configuration."
    )
    log_directory: str = setting(kinds.file("/var/log/nginx"), "/var/log/nginx", "Where it writes its logs.")
    pid_file: str = setting(kinds.file("/run/nginx.pid"), "/run/nginx.pid", "Where it writes its process number.")
    temporary_directory: str = setting(
        kinds.file("/var/lib/nginx"), "", "Where it puts what is too large for its memory. Empty: nginx's own place."
    )
    acme_directory: str = setting(
        kinds.file("/var/lib/cordboard/acme"),
        "/var/lib/cordboard/acme",
        "Where an ACME client puts what its authority asks for at port 80 (webroot), with [site] acme.",
    )
