"""nginx: one https origin for softphone, SIP WebSocket, connector, GWS and Workspace with the softphone in it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from cordboard.config import Address, Settings
from cordboard.deploy.certificates import SiteCertificate, site_certificate
from cordboard.deploy.rendering import PROGRAM, Rendered, RenderProblem
from cordboard.deploy.template import fill

_PER_AGENT = 16  # connections: WebSocket, pages, long polls of desktop and softphone, and the other end of each
_SPARE = 1024
_MARGIN = 15  # seconds that nginx waits longer than the desk, so that the desk's own words are heard


@dataclass(frozen=True, slots=True)
class Origin:
    """The one https origin. `authority` is host and port as browsers write them."""

    url: str
    name: str
    authority: str
    port: int

    @property
    def is_named(self) -> bool:
        """Whether browsers say the name when they begin TLS; they never say an address (RFC 6066 section 3)."""
        try:
            ipaddress.ip_address(self.name)
        except ValueError:
            return True
        return False


def origin_of(settings: Settings) -> Origin:
    """Where browsers find the desk. Raises `RenderProblem`."""
    parts = urlsplit(settings.desk.url)
    if parts.scheme != "https":
        raise RenderProblem(
            ["[site] public_name: is missing; nginx needs a name: browsers give no microphone to pages without https"]
        )
    return Origin(settings.desk.url, parts.hostname or "", parts.netloc, parts.port or 443)


def access_log(settings: Settings) -> str:
    """No *.log: those the distribution rotates already."""
    return f"{settings.nginx.log_directory}/cordboard.json"


def passes_gws_on(settings: Settings) -> bool:
    """Whether GWS is below the one origin, too; where it is not, a web server of its own stands before it."""
    return settings.gws.browser_url == settings.desk.url


def render(settings: Settings) -> list[Rendered]:
    """nginx.conf, the site in it, and what an ACME client is to call. Raises `RenderProblem`."""
    own, origin = settings.nginx, origin_of(settings)
    certificate = site_certificate(settings)
    place = f"{own.configuration_directory}/conf.d/cordboard.conf"
    files = [
        Rendered(
            "nginx/nginx.conf",
            _main(settings, origin, place),
            place=f"{own.configuration_directory}/nginx.conf",
            note=_MAIN_NOTE,
        ),
        Rendered("nginx/cordboard.conf", _site(settings, origin, certificate), place=place, note=_note(settings)),
    ]
    if settings.site.acme:
        files.append(_renewed(settings, origin, certificate))
    return files


_MAIN_NOTE = (
    "It takes the place of the distribution's. Where nginx serves other sites, too, leave that one: it includes conf.d"
    " by itself; only give it these worker_connections and worker_rlimit_nofile."
)


def _note(settings: Settings) -> str:
    note = "nginx -t && systemctl enable --now nginx && nginx -s reload"
    if not passes_gws_on(settings):
        note += f". Of GWS at {settings.gws.browser_url} it passes nothing on: [gws] browser_url is another origin"
    return note


def _main(settings: Settings, origin: Origin, site: str) -> str:
    own, agents = settings.nginx, len(settings.agents)
    connections = _SPARE + _PER_AGENT * agents
    return fill(
        "nginx/nginx.conf",
        user=own.user,
        files=2 * connections,
        pid_file=own.pid_file,
        error_log=f"{own.log_directory}/error.log",
        per_agent=_PER_AGENT,
        connections=connections,
        temporary=own.temporary_directory,
        named=origin.is_named,
        http=own.http,
        https=own.https,
        site=site,
    )


def _site(settings: Settings, origin: Origin, certificate: SiteCertificate) -> str:
    own, gateway, agents = settings.nginx, settings.gateway, len(settings.agents)
    return fill(
        "nginx/cordboard.conf",
        name=origin.name,
        authority=origin.authority,
        origin=origin.url,
        port=origin.port,
        https=own.https,
        http=own.http,
        acme=own.acme_directory if settings.site.acme else "",
        certificate=certificate.chain,
        certificate_key=certificate.key,
        hsts=own.hsts_seconds,
        access_log=access_log(settings),
        trusted_proxies=own.trusted_proxies,
        origins=gateway.allowed_origins,
        sign_ins_per_minute=own.sign_ins_per_minute,
        passwords_per_minute=own.passwords_per_minute,
        tokens_per_second=own.tokens_per_second,
        connections_per_second=own.connections_per_second,
        sign_in_burst=agents + 20,
        by_password_burst=10 * agents + 100,
        page_burst=2 * agents + 20,
        desk=reached(settings.desk.listen),
        gateway=reached(gateway.websocket),
        pings=gateway.kind == "cordboard",
        gateway_scheme="https" if gateway.websocket_certificate else "http",
        answer_seconds=settings.gws.answer_milliseconds // 1000 + _MARGIN,
        poll_seconds=settings.gws.poll_milliseconds // 1000 + _MARGIN,
        largest_request=own.largest_request,
        session_cookies=settings.gws.session_cookies,
        gws=_gws(settings, origin) if passes_gws_on(settings) else None,
        admin=_admin(settings),
    )


def _gws(settings: Settings, origin: Origin) -> dict[str, Any]:
    own, parts = settings.nginx, urlsplit(settings.gws.url)
    if settings.gws.url == origin.url:
        raise RenderProblem([f"[gws] url: {origin.url} is nginx's own; name the address at which nginx reaches GWS"])
    workspace = settings.desk.workspace_path
    folder, _, page = workspace.rpartition("/")
    return {
        "url": settings.gws.url,
        "scheme": parts.scheme,
        "host": parts.hostname,
        "address": Address(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)),
        "ca_file": own.gws_ca_file,
        "rewrites": own.rewrite_gws_uris,
        "loader": own.loader != "none",
        # It makes room for a panel at a side, which would hide what Workspace has there; a corner it covers.
        "tag": f"<script src='/embed/loader.js' data-side='{own.loader}' data-push data-widgets defer></script></head>",
        "pages": rf"^{re.escape(folder)}/({re.escape(page)})?$",
        "assets": _below(["/" + workspace.split("/")[1]]),
        "polls": _below(own.gws_poll_paths),
        "all": _below(own.gws_paths),
    }


def _below(paths: Iterable[str]) -> str:
    """A regular expression for these paths and everything below them."""
    return f"^({'|'.join(map(re.escape, paths))})(/|$)"


def _admin(settings: Settings) -> dict[str, Any] | None:
    """The admin page is passed on only where a listener for it is named."""
    own, admin = settings.nginx, settings.admin
    if not own.admin_https:
        return None
    parts = urlsplit(admin.url)
    if not admin.listen or parts.scheme != "https":
        raise RenderProblem(
            ["[nginx] admin_https: needs [admin] listen, and [admin] url as browsers open it there, with https"]
        )
    return {
        "listen": own.admin_https,
        "address": reached(admin.listen),
        "name": parts.hostname,
        "authority": parts.netloc,
        "networks": own.admin_networks,
    }


def _renewed(settings: Settings, origin: Origin, certificate: SiteCertificate) -> Rendered:
    place = f"{settings.site.configuration_directory}/renewed.sh"
    own = settings.nginx
    text = fill(
        "nginx/renewed.sh",
        webroot=own.acme_directory,
        name=origin.name,
        place=place,
        certificate=certificate.chain,
        key=certificate.key,
        user=settings.site.user,
    )
    note = (
        "nginx needs some certificate before the first one comes: openssl req -x509 -newkey ec -pkeyopt"
        f" ec_paramgen_curve:P-256 -nodes -days 7 -subj /CN={origin.name} -keyout {certificate.key} -out"
        f" {certificate.chain}. Then start nginx and run one of the commands at the head of this file"
    )
    return Rendered("nginx/renewed.sh", text, mode=PROGRAM, place=place, note=note)


def reached(listen: Address) -> Address:
    """Where a listener is reached from the same machine."""
    loopback = {"0.0.0.0": "127.0.0.1", "::": "::1"}
    return Address(loopback.get(listen.host, listen.host), listen.port)
