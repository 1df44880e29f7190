"""DTLS as the client, and SRTP: what keeps a page's media secret.

Done with the libraries directly, not with the product's own module, so that the two can disagree.
"""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Iterable

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from OpenSSL import SSL
from pylibsrtp import Error as SrtpError
from pylibsrtp import Policy, Session

from cordboard.sdp.codec import Codec
from kit.phone import Phone

FIRST_REPEAT = 0.05  # seconds until a ClientHello that nobody answers is sent again

PROFILES = {
    b"SRTP_AEAD_AES_128_GCM": (Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 16, 12),
    b"SRTP_AES128_CM_SHA1_80": (Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 16, 14),
}


class SecuredPhone(Phone):
    """A phone whose media is protected with the keys of its DTLS handshake."""

    def __init__(self, codecs: Iterable[Codec]) -> None:
        super().__init__(codecs)
        self.profiles = b":".join(PROFILES)
        self.flights: list[bytes] = []  # DTLS from the gateway
        self.deaf = False  # to DTLS
        self._key, self._certificate = _certificate()
        self._connection: SSL.Connection | None = None
        self._hello: list[bytes] = []
        self._repeating: asyncio.TimerHandle | None = None
        self._inbound: Session | None = None
        self._outbound: Session | None = None

    def send_raw(self, data: bytes) -> None:
        """A datagram to the gateway as it is."""
        raise NotImplementedError

    @property
    def fingerprint(self) -> str:
        return self._certificate.fingerprint(hashes.SHA256()).hex(":").upper()

    def use_certificate_of(self, other: SecuredPhone) -> None:
        """A browser has one for all transports of a connection."""
        self._key, self._certificate = other._key, other._certificate

    # --- DTLS

    @property
    def secured(self) -> bool:
        return self._outbound is not None

    def say_hello(self, *, once: bool = False) -> None:
        """Begin the DTLS handshake: sends a ClientHello, and again until something comes back, as a browser does;
        what follows happens by itself."""
        context = SSL.Context(SSL.DTLS_METHOD)
        context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *_: True)
        context.use_certificate(self._certificate)
        context.use_privatekey(self._key)
        context.set_tlsext_use_srtp(self.profiles)
        self._connection = SSL.Connection(context, None)
        self._connection.set_connect_state()
        self._hello.clear()
        self.hush_hello()
        self._handshake(b"")
        if not once:
            self._repeating = self.loop.call_later(FIRST_REPEAT, self._repeat_hello, 2 * FIRST_REPEAT)

    def hear_at_last(self) -> None:
        """No more deaf: what came meanwhile is taken now."""
        self.deaf = False
        for flight in list(self.flights):
            self._handshake(flight)

    def forget_keys(self) -> None:
        """The next ClientHello begins another association."""
        self.hush_hello()
        self._connection = self._inbound = self._outbound = None
        self.flights.clear()

    def take_dtls(self, datagram: bytes) -> None:
        """What came from the gateway; kept for later while deaf."""
        self.flights.append(datagram)
        if not self.deaf:
            self._handshake(datagram)

    def _repeat_hello(self, pause: float) -> None:
        """The first pause of OpenSSL is a second, a browser's 50 ms."""
        if not self.flights:
            for datagram in self._hello:
                self.send_raw(datagram)
            self._repeating = self.loop.call_later(pause, self._repeat_hello, 2 * pause)

    def hush_hello(self) -> None:
        if self._repeating is not None:
            self._repeating.cancel()

    def repeat_flight(self) -> None:
        """DTLS's own timer, at the test's command."""
        assert self._connection is not None
        self._connection.DTLSv1_handle_timeout()
        self._flush()

    def _handshake(self, datagram: bytes) -> None:
        connection = self._connection
        if connection is None:
            return
        if datagram:
            connection.bio_write(datagram)
        try:
            connection.do_handshake()
        except SSL.WantReadError:
            self._flush()
            return
        except SSL.Error:
            return
        self._flush()
        if not self.secured:
            self._derive(connection)

    def _derive(self, connection: SSL.Connection) -> None:
        profile, key, salt = PROFILES[connection.get_selected_srtp_profile()]
        material = connection.export_keying_material(b"EXTRACTOR-dtls_srtp", 2 * (key + salt))
        client = material[:key] + material[2 * key : 2 * key + salt]
        server = material[key : 2 * key] + material[2 * key + salt :]
        self._outbound = Session(Policy(client, Policy.SSRC_ANY_OUTBOUND, srtp_profile=profile))
        self._inbound = Session(Policy(server, Policy.SSRC_ANY_INBOUND, srtp_profile=profile))

    def _flush(self) -> None:
        assert self._connection is not None
        while True:
            try:
                datagram = self._connection.bio_read(1400)
            except SSL.WantReadError:
                return
            if not self.flights:
                self._hello.append(datagram)
            self.send_raw(datagram)

    # --- SRTP

    def send_rtp(self, packet: bytes) -> None:
        assert self._outbound is not None
        self.send_raw(self._outbound.protect(packet))

    def send_rtcp(self, packet: bytes) -> None:
        assert self._outbound is not None
        self.send_raw(self._outbound.protect_rtcp(packet))

    def unprotect(self, data: bytes, *, is_rtcp: bool) -> bytes:
        """The packet in what came; raises `AssertionError` when it was not made with our keys."""
        assert self._inbound is not None
        try:
            return self._inbound.unprotect_rtcp(data) if is_rtcp else self._inbound.unprotect(data)
        except SrtpError as error:
            raise AssertionError(f"the gateway sent SRTP that cannot be unprotected: {error}") from None


def _certificate() -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "page")])
    today = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(today - datetime.timedelta(days=1))
    return key, builder.not_valid_after(today + datetime.timedelta(days=1)).sign(key, hashes.SHA256())
