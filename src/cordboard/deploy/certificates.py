"""Which certificate the site shows, and where an ACME client puts it."""

from __future__ import annotations

from dataclasses import dataclass

from cordboard.config import Settings
from cordboard.deploy.rendering import RenderProblem


@dataclass(frozen=True, slots=True)
class SiteCertificate:
    """Paths of the chain and its key (PEM)."""

    chain: str
    key: str


def site_certificate(settings: Settings) -> SiteCertificate:
    """The certificate of the public name. Raises `RenderProblem` where the settings name none."""
    site = settings.site
    if site.certificate:
        return SiteCertificate(site.certificate, site.certificate_key)
    if site.acme:
        folder = f"{site.configuration_directory}/acme"
        return SiteCertificate(f"{folder}/fullchain.pem", f"{folder}/privkey.pem")
    raise RenderProblem(["[site] certificate: is missing; name it and its key, or set [site] acme = true"])
