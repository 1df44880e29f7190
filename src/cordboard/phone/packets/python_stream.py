"""One stream of the packet loop in Python."""

from __future__ import annotations

import socket
import struct
import time
from dataclasses import replace

from cordboard.media.relay.dtls_srtp import SrtpError, SrtpSessions
from cordboard.phone.packets.hearing import Hearing
from cordboard.phone.packets.port import Address, Listener, Sending, StreamFigures
from cordboard.phone.packets.sound import SAMPLES, codes, coefficient, stamped
from cordboard.rtp.packet import HEADER, is_rtcp, is_rtp

MARKER = 0x80
FIRST_BYTE = 0x80  # version 2
PKTINFO = 8  # IP_PKTINFO of Linux
REPLAYED = ("replay check failed (bad index)", "replay check failed (index too old)")  # pylibsrtp's words


class PythonStream:
    """Sends a packet at each `send_sound`, counts what `take` is given."""

    def __init__(
        self,
        number: int,
        slot: int,
        sock: socket.socket,
        destination: Address | None,
        keys: SrtpSessions | None,
        sending: Sending,
    ) -> None:
        self.number = number
        self.slot = slot
        self.sock = sock
        self.destination = destination
        self.sending = sending
        self.keys = keys
        self.talking = sending.talking
        self._codes = codes(sending.frequency, sending.codec)
        self._sequence = sending.ssrc & 0xFFFF
        self._packets = 0  # of 20 ms since the beginning, sent or not
        self._marker = True
        self._until_stamp = 0
        self._listener: Listener | None = None
        self._waiting: list[tuple[bytes, Address]] = []
        self._control: list[tuple[int, int, bytes]] = []
        if sending.local:
            source = struct.pack("=i4s4s", 0, socket.inet_aton(sending.local), bytes(4))
            self._control = [(socket.IPPROTO_IP, PKTINFO, source)]
        self._begin_count(coefficient(sending.expected), sending.expected_ssrc)

    def _begin_count(self, expected: float, ssrc: int) -> None:
        self._hearing = Hearing(expected, ssrc)
        self._sent = self._unsent = self._refused = 0
        self._repeated = 0
        self._first_sent = self._last_sent = 0.0

    # --- sending

    def send_sound(self) -> None:
        """One packet, if it is to talk and may."""
        self._packets += 1
        secret = self.sending.secure or self.keys is not None
        if not self.talking or self.destination is None or (secret and self.keys is None):
            self._marker = True
            return
        now = time.monotonic_ns()
        packet = self._packet(now)
        if self.keys is not None:
            packet = self.keys.protect(packet)
        if self._put(packet):
            self._sent += 1
            self._last_sent = now / 1e9
            self._first_sent = self._first_sent or self._last_sent
        else:
            self._unsent += 1

    def _packet(self, now: int) -> bytes:
        start = self._packets * SAMPLES % len(self._codes)
        sound = self._codes[start : start + SAMPLES]
        if self.sending.stamp_every:
            if self._until_stamp == 0:
                sound = stamped(sound, self.sending.ssrc, now)
            self._until_stamp = (self._until_stamp + 1) % self.sending.stamp_every
        second = self.sending.payload_type | (MARKER if self._marker else 0)
        self._marker = False
        number, self._sequence = self._sequence, (self._sequence + 1) & 0xFFFF
        timestamp = self._packets * SAMPLES & 0xFFFFFFFF
        return HEADER.pack(FIRST_BYTE, second, number, timestamp, self.sending.ssrc) + sound

    def send(self, data: bytes) -> None:
        """A datagram: RTCP is encrypted where there are keys."""
        self._put(self.keys.protect_rtcp(data) if self.keys is not None and is_rtcp(data) else data)

    def _put(self, data: bytes) -> bool:
        if self.destination is None:
            return False
        try:
            self.sock.sendmsg([data], self._control, 0, self.destination)
        except OSError:
            return False
        return True

    # --- receiving

    def take(self, data: bytes, source: Address, now: float) -> None:
        """One datagram that belongs to this stream."""
        secret = self.sending.secure or self.keys is not None
        media, report = is_rtp(data), is_rtcp(data)
        if secret and (media or report):
            opened = self._open(data, report)
            if opened is None:
                return
            data = opened
        if media:
            self._hearing.take(data, now)
        elif self._listener is not None:
            self._listener(data, source)
        else:
            self._waiting.append((data, source))

    def _open(self, data: bytes, report: bool) -> bytes | None:
        try:
            if self.keys is not None:
                return self.keys.unprotect_rtcp(data) if report else self.keys.unprotect(data)
        except (SrtpError, ValueError) as failure:
            if str(failure) in REPLAYED:
                self._repeated += 1
                return None
        self._refused += 1
        return None

    def listen(self, listener: Listener) -> None:
        """Who gets what is no RTP."""
        self._listener = listener
        waiting, self._waiting = self._waiting, []
        for data, source in waiting:
            listener(data, source)

    # --- figures

    def expect(self, frequency: float, ssrc: int) -> None:
        self._hearing.expect(coefficient(frequency), ssrc)

    def figures(self) -> StreamFigures:
        heard = self._hearing.figures()
        return replace(
            heard,
            sent=self._sent,
            unsent=self._unsent,
            refused=self._refused,
            repeated=heard.repeated + self._repeated,
            first_sent=self._first_sent,
            last_sent=self._last_sent,
        )

    def reset(self) -> None:
        """Count from here."""
        before = self._hearing
        self._begin_count(before.coefficient, before.expected_ssrc)
        self._hearing.order = before.order
        self._hearing.order.reset()
