"""TLS: what we show, whom we trust, and what is said about a file that cannot be used.

TLS 1.2 is the least. A certificate that is renewed on disk is taken up by the running listener (`watched`).
"""

from __future__ import annotations

import asyncio
import os
import ssl
from dataclasses import dataclass

from cordboard.observe import get_log

log = get_log("net")

LOOK_EVERY = 30.0  # seconds between two looks at the files of a certificate


class CertificateUnusable(Exception):
    """A certificate, key or list of certificates cannot be used; `file` is which, `why` what is wrong with it."""

    def __init__(self, file: str, why: str) -> None:
        super().__init__(f"{file}: {why}")
        self.file = file
        self.why = why


@dataclass(frozen=True, slots=True)
class Identity:
    """The PEM files of a certificate, with its chain, and of its key."""

    certificate: str
    key: str

    def load(self, context: ssl.SSLContext) -> None:
        """Raises `CertificateUnusable`."""
        for file in (self.certificate, self.key):
            _readable(file)
        try:
            context.load_cert_chain(self.certificate, self.key, password=_no_password)
        except (ssl.SSLError, ValueError, OSError) as failure:
            raise CertificateUnusable(*self._what_is_wrong(failure)) from failure

    def stamp(self) -> tuple[tuple[int, int], ...]:
        """Changes when a file does; () while one is missing."""
        try:
            stats = [os.stat(file) for file in (self.certificate, self.key)]
        except OSError:
            return ()
        return tuple((each.st_mtime_ns, each.st_ino) for each in stats)

    def _what_is_wrong(self, failure: Exception) -> tuple[str, str]:
        if isinstance(failure, ssl.SSLError) and failure.reason == "KEY_VALUES_MISMATCH":
            return self.key, f"is not the key of {self.certificate}"
        if isinstance(failure, ValueError):
            return self.key, "is encrypted; a key without pass phrase is needed"
        if not _holds(self.certificate, "CERTIFICATE"):
            return self.certificate, "holds no certificate in PEM"
        if not _holds(self.key, "PRIVATE KEY"):
            return self.key, "holds no private key in PEM"
        if _is_whole(self.certificate):
            return self.key, f"holds a private key that is damaged or of a kind that is not known ({_reason(failure)})"
        return self.certificate, f"holds a certificate that is damaged or cannot be used ({_reason(failure)})"


def listening(identity: Identity, client_ca_file: str = "", *, client_certificate: bool = False) -> ssl.SSLContext:
    """For a listener; with `client_certificate` a client must show one. Raises `CertificateUnusable`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    identity.load(context)
    if client_certificate:
        context.verify_mode = ssl.CERT_REQUIRED
        _trust(context, client_ca_file, ssl.Purpose.CLIENT_AUTH)
    return context


def connecting(ca_file: str = "", identity: Identity | None = None) -> ssl.SSLContext:
    """For connections of ours: the name of the server is checked. Raises `CertificateUnusable`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    _trust(context, ca_file, ssl.Purpose.SERVER_AUTH)
    if identity is not None:
        identity.load(context)
    return context


async def watched(context: ssl.SSLContext, identity: Identity, every: float = LOOK_EVERY) -> None:
    """Take up new files as they come, for ever; new connections get the new certificate. Broken ones are not taken."""
    known = identity.stamp()
    while True:
        await asyncio.sleep(every)
        now = identity.stamp()
        if not now or now == known:
            continue
        known = now
        try:
            identity.load(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))  # a trial, lest the running one is left half loaded
            identity.load(context)
        except CertificateUnusable as error:
            log.error("new certificate cannot be used, the old one stays", file=error.file, why=error.why)
        else:
            log.info("new certificate taken up", file=identity.certificate)


def _is_whole(certificate: str) -> bool:
    try:
        ssl.create_default_context(cafile=certificate)
    except (ssl.SSLError, ValueError, OSError):
        return False
    return True


def _trust(context: ssl.SSLContext, file: str, purpose: ssl.Purpose) -> None:
    if not file:
        context.load_default_certs(purpose)
        return
    _readable(file)
    try:
        context.load_verify_locations(file)
    except (ssl.SSLError, OSError) as failure:
        raise CertificateUnusable(file, "holds no certificate in PEM") from failure


def _readable(file: str) -> None:
    try:
        with open(file, "rb"):
            pass
    except OSError as failure:
        raise CertificateUnusable(file, (failure.strerror or str(failure)).lower()) from failure


def _holds(file: str, what: str) -> bool:
    with open(file, "rb") as opened:
        return f"{what}-----".encode() in opened.read()


def _no_password() -> str:
    raise ValueError("encrypted")


def _reason(failure: Exception) -> str:
    return str(getattr(failure, "reason", "") or failure).replace("_", " ").lower()
