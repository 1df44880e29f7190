"""What SELinux allows nginx and systemd to do with Cordboard's files and ports."""

from __future__ import annotations

from cordboard.config import Settings
from cordboard.deploy.certificates import site_certificate
from cordboard.deploy.rendering import PROGRAM, Rendered
from cordboard.deploy.template import fill

_KNOWN = {80, 443, 8443}  # http_port_t has these from the beginning


def render(settings: Settings) -> list[Rendered]:
    """A script, for what SELinux knows is in no file. Raises `RenderProblem`."""
    own, site, certificate = settings.nginx, settings.site, site_certificate(settings)
    ports = {each.port for each in (*own.https, *own.http, *own.admin_https)} - _KNOWN
    text = fill(
        "selinux/cordboard.sh",
        install_directory=site.install_directory,
        certificate=certificate.chain,
        certificate_key=certificate.key,
        acme_directory=own.acme_directory,
        log_directory=own.log_directory,
        ports=sorted(ports),
    )
    note = "Where `getenforce` says Enforcing, call it as root"
    return [Rendered("selinux/cordboard.sh", text, mode=PROGRAM, note=note)]
