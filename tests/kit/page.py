"""The page's end of a media call without a browser: STUN checks, DTLS as the client, SRTP, each step at the test's
command.

    page = PagePhone()
    await engine.take_page_offer("call", page.offer())
    page.take(await engine.page_answer("call"))
    await page.connect()
    page.speak(440.0)

Its pictures share the transport of sound where the gateway bundles them; if not, they have one of their own, as with a
browser whose `bundlePolicy` is "balanced".
"""

from __future__ import annotations

import asyncio
import secrets
import socket
from dataclasses import replace

from cordboard.rtp.packet import RtpPacket
from cordboard.sdp.codec import PCMU, Codec
from cordboard.sdp.video import same_video
from cordboard.sdp.webrtc import WebRtcRemote, read_webrtc
from cordboard.stun.message import MessageClass, parse
from cordboard.stun.request import binding_request
from kit.camera import Camera
from kit.page_description import OFFERED, PageEnd, bundled
from kit.page_security import SecuredPhone
from kit.phone import until


class PagePhone(SecuredPhone):
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
        self.remote: WebRtcRemote | None = None
        self.gateway = (host, 0)
        self.rtcp_received: list[bytes] = []
        self.stun_errors: list[tuple[int, str]] = []
        self.stun_answers = 0
        self.losing = 0  # so many of the next packets of media do not come
        self.bundles = False  # sound and pictures
        self._line: tuple[str, PagePhone] | None = None  # the mid of the pictures, and their own end
        self._version = 0
        self._session = secrets.randbits(60)
        self._socket = self._open_socket()

    # --- descriptions

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
        end = PageEnd(self.ufrag, self.password, fingerprint or self.fingerprint, setup)
        sound = end.sound(
            formats,
            session=self._session,
            version=self._version,
            mid=self.remote.mid if self.remote is not None else "0",
            direction=self.direction,
            ssrc=self.voice.ssrc,
        )
        if not self._has_pictures(setup):
            return bundled(sound, "", "")
        at = self.for_pictures
        pictures = PageEnd(at.ufrag, at.password, fingerprint or self.fingerprint, setup).pictures(self.camera)
        return bundled(sound, pictures, self.camera.mid if self.bundles or setup == "actpass" else "")

    def _has_pictures(self, setup: str) -> bool:
        if setup != "active":
            return bool(self.camera.direction)
        assert self.remote is not None
        return self.camera.take_offer(self.remote.videos)

    @property
    def for_pictures(self) -> PagePhone:
        """The end that has them: this one, or one of their own for each line that they ever had."""
        if self.bundles:
            return self
        if self._line is None or self._line[0] != self.camera.mid:
            self._let_pictures_go()
            end = PagePhone(host=self.host)
            end.camera, end.rtcp_received, end.profiles = self.camera, self.rtcp_received, self.profiles
            end.use_certificate_of(self)
            self._line = (self.camera.mid, end)
        return self._line[1]

    def _let_pictures_go(self) -> None:
        if self._line is not None:
            self._line[1].close()
            self._line = None

    def show(self, *sizes: int) -> list[bytes]:
        """Send one picture in packets of these sizes; the payloads."""
        return self.camera.show(self.send_video, *sizes)

    def send_video(self, packet: bytes) -> None:
        """RTP of pictures."""
        self.for_pictures.send_rtp(packet)

    def send_video_rtcp(self, packet: bytes) -> None:
        """RTCP about pictures."""
        self.for_pictures.send_rtcp(packet)

    async def connect_pictures(self) -> None:
        """If they have a transport of their own that is not connected yet."""
        if self.remote is not None and self.remote.videos and not self.for_pictures.secured:
            await self.for_pictures.connect()

    def take(self, sdp: str) -> WebRtcRemote:
        """The gateway's description."""
        self.remote = read_webrtc(sdp)
        candidate = self.remote.candidates[0]
        self.gateway = (candidate.address, candidate.port)
        for video in self.remote.videos[:1]:
            self.camera.mid = video.mid
            known = [codec for codec in video.codecs if any(same_video(codec, own) for own in self.camera.codecs)]
            self.camera.sends = known[0] if known else self.camera.sends
            self.bundles = video.bundled
            if self.bundles:
                self._let_pictures_go()
            else:
                self.for_pictures.take_line(sdp)
        return self.remote

    def take_line(self, sdp: str) -> None:
        """The gateway's description, of which this end has the pictures."""
        self.remote = replace(read_webrtc(sdp, "video"), videos=())
        self.gateway = (self.remote.candidates[0].address, self.remote.candidates[0].port)

    def restart_ice(self) -> None:
        """New credentials, as a browser makes them for an ICE restart."""
        self.ufrag, self.password = secrets.token_hex(4), secrets.token_hex(12)
        if self._line is not None:
            self._line[1].restart_ice()

    def begin_anew(self) -> None:
        """What a browser does with an offer of another place: ICE restarts, and with the fingerprint DTLS."""
        self.restart_ice()
        self.forget_keys()
        if self._line is not None:
            self._line[1].forget_keys()

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

    async def connect(self) -> None:
        """Nomination and handshake; raises `AssertionError` when one of them does not happen."""
        assert await self.nominate(), "no check was answered"
        self.say_hello()
        assert await until(lambda: self.secured), "the DTLS handshake was not finished"
        await self.connect_pictures()

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
            self.take_dtls(data)
        elif self.losing and not 192 <= data[1] <= 223:
            self.losing -= 1
        elif self.secured:
            self._take_media(data)

    def _take_stun(self, data: bytes) -> None:
        message = parse(data)
        if message.message_class is MessageClass.SUCCESS:
            self.stun_answers += 1
        elif message.error is not None:
            self.stun_errors.append(message.error)

    def _take_media(self, data: bytes) -> None:
        if 192 <= data[1] <= 223:
            self.rtcp_received.append(self.unprotect(data, is_rtcp=True))
        else:
            packet = RtpPacket.parse(self.unprotect(data, is_rtcp=False))
            (self.camera.seen if self.camera.knows(packet) else self.received).append(packet)

    def _close_socket(self) -> None:
        if self._socket.fileno() >= 0:
            self.loop.remove_reader(self._socket)
            self._socket.close()

    def close(self) -> None:
        self.hush()
        self.hush_hello()
        self._close_socket()
        self._let_pictures_go()


async def settle() -> None:
    """Long enough for a datagram to be handled by the worker on a busy machine."""
    await asyncio.sleep(0.15)
