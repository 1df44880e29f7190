"""The page's end of a media call without a browser: STUN checks, DTLS as the client, SRTP, each step at the test's
command.

    page = PagePhone()
    await engine.take_page_offer("call", page.offer())
    page.take(await engine.page_answer("call"))
    await page.connect()
    page.speak(440.0)

DTLS and SRTP are done with the libraries directly, not with the product's own module, so that the two can disagree.
"""

from __future__ import annotations

import asyncio
import datetime
import secrets
import socket

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from OpenSSL import SSL
from pylibsrtp import Error as SrtpError
from pylibsrtp import Policy, Session

from cordboard.rtp.packet import RtpPacket
from cordboard.sdp.codec import PCMU, Codec
from cordboard.sdp.video import same_video
from cordboard.sdp.webrtc import WebRtcRemote, read_webrtc
from cordboard.stun.message import MessageClass, parse
from cordboard.stun.request import binding_request
from kit.camera import Camera
from kit.phone import Phone, until

FIRST_REPEAT = 0.05  # seconds until a ClientHello that nobody answers is sent again

PROFILES = {
    b"SRTP_AEAD_AES_128_GCM": (Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 16, 12),
    b"SRTP_AES128_CM_SHA1_80": (Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 16, 14),
}

# What Chromium 156 writes, without what does not matter here. Opus first: the relay must pass over it.
DESCRIPTION = """v=0
o=- {session} {version} IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE {mid}
m=audio 9 UDP/TLS/RTP/SAVPF {formats}
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=ice-ufrag:{ufrag}
a=ice-pwd:{password}
a=ice-options:trickle
a=fingerprint:sha-256 {fingerprint}
a=setup:{setup}
a=mid:{mid}
a={direction}
a=rtcp-mux
{maps}
a=ssrc:{ssrc} cname:test
"""
VIDEO = """m=video {port} UDP/TLS/RTP/SAVPF {formats}
c=IN IP4 0.0.0.0
a=ice-ufrag:{ufrag}
a=ice-pwd:{password}
a=fingerprint:sha-256 {fingerprint}
a=setup:{setup}
a=mid:{mid}
a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
a={direction}
a=rtcp-mux
a=rtcp-rsize
{maps}
a=ssrc:{ssrc} cname:test
"""
OFFERED = (
    "111 opus/48000/2",
    "63 red/48000/2",
    "9 G722/8000",
    "0 PCMU/8000",
    "8 PCMA/8000",
    "13 CN/8000",
    "110 telephone-event/48000",
    "126 telephone-event/8000",
)


