"""The trunk's side on the wire: plain RTP and RTCP on a pair of ports of the call's own, one pair for each media line.

Packets are taken from the address and port of the trunk's description only ("RTP bleed": whoever learns the source
from packets can be taught a wrong one). With `TrunkSource.LATCH`, for a trunk behind NAT, the first packet from the
described *address* fixes the port, once per description, and media goes back there.
"""

from __future__ import annotations

import contextlib
import socket
import time

from cordboard.media.relay.path.loop import PacketLoop
from cordboard.media.relay.path.port import CallPath, PlainCallPath
from cordboard.media.relay.ports import PortPair, PortPool, receiver
from cordboard.media.relay.settings import TrunkSource
from cordboard.media.relay.sides.reports import Reporter
from cordboard.media.relay.sides.stream import Stream
from cordboard.sdp.plain import UNSPECIFIED, PlainRemote
from cordboard.sdp.video import RemoteVideo
from cordboard.stun.message import Address


class TrunkSide:
    """Opens its ports at once; raises `NoPortLeft`.

    `stream` and `reporter` are set by the call before the first packet can come.
    """

    stream: Stream
    reporter: Reporter

    def __init__(self, pool: PortPool, loop: PacketLoop, source: TrunkSource, path: CallPath | None = None) -> None:
        # What each packet needs comes first: it lies together in memory.
        self._pair: PortPair = pool.take()
        self._receive = receiver(self._pair.rtp)
        self._sendto = self._pair.rtp.sendto
        self._source: Address | None = None
        self._destination: Address | None = None
        self._pool = pool
        self._loop = loop
        self._path = path or PlainCallPath()
        self._latches = source is TrunkSource.LATCH
        self._receive_rtcp = receiver(self._pair.rtcp)
        self._rtcp_destination: Address | None = None
        self._described: Address | None = None
        self._latched = False
        self._refused = 0
        loop.watch(self._pair.rtp, self._readable)
        loop.watch(self._pair.rtcp, self._rtcp_readable)

    @property
    def port(self) -> int:
        """Where the trunk is to send RTP; RTCP goes to the next port."""
        return self._pair.port

    @property
    def socket(self) -> socket.socket:
        """Where the trunk sends RTP."""
        return self._pair.rtp

    @property
    def refused(self) -> int:
        """Datagrams that were not the trunk's."""
        return self._refused + self._path.trunk_refused

    def point(self, remote: PlainRemote | RemoteVideo | None) -> None:
        """Send to where this description says and take packets from there only, at once; None: to nobody.

        An address of 0.0.0.0 says where nothing may be sent, not who is to be heard: the source stays.
        """
        if remote is None or remote.port == 0 or remote.address in UNSPECIFIED:
            self._destination = self._rtcp_destination = None
            self._tell_path()
            return
        described = (remote.address, remote.port)
        if described != self._described:
            self._described = self._source = described
            self._latched = False
        self._destination = self._source
        self._rtcp_destination = (remote.address, remote.rtcp_port) if remote.rtcp_port else None
        self._tell_path()

    def _tell_path(self) -> None:
        latches = self._latches and not self._latched
        self._path.open_trunk(self._source, self._destination, latches=latches)

    def _readable(self) -> None:
        try:
            data, source = self._receive(2048)
        except BlockingIOError:
            return
        if source == self._source and len(data) >= 12 and 127 < data[0] < 192 and not 192 <= data[1] <= 223:
            self.stream.take(data, time.monotonic())
        else:
            self.take(data, source, time.monotonic())

    def take(self, data: bytes, source: Address, now: float) -> None:
        """One datagram to the port of RTP."""
        if (source != self._source and not self._latch(source)) or len(data) < 12 or not 127 < data[0] < 192:
            self._refused += 1
        elif 192 <= data[1] <= 223:
            self.reporter.take(data, time.time())  # RFC 5761: some send RTCP to the RTP port
        else:
            self.stream.take(data, now)

    def _latch(self, source: Address) -> bool:
        described = self._described
        if not self._latches or self._latched or described is None or source[0] != described[0]:
            return False
        self._latched = True
        self._source = source
        if self._destination is not None:
            self._destination = source
        self._tell_path()
        return True

    def _rtcp_readable(self) -> None:
        try:
            data, source = self._receive_rtcp(2048)
        except BlockingIOError:
            return
        described = self._described
        if described is None or source[0] != described[0]:
            self._refused += 1
        else:
            self.reporter.take(data, time.time())

    def send(self, packet: bytes) -> bool:
        """Send RTP to the trunk."""
        destination = self._destination
        if destination is None:
            return False
        try:
            self._sendto(packet, destination)
        except OSError:
            return False
        return True

    def send_rtcp(self, packet: bytes) -> None:
        """Send RTCP to the trunk."""
        if self._rtcp_destination is not None:
            with contextlib.suppress(OSError):
                self._pair.rtcp.sendto(packet, self._rtcp_destination)

    def close(self) -> None:
        """Close both ports; they can be taken again at once."""
        self._loop.forget(self._pair.rtp)
        self._loop.forget(self._pair.rtcp)
        self._pool.give_back(self._pair)
