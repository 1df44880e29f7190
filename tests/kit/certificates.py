"""Certificates for tests: an authority of our own, and what it signs, as PEM files.

authority = Authority(tmp_path)
identity = authority.identity("sip-server.example", "127.0.0.1")
"""

from __future__ import annotations

import datetime
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cordboard.net.tls import Identity

DAY = datetime.timedelta(days=1)


class Authority:
    """`file` is its own certificate, which those who trust it are given."""

    def __init__(self, directory: Path, name: str = "test authority") -> None:
        self._directory = directory
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        own = _builder(self._name, self._name, self._key).add_extension(x509.BasicConstraints(True, None), True)
        self.file = str(directory / f"{name.replace(' ', '-')}.pem")
        Path(self.file).write_bytes(_pem(own.sign(self._key, hashes.SHA256())))

    def identity(self, *names: str, file: str = "", days: int = 1) -> Identity:
        """A certificate for host names and IP addresses; with negative `days` it has expired."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        alternative = x509.SubjectAlternativeName([_general(name) for name in names])
        signed = _builder(subject, self._name, key, days).add_extension(alternative, False)
        stem = file or names[0].replace(":", "-")
        certificate, key_file = self._directory / f"{stem}.pem", self._directory / f"{stem}.key"
        certificate.write_bytes(_pem(signed.sign(self._key, hashes.SHA256())))
        key_file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return Identity(str(certificate), str(key_file))


def encrypted(identity: Identity) -> Identity:
    """The same identity, its key under a pass phrase."""
    key = serialization.load_pem_private_key(Path(identity.key).read_bytes(), None)
    file = identity.key + ".encrypted"
    way = serialization.BestAvailableEncryption(b"secret")
    Path(file).write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, way))
    return Identity(identity.certificate, file)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, days: int = 1
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 3 * DAY)
        .not_valid_after(now + days * DAY)
    )


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
