"""Certificates: those in files, and those that are shown on the network."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import ipaddress
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import ExtensionOID

from cordboard.doctor.asking.trouble import Trouble, reason

SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a certificate says: `names` are DNS names and IP addresses, `ends` is seconds of the Unix epoch."""

    names: tuple[str, ...]
    ends: float
    begins: float
    key: bytes  # the public one

    def days_left(self, now: float) -> float:
        return (self.ends - now) / 86400

    def is_for(self, host: str) -> bool:
        """Whether it names this host; `*.example.com` names its direct children (RFC 9525 section 6.3)."""
        wanted = host.lower().rstrip(".").strip("[]")
        return any(name == wanted or _wildcard(name, wanted) for name in self.names)


def read_chain(file: str) -> list[Certificate]:
    """The certificates in a file, the first one its owner's. Raises `Trouble`."""
    try:
        content = Path(file).read_bytes()
    except OSError as failure:
        why = (failure.strerror or str(failure)).lower()
        raise Trouble(f"{file} cannot be read: {why}", mend=f"See `ls -l {file}`, and who runs the doctor.") from None
    try:
        chain = x509.load_pem_x509_certificates(content)
    except ValueError:
        chain = []
    if not chain:
        raise Trouble(f"{file} holds no certificate in PEM")
    return [_certificate(each) for each in chain]


def public_key_of(file: str) -> bytes:
    """The public half of the key in a file. Raises `Trouble`."""
    try:
        key = serialization.load_pem_private_key(Path(file).read_bytes(), None)
    except OSError as failure:
        raise Trouble(f"{file} cannot be read: {(failure.strerror or str(failure)).lower()}") from None
    except TypeError:
        raise Trouble(f"{file} is encrypted; a key without pass phrase is needed") from None
    except ValueError:
        raise Trouble(f"{file} holds no private key in PEM") from None
    return _spki(key.public_key())


@dataclass(frozen=True, slots=True)
class Shown:
    """What a server shows. `refused` is why a browser would not take it, empty where it would."""

    certificate: Certificate
    refused: str
    version: str
    chain: int = 1


async def shown_at(host: str, port: int, name: str, trusting: ssl.SSLContext) -> Shown:
    """Two handshakes: one that takes anything, to see the certificate, one that verifies. Raises `Trouble`."""
    anything = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anything.check_hostname = False
    anything.verify_mode = ssl.CERT_NONE
    content, version = await _handshake(host, port, name, anything)
    certificate = _certificate(x509.load_der_x509_certificate(content))
    try:
        await _handshake(host, port, name, trusting)
        refused = ""
    except ssl.SSLCertVerificationError as error:
        refused = error.verify_message or str(error)
    return Shown(certificate, refused, version)


async def _handshake(host: str, port: int, name: str, context: ssl.SSLContext) -> tuple[bytes, str]:
    writer = None
    try:
        async with asyncio.timeout(SECONDS):
            _, writer = await asyncio.open_connection(host, port, ssl=context, server_hostname=name)
        socket = writer.get_extra_info("ssl_object")
        return socket.getpeercert(binary_form=True) or b"", socket.version() or ""
    except ssl.SSLCertVerificationError:
        raise
    except (OSError, TimeoutError) as error:
        raise Trouble(f"no TLS with {name}:{port}: {reason(error)}") from None
    finally:
        if writer is not None:
            writer.transport.abort()
            with contextlib.suppress(OSError, ssl.SSLError):
                await writer.wait_closed()


def _certificate(found: x509.Certificate) -> Certificate:
    return Certificate(
        _names(found),
        found.not_valid_after_utc.timestamp(),
        found.not_valid_before_utc.timestamp(),
        _spki(found.public_key()),
    )


def _names(found: x509.Certificate) -> tuple[str, ...]:
    try:
        extension = found.extensions.get_extension_for_oid(ExtensionOID.SUBJECT_ALTERNATIVE_NAME)
    except x509.ExtensionNotFound:
        return ()
    alternative = extension.value
    assert isinstance(alternative, x509.SubjectAlternativeName)
    hosts: Sequence[str] = alternative.get_values_for_type(x509.DNSName)
    addresses: Sequence[ipaddress.IPv4Address | ipaddress.IPv6Address] = [
        each for each in alternative.get_values_for_type(x509.IPAddress) if not hasattr(each, "network_address")
    ]
    return (*(host.lower() for host in hosts), *(str(address) for address in addresses))


def _spki(key: object) -> bytes:
    return key.public_bytes(  # type: ignore[attr-defined, no-any-return]
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _wildcard(name: str, host: str) -> bool:
    return name.startswith("*.") and host.partition(".")[2] == name[2:] and "." in name[2:]


def until(ends: float) -> str:
    """The day, as it is written in a finding."""
    return datetime.datetime.fromtimestamp(ends, datetime.UTC).strftime("%Y-%m-%d")
