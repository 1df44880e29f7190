"""The page's side on the wire: ICE-lite, DTLS as the server, SRTP, all on the worker's shared port.

Theory of operation. Three things must have happened before a packet of sound passes, in any order that a network can
make of them: the DTLS handshake is done with a source that a check with our password has vouched for, the page's
description has been taken in, and the certificate of the handshake has the description's fingerprint. `ready` says
that they hold. On calls to the page the handshake is often over before its answer has come by SIP; the keys wait. A
wrong fingerprint is final: FAILED, no media. A description with another fingerprint than the one before means that
another page has taken over; ICE restarts with the same fingerprint leave the association alone.

Media goes to the nominated source, and follows when another one is nominated. Browsers begin to send as soon as DTLS
is done, up to 60 ms before they nominate: until then it goes to where the handshake was made (RFC 8445 section 12.1
allows every valid pair), and it is taken from every source that a check has vouched for; SRTP proves the rest.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from cordboard.media.port import MediaEventKind
from cordboard.media.relay.dtls_srtp import Association, DtlsError, Identity, SrtpError, SrtpSessions
from cordboard.media.relay.path.loop import PacketLoop, Timer
from cordboard.media.relay.path.port import CallPath, PlainCallPath
from cordboard.media.relay.sides.ice import PageIce
from cordboard.media.relay.sides.reports import ReportSink
from cordboard.media.relay.sides.stream import PacketSink
from cordboard.media.relay.sides.webrtc_port import WebRtcPort
from cordboard.sdp.webrtc import WebRtcRemote
from cordboard.stun.message import Address

Tell = Callable[[MediaEventKind, str], None]


class PageSide:
    """Made unready; `stream` and `reporter` are set by the call before the first packet can come."""

    stream: PacketSink
    reporter: ReportSink

    def __init__(
        self,
        port: WebRtcPort,
        identity: Identity,
        loop: PacketLoop,
        tell: Tell,
        changed: Callable[[], None],
        path: CallPath | None = None,
    ) -> None:
        # What each packet needs comes first: it lies together in memory.
        self._sendto = port.sendto
        self._destination: Address | None = None
        self._keys: SrtpSessions | None = None
        self._unprotect: Callable[[bytes], bytes] | None = None
        self._protect: Callable[[bytes], bytes] | None = None
        self._path = path or PlainCallPath()
        self._port = port
        self._identity = identity
        self._loop = loop
        self._tell = tell
        self._changed = changed
        self.ice = PageIce(port, loop, self, self._nominated, self._lost)
        self._association: Association | None = None
        self._handshake_source: Address | None = None
        self._flight_timer: Timer | None = None
        self._failed = False
        self._described: tuple[str, str] | None = None  # the fingerprint's algorithm and value
        self._connected = False
        self._refused = 0
        self.connected_at = 0.0  # seconds of the epoch

    @property
    def ready(self) -> bool:
        """Media passes."""
        return self._unprotect is not None and self._destination is not None

    @property
    def refused(self) -> int:
        """Datagrams that were not the page's, or not yet to be believed."""
        return self._refused + self._path.page_refused + self.ice.refused

    def take(self, remote: WebRtcRemote, *, is_offer: bool) -> None:
        """The page's description; raises nothing, a wrong fingerprint is told as FAILED."""
        self.ice.take(remote.ice_ufrag, is_offer=is_offer)
        described = (remote.fingerprint_algorithm, remote.fingerprint)
        if self._described not in (None, described):
            self._forget_page()
        self._described = described
        self._verify()

    def renew(self) -> None:
        """Forget ICE, DTLS and keys: another page is to be described."""
        self.ice.renew()
        self._described = None
        self._forget_keys()

    def _forget_page(self) -> None:
        self.ice.begin_anew()
        self._forget_keys()

    def _forget_keys(self) -> None:
        self._association = None
        self._open(None, None)
        self._failed = self._connected = False
        self._stop_flight_timer()
        self._changed()

    def _open(self, keys: SrtpSessions | None, destination: Address | None) -> None:
        """From now on packets pass with these keys and go there; None: they do not pass, or go nowhere."""
        if keys is not self._keys:
            self._unprotect, self._protect = keys.quick() if keys is not None else (None, None)
        self._keys, self._destination = keys, destination
        self._path.open_page(keys, destination)

    # --- ICE

    def receive_stun(self, ufrag: str, data: bytes, source: Address, now: float) -> None:
        """A STUN datagram whose USERNAME names one of our ufrags."""
        self.ice.receive(ufrag, data, source, now)

    def _nominated(self, source: Address) -> None:
        self._open(self._keys, source)
        self._settle()

    def _lost(self) -> None:
        self._open(self._keys, None)
        self._connected = False
        self._changed()
        self._tell(MediaEventKind.LOST, "the page has said nothing for 30 s")

    # --- DTLS

    def receive_dtls(self, data: bytes, source: Address, now: float) -> None:
        """A DTLS datagram from a source that a check of the page has vouched for."""
        if self._failed:
            return
        if self._association is None:
            self._association = Association(self._identity)
        association = self._association
        self._handshake_source = source
        self._send_flight(association, lambda: association.receive(data, now))
        if self._unprotect is None and association.established:
            self._open(None, self._destination or source)
            self._verify()

    def _send_flight(self, association: Association, step: Callable[[], list[bytes]]) -> None:
        assert self._handshake_source is not None
        self._stop_flight_timer()
        try:
            flight = step()
        except DtlsError as error:
            self._fail(str(error))
            return
        for datagram in flight:
            self._port.send(datagram, self._handshake_source)
        if association.deadline is not None:
            self._flight_timer = self._loop.at(association.deadline, self._repeat_flight)

    def _repeat_flight(self) -> None:
        association = self._association
        if association is not None:
            self._send_flight(association, lambda: association.handle_timeout(self._loop.now()))

    def _stop_flight_timer(self) -> None:
        if self._flight_timer is not None:
            self._flight_timer.cancel()
            self._flight_timer = None

    def _verify(self) -> None:
        association = self._association
        if self._described is None or association is None or association.sessions is None or self._failed:
            return
        algorithm, expected = self._described
        if association.peer_fingerprint(algorithm) != expected:
            self._fail("the page's certificate does not have the fingerprint of its description")
            return
        self._open(association.sessions, self._destination)
        self._settle()

    def _settle(self) -> None:
        if self.ready and not self._connected:
            self._connected = True
            self.connected_at = self.connected_at or time.time()
            self._changed()
            self._tell(MediaEventKind.CONNECTED, "")

    def _fail(self, why: str) -> None:
        self._failed = True
        self._open(None, self._destination)
        self._stop_flight_timer()
        self._changed()
        self._tell(MediaEventKind.FAILED, why)

    # --- media

    def receive_media(self, data: bytes, source: Address) -> None:
        """SRTP or SRTCP from a source that a check has vouched for."""
        unprotect = self._unprotect
        if unprotect is None:
            self._refused += 1
            return
        if 192 <= data[1] <= 223:  # RFC 5761 section 4
            self._receive_rtcp(data)
            return
        try:
            packet = unprotect(data)
        except (SrtpError, ValueError):
            self._refused += 1
            return
        self.stream.take(packet, time.monotonic())

    def _receive_rtcp(self, data: bytes) -> None:
        association = self._association
        assert association is not None
        assert association.sessions is not None
        try:
            packet = association.sessions.unprotect_rtcp(data)
        except (SrtpError, ValueError):
            self._refused += 1
            return
        self.reporter.take(packet, time.time())

    def send(self, packet: bytes) -> bool:
        """Send RTP to the page; False when it did not go out."""
        protect, destination = self._protect, self._destination
        if protect is None or destination is None:
            return False
        try:
            self._sendto(protect(packet), destination)
        except OSError:
            return False
        return True

    def send_rtcp(self, packet: bytes) -> None:
        """Send RTCP to the page, on the same port (RFC 5761)."""
        association, destination = self._association, self._destination
        if self.ready and destination is not None and association is not None and association.sessions is not None:
            self._port.send(association.sessions.protect_rtcp(packet), destination)

    def close(self) -> None:
        """Forget keys, sources and credentials."""
        self.ice.close()
        self._stop_flight_timer()
        self._association = None
        self._open(None, None)