class PagePhone(Phone):
    """`codecs` has what it speaks; `formats` what its descriptions list, in rtpmap notation."""

    def __init__(
        self, codecs: tuple[Codec, ...] = (PCMU,), formats: tuple[str, ...] = OFFERED, host: str = "127.0.0.1"
    ) -> None:
        super().__init__(codecs)
        self.host = host
        self.formats = formats
        self.ufrag, self.password = secrets.token_hex(4), secrets.token_hex(12)
        self.direction = "sendrecv"
        self.camera = Camera()
        self.profiles = b":".join(PROFILES)
        self.remote: WebRtcRemote | None = None
        self.gateway = (host, 0)
        self.rtcp_received: list[bytes] = []
        self.stun_errors: list[tuple[int, str]] = []
        self.stun_answers = 0
        self.flights: list[bytes] = []  # DTLS from the gateway
        self.deaf = False  # to DTLS
        self.losing = 0  # so many of the next packets of media do not come
        self._version = 0
        self._session = secrets.randbits(60)
        self._key, self._certificate = _certificate()
        self._connection: SSL.Connection | None = None
        self._hello: list[bytes] = []
        self._repeating: asyncio.TimerHandle | None = None
        self._inbound: Session | None = None
        self._outbound: Session | None = None
        self._socket = self._open_socket()

    # --- descriptions

    @property
    def fingerprint(self) -> str:
        return self._certificate.fingerprint(hashes.SHA256()).hex(":").upper()

    def offer(self, *, fingerprint: str = "") -> str:
        return self._describe("actpass", self.formats, fingerprint)

    def answer(self, *, fingerprint: str = "") -> str:
        """Of what was offered, all that we know, under the offer's numbers, as a browser does it."""
        assert self.remote is not None
        known = {line.split()[1].lower() for line in self.formats}
        offered = [(codec.payload_type, f"{codec.name}/{codec.clock_rate}", codec) for codec in self.remote.codecs]
        formats = tuple(
            f"{number} {name}{'/2' if codec.channels == 2 else ''}"
            for number, name, codec in offered
            if name.lower() in known or f"{name.lower()}/2" in known
        )
        return self._describe("active", formats, fingerprint)

    def _describe(self, setup: str, formats: tuple[str, ...], fingerprint: str) -> str:
        self._version += 1
        text = DESCRIPTION.format(
            session=self._session,
            version=self._version,
            mid=self.remote.mid if self.remote is not None else "0",
            formats=" ".join(line.split()[0] for line in formats),
            maps="\n".join(f"a=rtpmap:{line}" for line in formats),
            ufrag=self.ufrag,
            password=self.password,
            fingerprint=fingerprint or self.fingerprint,
            setup=setup,
            direction=self.direction,
            ssrc=self.voice.ssrc,
        )
        text += self._describe_video(setup, fingerprint)
        if "m=video" in text:
            text = text.replace("a=group:BUNDLE", f"a=group:BUNDLE {self.camera.mid}", 1)
        return text.replace("\n", "\r\n")

    def _describe_video(self, setup: str, fingerprint: str) -> str:
        camera = self.camera
        if setup == "active":
            assert self.remote is not None
            if not camera.take_offer(self.remote.videos):
                return ""
        elif not camera.direction:
            return ""
        return VIDEO.format(
            port=9 if camera.direction else 0,
            formats=" ".join(str(codec.payload_type) for codec in camera.listed),
            maps="\n".join(f"a={attribute}" for attribute in camera.attributes()),
            ufrag=self.ufrag,
            password=self.password,
            fingerprint=fingerprint or self.fingerprint,
            setup=setup,
            mid=camera.mid,
            direction=camera.answered if setup == "active" else camera.direction,
            ssrc=camera.voice.ssrc,
        )

    def show(self, *sizes: int) -> list[bytes]:
        """Send one picture in packets of these sizes; the payloads."""
        return self.camera.show(self.send_rtp, *sizes)

    def take(self, sdp: str) -> WebRtcRemote:
        """The gateway's description."""
        self.remote = read_webrtc(sdp)
        candidate = self.remote.candidates[0]
        self.gateway = (candidate.address, candidate.port)
        for video in self.remote.videos[:1]:
            self.camera.mid = video.mid
            known = [codec for codec in video.codecs if any(same_video(codec, own) for own in self.camera.codecs)]
            self.camera.sends = known[0] if known else self.camera.sends
        return self.remote

    def restart_ice(self) -> None:
        """New credentials, as a browser makes them for an ICE restart."""
        self.ufrag, self.password = secrets.token_hex(4), secrets.token_hex(12)

    def begin_anew(self) -> None:
        """What a browser does with an offer of another place: ICE restarts, and with the fingerprint DTLS."""
        self.restart_ice()
        self._hush_hello()
        self._connection = self._inbound = self._outbound = None
        self.flights.clear()

    # --- ICE

    def move(self) -> None:
        """Go on from another port, as after a change of network."""
        self._close_socket()
        self._socket = self._open_socket()

    def check(self, *, nominate: bool = True, password: str = "") -> None:
        """Send one connectivity check."""
        assert self.remote is not None
        username = f"{self.remote.ice_ufrag}:{self.ufrag}"
        transaction = secrets.token_bytes(12)
        request = binding_request(transaction, username, password or self.remote.ice_password, nominate=nominate)
        self.send_raw(request)

    async def nominate(self) -> bool:
        """Check until one is answered."""
        for _ in range(40):
            before = self.stun_answers
            self.check()
            if await until(lambda before=before: self.stun_answers > before, 0.05):
                return True
        return False

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
        self._hush_hello()
        self._handshake(b"")
        if not once:
            self._repeating = self.loop.call_later(FIRST_REPEAT, self._repeat_hello, 2 * FIRST_REPEAT)

    def hear_at_last(self) -> None:
        """No more deaf: what came meanwhile is taken now."""
        self.deaf = False
        for flight in list(self.flights):
            self._handshake(flight)

    def _repeat_hello(self, pause: float) -> None:
        """The first pause of OpenSSL is a second, a browser's 50 ms."""
        if not self.flights and self._socket.fileno() >= 0:
            for datagram in self._hello:
                self.send_raw(datagram)
            self._repeating = self.loop.call_later(pause, self._repeat_hello, 2 * pause)

    def _hush_hello(self) -> None:
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

    async def connect(self) -> None:
        """Nomination and handshake; raises `AssertionError` when one of them does not happen."""
        assert await self.nominate(), "no check was answered"
        self.say_hello()
        assert await until(lambda: self.secured), "the DTLS handshake was not finished"

    # --- media

    def send_rtp(self, packet: bytes) -> None:
        assert self._outbound is not None
        self.send_raw(self._outbound.protect(packet))

    def send_rtcp(self, packet: bytes) -> None:
        assert self._outbound is not None
        self.send_raw(self._outbound.protect_rtcp(packet))

    def send_raw(self, data: bytes) -> None:
        """A datagram to the gateway as it is."""
        self._socket.sendto(data, self.gateway)

    # --- socket

    def _open_socket(self) -> socket.socket:
        sock = socket.socket(socket.AF_INET6 if ":" in self.host else socket.AF_INET, socket.SOCK_DGRAM)
        sock.setblocking(False)
        sock.bind((self.host, 0))
        self.loop.add_reader(sock, self._readable)
        return sock

    def _readable(self) -> None:
        data = self._socket.recv(2048)
        if data[0] < 4:
            self._take_stun(data)
        elif data[0] < 64:
            self.flights.append(data)
            if not self.deaf:
                self._handshake(data)
        elif self.losing and not 192 <= data[1] <= 223:
            self.losing -= 1
        elif self._inbound is not None:
            self._take_media(data)

    def _take_stun(self, data: bytes) -> None:
        message = parse(data)
        if message.message_class is MessageClass.SUCCESS:
            self.stun_answers += 1
        elif message.error is not None:
            self.stun_errors.append(message.error)

    def _take_media(self, data: bytes) -> None:
        assert self._inbound is not None
        try:
            if 192 <= data[1] <= 223:
                self.rtcp_received.append(self._inbound.unprotect_rtcp(data))
            else:
                packet = RtpPacket.parse(self._inbound.unprotect(data))
                (self.camera.seen if self.camera.knows(packet) else self.received).append(packet)
        except SrtpError as error:
            raise AssertionError(f"the gateway sent SRTP that cannot be unprotected: {error}") from None

    def _close_socket(self) -> None:
        if self._socket.fileno() >= 0:
            self.loop.remove_reader(self._socket)
            self._socket.close()

    def close(self) -> None:
        self.hush()
        self._hush_hello()
        self._close_socket()


def _certificate() -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "page")])
    today = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(today - datetime.timedelta(days=1))
    return key, builder.not_valid_after(today + datetime.timedelta(days=1)).sign(key, hashes.SHA256())


async def settle() -> None:
    """Long enough for a datagram to be handled by the worker on a busy machine."""
    await asyncio.sleep(0.15)
