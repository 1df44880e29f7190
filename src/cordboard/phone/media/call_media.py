"""The media of one call: a socket, ICE, DTLS-SRTP, and a stream of the packet loop, from answer to end.

Theory of operation. The socket is the packet loop's from the beginning; what is no media comes back here. As soon as
ICE has a path the DTLS client says hello there; keys count when the certificate is the one in the peer's description.
Then the stream speaks. A description with another ufrag restarts ICE while sound goes on; one with another fingerprint
makes a new association on the path that is found then, whose keys replace the old ones. The DTLS role stays what it is
as long as the association does (RFC 8842 section 5.1).
"""

from __future__ import annotations

import asyncio
import secrets
import socket
import time
from dataclasses import replace

from cordboard.media.relay.dtls_srtp import Association, DtlsError, SrtpSessions
from cordboard.phone.media.descriptions import PhoneDescriptions, Transport
from cordboard.phone.media.ice import PhoneIce
from cordboard.phone.media.settings import MediaOwner, MediaSettings
from cordboard.phone.packets.port import Sending, StreamFigures
from cordboard.sdp.direction import Direction
from cordboard.sdp.webrtc import WebRtcRemote
from cordboard.stun.message import Address


class CallMedia:
    """Made when a call is dialled or answered; `ice_at` and `dtls_at` are seconds of `time.monotonic()`, 0.0: not yet.

    Descriptions that cannot be used raise `SdpError`.
    """

    def __init__(self, settings: MediaSettings, owner: MediaOwner) -> None:
        self._settings = settings
        self._owner = owner
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at: float | None = None
        self._shared = settings.sockets
        self._socket = self._shared.take() if self._shared else _bound(settings.address)
        self._pointed: Address | None = None
        self._ice = PhoneIce(settings.address, settings.ice, self._sendto, self._selected, self._lost)
        self._descriptions = PhoneDescriptions(settings.audio)
        self._association: Association | None = None
        self._expected = ""  # the fingerprint that the association's peer has to show
        self._client: bool | None = None  # our DTLS role, once it is known
        self._keys: SrtpSessions | None = None  # of a peer that has proved itself
        self._silenced = False
        self._open = True
        self._last_figures: StreamFigures | None = None
        self.ssrc = secrets.randbits(32)
        self.ice_at = self.dtls_at = 0.0
        audio = settings.audio
        self._sending = Sending(
            self.ssrc,
            frequency=audio.frequency,
            codec=audio.codec,
            payload_type=audio.codecs[0].payload_type,
            expected=audio.expected,
            secure=True,
            talking=False,
            stamp_every=audio.stamp_every,
            check_every=audio.check_every,
            local=settings.address if self._shared else "",
        )
        self.stream = self._add()

    # --- descriptions

    @property
    def is_secured(self) -> bool:
        """The peer is the one of its description, and the stream has its keys."""
        return self._keys is not None

    @property
    def missing(self) -> str:
        """What is not done yet."""
        return "DTLS is not done" if self._ice.is_settled else "ICE has found no path"

    @property
    def started(self) -> bool:
        """The peer's description is known."""
        return self._descriptions.remote is not None

    def offer(self, direction: Direction = Direction.SENDRECV) -> str:
        if not self._ice.begun:
            self._ice.begin(controlling=True)
        return self._descriptions.offer(self._transport(), direction)

    def take_offer(self, sdp: str) -> str:
        """The answer; `start` follows once it has been sent."""
        remote = self._descriptions.take(sdp)
        if self._ice.begun:
            self._ice.restart_if_other(remote)
        else:
            self._ice.begin(controlling=remote.ice_lite)
        self._expect(remote)
        if remote.setup != "actpass":
            self._client = remote.setup == "passive"
        elif self._association is None:
            self._client = True
        return self._descriptions.answer(self._transport(), "active" if self._client else "passive")

    def take_answer(self, sdp: str) -> None:
        remote = self._descriptions.take(sdp)
        self._expect(remote)
        self._client = remote.setup != "active"
        self.start()

    def start(self) -> None:
        """Both descriptions are there: find a path, and prove who is at its end."""
        remote = self._descriptions.remote
        assert remote is not None
        self._follow_codec()
        if self._association is not None and self._association.client != self._client:
            self._association = self._keys = None
        self._ice.take(remote, self._loop.time())
        if self._ice.is_settled:
            self._hello()
        self._verify()
        self._talk()
        self._schedule()

    def _transport(self) -> Transport:
        address, port = self._settings.address, self._socket.getsockname()[1]
        fingerprint = self._settings.identity.fingerprint
        return Transport(address, port, self._ice.ufrag, self._ice.password, fingerprint, self.ssrc)

    # --- sound

    def silence(self, on: bool) -> None:
        """Say nothing, whatever was agreed."""
        self._silenced = on
        self._talk()

    def figures(self) -> StreamFigures:
        return self._last_figures or self._settings.packets.figures(self.stream)

    def close(self) -> StreamFigures:
        """End it all; the last figures."""
        if self._last_figures is None:
            self._open = False
            self._last_figures = self._settings.packets.remove(self.stream)
            if self._shared:
                self._shared.give_back(self._socket)
            else:
                self._socket.close()
            if self._timer is not None:
                self._timer.cancel()
        return self._last_figures

    def _add(self) -> int:
        stream = self._settings.packets.add(self._socket, None, None, self._sending)
        self._settings.packets.on_datagram(stream, self._received)
        return stream

    def _follow_codec(self) -> None:
        """Another codec than the one that was expected is another stream."""
        codec = self._descriptions.codec
        assert codec is not None
        if (codec.payload_type, codec.name.upper()) == (self._sending.payload_type, self._sending.codec):
            return
        if self._keys is not None:  # they stay, so the numbers must be others
            self.ssrc = secrets.randbits(32)
        name, number = codec.name.upper(), codec.payload_type
        self._sending = replace(self._sending, ssrc=self.ssrc, payload_type=number, codec=name)
        self._settings.packets.remove(self.stream)
        self.stream = self._add()
        if self._keys is not None:
            self._pointed = None
            self._point(self._ice.path)
            self._settings.packets.secure(self.stream, self._keys)

    def _talk(self) -> None:
        if self._keys is not None:
            self._settings.packets.talk(self.stream, self._descriptions.sends and not self._silenced)

    # --- ICE

    def _selected(self, remote: Address) -> None:
        self.ice_at = self.ice_at or time.monotonic()
        self._point(remote)
        self._hello()

    def _point(self, remote: Address | None) -> None:
        if remote != self._pointed:
            self._pointed = remote
            self._settings.packets.point(self.stream, remote)

    def _lost(self) -> None:
        self._owner.media_failed("the peer is gone (no consent any more)")

    # --- DTLS

    def _expect(self, remote: WebRtcRemote) -> None:
        """Another fingerprint is another association."""
        expected = f"{remote.fingerprint_algorithm} {remote.fingerprint}"
        if self._expected not in ("", expected):
            self._association = self._keys = None
        self._expected = expected

    def _hello(self) -> None:
        """The client begins; the server waits."""
        if self._association is not None or self._keys is not None or not self._client:
            return
        self._association = Association(self._settings.identity, client=True)
        self._advance(self._association.begin(self._loop.time()), self._ice.path)

    def _dtls(self, data: bytes, source: Address) -> None:
        if not self._ice.knows(source):
            return
        if self._association is None:
            if self._client:
                return
            self._association = Association(self._settings.identity)
        try:
            flight = self._association.receive(data, self._loop.time())
        except DtlsError as error:
            self._owner.media_failed(str(error))
            return
        self._advance(flight, self._ice.path or source)

    def _advance(self, flight: list[bytes], destination: Address | None) -> None:
        for datagram in flight:
            if destination is not None:
                self._sendto(datagram, destination)
        self._verify()

    def _verify(self) -> None:
        association = self._association
        if self._keys is not None or association is None or association.sessions is None or not self._expected:
            return
        algorithm, _, fingerprint = self._expected.partition(" ")
        if association.peer_fingerprint(algorithm) != fingerprint:
            self._owner.media_failed("the certificate is not the one in the description (DTLS)")
            return
        self._keys = association.sessions
        if association.client:  # our last flight has been answered; a server may have to repeat its own
            self._association = None
        self.dtls_at = self.dtls_at or time.monotonic()
        self._settings.packets.secure(self.stream, self._keys)
        self._talk()
        self._owner.media_connected()

    # --- socket and clock

    def _received(self, data: bytes, source: Address) -> None:
        if not self._open or not data:
            return
        if data[0] < 4:  # RFC 7983
            self._ice.receive(data, source, self._loop.time())
        elif 19 < data[0] < 64:
            self._dtls(data, source)
        self._schedule()

    def _sendto(self, data: bytes, destination: Address) -> bool:
        if self._shared:  # only the loop knows how to send from our address; it hears whom it has been pointed at
            self._point(destination)
            self._settings.packets.send(self.stream, data)
            return True
        try:
            self._socket.sendto(data, destination)
        except BlockingIOError:
            return True  # as good as lost on the way
        except OSError:
            return False
        return True

    def _schedule(self) -> None:
        times = (self._ice.deadline, self._association.deadline if self._association else None)
        at = min((each for each in times if each is not None), default=None)
        if not self._open or at == self._timer_at:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer_at = at
        self._timer = None if at is None else self._loop.call_at(at, self._due)

    def _due(self) -> None:
        self._timer_at = self._timer = None
        now = self._loop.time()
        self._ice.tick(now)
        association = self._association
        if association is not None and association.deadline is not None and association.deadline <= now:
            try:
                self._advance(association.handle_timeout(now), self._ice.path)
            except DtlsError as error:
                self._owner.media_failed(str(error))
        self._schedule()


def _bound(address: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_DGRAM)
    sock.setblocking(False)
    sock.bind((address, 0))
    return sock
