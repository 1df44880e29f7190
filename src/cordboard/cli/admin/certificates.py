"""Until when the certificates of the settings are good, in the metrics."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cryptography import x509

from cordboard.config import Settings
from cordboard.observe import Metrics


def note_certificates(metrics: Metrics, settings: Settings) -> None:
    """Read them anew: they are renewed while we run. One that cannot be read has no figure; the doctor tells why."""
    metrics.certificate_expires.clear()
    for name, path in _files(settings):
        if expires := _expires(path):
            metrics.certificate_expires.labels(name).set(expires)


def _files(settings: Settings) -> Iterator[tuple[str, str]]:
    """What each is for, and its file."""
    yield "site", settings.site.certificate
    yield "websocket", settings.gateway.websocket_certificate
    yield "sip server", settings.sip_server.tls_certificate


def _expires(path: str) -> float:
    """The earliest end of the certificates in a file, seconds of the Unix epoch; 0.0 where there is none."""
    try:
        found = x509.load_pem_x509_certificates(Path(path).read_bytes()) if path else []
    except (OSError, ValueError):
        return 0.0
    return min((each.not_valid_after_utc.timestamp() for each in found), default=0.0)
