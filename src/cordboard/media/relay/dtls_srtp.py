"""DTLS-SRTP (RFC 5763, RFC 5764), the one place that touches pyOpenSSL.

Theory of operation. A process makes one self-signed ECDSA P-256 certificate when it starts; its fingerprint goes
into every description and all calls share it. The relay is always the DTLS server ("passive"), a phone is mostly the
client. An `Association` lives between two memory buffers: `receive` takes one datagram and gives back the datagrams to
send. When the handshake is done, the keys for SRTP are taken out of it at once, but `sessions` says nothing about
trust: on calls *to* the page the handshake can be over before the page's answer has come, so the caller compares
`peer_fingerprint` with the description and only then lets media through. The OpenSSL object is kept afterwards: a
client that missed our last flight repeats its own (RFC 6347 section 4.2.4).

OpenSSL repeats a flight after a second. A client, whose first flight may meet a peer that is not there yet, repeats its
own sooner, as browsers do.
"""

from __future__ import annotations

import datetime
import secrets
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from OpenSSL import SSL
from pylibsrtp import Policy

from cordboard.media.relay.srtp import SrtpError, SrtpSessions

__all__ = ["Association", "DtlsError", "Identity", "SrtpError", "SrtpSessions", "fingerprint"]

DATAGRAM_LIMIT = 1200  # what every path carries, also behind tunnels
RECORD_HEADER = 13  # RFC 6347 section 4.1
EXPORTER_LABEL = b"EXTRACTOR-dtls_srtp"  # RFC 5764 section 4.2
FIRST_REPEAT = 0.05  # seconds, doubled each time
# Ours is ECDSA; a server that a client of ours meets may have RSA.
CIPHERS = (
    b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384:"
    b"ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384"
)
HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "sha-256": hashes.SHA256,
    "sha-384": hashes.SHA384,
    "sha-512": hashes.SHA512,
}


class DtlsError(Exception):
    """The handshake failed for good; the text says why."""


@dataclass(frozen=True, slots=True)
class _Profile:
    name: bytes
    policy: int
    key_length: int
    salt_length: int


_PROFILES = {
    profile.name: profile
    for profile in (
        _Profile(b"SRTP_AEAD_AES_128_GCM", Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 16, 12),
        _Profile(b"SRTP_AES128_CM_SHA1_80", Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 16, 14),
    )
}


def fingerprint(certificate: x509.Certificate, algorithm: str) -> str:
    """The certificate's hash as SDP writes it (RFC 8122 section 5), e.g. `1A:2B:...`; "" for an unknown algorithm."""
    hash_class = HASHES.get(algorithm.lower())
    return certificate.fingerprint(hash_class()).hex(":").upper() if hash_class else ""


class Identity:
    """The process's certificate and the OpenSSL context that all its associations share."""

    def __init__(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _self_signed(key)
        self.fingerprint = fingerprint(certificate, "sha-256")
        self.context = SSL.Context(SSL.DTLS_METHOD)
        self.context.set_options(SSL.OP_NO_TICKET | SSL.OP_NO_RENEGOTIATION | SSL.OP_NO_QUERY_MTU)
        self.context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
        # The page's is self-signed too: the fingerprint in its SDP vouches for it (RFC 5763 section 5).
        self.context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *_: True)
        self.context.use_certificate(certificate)
        self.context.use_privatekey(key)
        self.context.set_cipher_list(CIPHERS)
        self.context.set_tlsext_use_srtp(b":".join(_PROFILES))


def _self_signed(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, secrets.token_hex(8))])
    today = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )


class Association:
    """One DTLS association, as the server or as the client. `now` is in seconds of any steady clock."""

    def __init__(self, identity: Identity, *, client: bool = False) -> None:
        self._connection = SSL.Connection(identity.context, None)
        if client:
            self._connection.set_connect_state()
        else:
            self._connection.set_accept_state()
        self._connection.set_ciphertext_mtu(DATAGRAM_LIMIT)
        self._timeout_at: float | None = None
        self._flight: list[bytes] = []  # to be repeated by ourselves
        self._repeat_at, self._repeat_after = 0.0, FIRST_REPEAT
        self.client = client
        self.sessions: SrtpSessions | None = None

    @property
    def established(self) -> bool:
        """Whether the handshake is done and the keys are there."""
        return self.sessions is not None

    @property
    def deadline(self) -> float | None:
        """When the last flight has to be sent again, unless the peer goes on before."""
        if self._timeout_at is None or not self._flight:
            return self._timeout_at
        return min(self._repeat_at, self._timeout_at)

    def peer_fingerprint(self, algorithm: str) -> str:
        """The hash of the certificate that the peer has shown; "" when there is none or the algorithm is unknown."""
        certificate = self._connection.get_peer_certificate(as_cryptography=True)
        return "" if certificate is None else fingerprint(certificate, algorithm)

    def begin(self, now: float) -> list[bytes]:
        """The client's first flight."""
        return self._advance(now)

    def receive(self, datagram: bytes, now: float) -> list[bytes]:
        """Take one datagram; the datagrams to send back. Raises `DtlsError` when the handshake has failed for good."""
        if self.client and _is_client_hello(datagram):
            return []  # anybody can have sent it, and it would end OpenSSL's handshake (RFC 6347 section 4.1.2.7)
        self._connection.bio_write(datagram)
        return self._advance(now)

    def handle_timeout(self, now: float) -> list[bytes]:
        """The deadline has passed: the flight to repeat."""
        if self._flight and self._timeout_at is not None and now < self._timeout_at:
            self._repeat_after *= 2
            self._repeat_at = now + self._repeat_after
            return self._flight
        try:
            self._connection.DTLSv1_handle_timeout()
        except SSL.Error as error:
            raise DtlsError(f"DTLS gave up: {_why(error)}") from None
        return self._flush(now)

    def _advance(self, now: float) -> list[bytes]:
        try:
            if self.sessions is None:
                self._connection.do_handshake()
                self.sessions = self._export()
            else:
                self._connection.recv(1)
        except SSL.WantReadError:
            pass
        except SSL.ZeroReturnError:
            pass  # the page said goodbye; SIP says what that means for the call
        except SSL.Error as error:
            if self.sessions is None:
                raise DtlsError(f"DTLS handshake refused: {_why(error)}") from None
        return self._flush(now)

    def _export(self) -> SrtpSessions:
        profile = _PROFILES.get(self._connection.get_selected_srtp_profile())
        if profile is None:
            raise DtlsError("DTLS is done, but no common SRTP profile was chosen")
        key, salt = profile.key_length, profile.salt_length
        material = self._connection.export_keying_material(EXPORTER_LABEL, 2 * (key + salt))
        client_key, server_key = material[:key], material[key : 2 * key]
        client_salt, server_salt = material[2 * key : 2 * key + salt], material[2 * key + salt :]
        of_client, of_server = client_key + client_salt, server_key + server_salt
        inbound, outbound = (of_server, of_client) if self.client else (of_client, of_server)
        return SrtpSessions(profile.name.decode(), profile.policy, inbound, outbound)

    def _flush(self, now: float) -> list[bytes]:
        left = self._connection.DTLSv1_get_timeout()
        self._timeout_at = None if left is None else now + left
        chunks = []
        while True:
            try:
                chunks.append(self._connection.bio_read(16384))
            except SSL.WantReadError:
                return self._keep(datagrams(b"".join(chunks)), now)

    def _keep(self, flight: list[bytes], now: float) -> list[bytes]:
        """Whatever the peer has just said, it is at work: the flight before is not repeated at once."""
        if not self.client or self.sessions is not None:
            self._flight = []
        else:
            if flight:
                self._flight, self._repeat_after = flight, FIRST_REPEAT
            self._repeat_at = now + self._repeat_after
        return flight


def datagrams(records: bytes) -> list[bytes]:
    """OpenSSL's memory buffer forgets where datagrams end: pack whole DTLS records into datagrams again."""
    packed: list[bytes] = []
    begin = end = 0
    while end < len(records):
        record_end = end + RECORD_HEADER + int.from_bytes(records[end + 11 : end + 13], "big")
        if record_end - begin > DATAGRAM_LIMIT and end > begin:
            packed.append(records[begin:end])
            begin = end
        end = record_end
    if begin < len(records):
        packed.append(records[begin:])
    return packed


def _is_client_hello(datagram: bytes) -> bool:
    """Content type handshake, epoch 0, message type client_hello."""
    return datagram[:1] == b"\x16" and datagram[3:5] == bytes(2) and datagram[RECORD_HEADER:][:1] == b"\x01"


def _why(error: SSL.Error) -> str:
    reasons = error.args[0] if error.args else ()
    return reasons[-1][-1] if isinstance(reasons, list) and reasons else type(error).__name__
