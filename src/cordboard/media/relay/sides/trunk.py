"""The trunk's side on the wire: plain RTP and RTCP on a pair of ports of the call's own, one pair for each media line.

Packets are taken from the address and port of the trunk's description only ("RTP bleed": whoever learns the source
from packets can be taught a wrong one). With `TrunkSource.LATCH`, for a trunk behind NAT, the first packet from the
described *address* fixes the port, once per description, and media goes back there.

Theory of operation. The port of RTP has two sockets: one that is connected to the source, by which nearly all packets
come and go, and an open one, which hears everybody else. The kernel so tells the source's packets from strangers', and
finds the way there once and not for each packet. Another source gets another connected socket: whatever waits in one is
of its source.
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable
from functools import partial

from cordboard.media.relay.path.loop import PacketLoop
from cordboard.media.relay.path.port import CallPath, PlainCallPath
from cordboard.media.relay.ports import LONGEST, PortPair, PortPool, bind_towards, receiver, waiting
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
        self._send: Callable[[bytes], object] | None = None  # to the source; None: nowhere
        self._hear: Callable[[int], bytes] = _nothing  # from the source
        self._connected: socket.socket | None = None
        self._pair: PortPair = pool.take()
        self._receive = receiver(self._pair.rtp)
        self._source: Address | None = None
        self._pool = pool
        self._loop = loop
        self._path = path or PlainCallPath()
        self._latches = source is TrunkSource.LATCH
        self._receive_rtcp = receiver(self._pair.rtcp)
        self._rtcp_destination: Address | None = None
        self._described: Address | None = None
        self._latched = False
        self._sends = False
        self._refused = 0
        loop.watch(self._pair.rtp, self._readable)
        loop.watch(self._pair.rtcp, self._rtcp_readable)

    @property
    def port(self) -> int:
        """Where the trunk is to send RTP; RTCP goes to the next port."""
        return self._pair.port

    @property
    def socket(self) -> socket.socket:
        """Where others than the source are heard."""
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
            self._sends = False
            self._rtcp_destination = None
            self._tell_path()
            return
        described = (remote.address, remote.port)
        if described != self._described:
            self._described = described
            self._latched = False
            self._follow(described)
        self._sends = True
        self._rtcp_destination = (remote.address, remote.rtcp_port) if remote.rtcp_port else None
        self._tell_path()

    def _follow(self, source: Address) -> None:
        """Hear that source from now on."""
        before, self._source = self._connected, source
        self._connected = sock = bind_towards(self._pair.rtp, source)
        self._hear = sock.recv if sock is not None else _nothing
        self._tell_path()
        if before is not None:
            self._loop.forget(before)
            before.close()
        if sock is not None:
            self._loop.watch(sock, self._heard)
            for data, other in waiting(sock):  # before it was connected
                self.take(data, other, time.monotonic())

    def _tell_path(self) -> None:
        sock, source = self._connected, self._source
        if not self._sends or source is None:
            self._send = None
        elif sock is not None:
            self._send = sock.send
        else:
            self._send = partial(_send_to, self._pair.rtp, source)
        self._path.open_trunk(
            source, source if self._sends else None, sock, latches=self._latches and not self._latched
        )

    def _heard(self) -> None:
        try:
            data = self._hear(LONGEST)
        except OSError:  # nothing there, or the word that nobody listens there (ICMP)
            return
        if len(data) >= 12 and 127 < data[0] < 192 and not 192 <= data[1] <= 223:
            self.stream.take(data, time.monotonic())
        elif self._source is not None:
            self.take(data, self._source, time.monotonic())

    def _readable(self) -> None:
        try:
            data, source = self._receive(LONGEST)
        except BlockingIOError:
            return
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
        self._follow(source)
        return True

    def _rtcp_readable(self) -> None:
        try:
            data, source = self._receive_rtcp(LONGEST)
        except BlockingIOError:
            return
        described = self._described
        if described is None or source[0] != described[0]:
            self._refused += 1
        else:
            self.reporter.take(data, time.time())

    def send(self, packet: bytes) -> bool:
        """Send RTP to the trunk."""
        send = self._send
        if send is None:
            return False
        try:
            send(packet)
        except ConnectionRefusedError:  # said of an earlier packet, and instead of this one
            return self._send_again(packet)
        except OSError:
            return False
        return True

    def _send_again(self, packet: bytes) -> bool:
        try:
            return self._send is not None and bool(self._send(packet))
        except OSError:
            return False

    def send_rtcp(self, packet: bytes) -> None:
        """Send RTCP to the trunk."""
        if self._rtcp_destination is not None:
            with contextlib.suppress(OSError):
                self._pair.rtcp.sendto(packet, self._rtcp_destination)

    def close(self) -> None:
        """Close both ports; they can be taken again at once."""
        if self._connected is not None:
            self._loop.forget(self._connected)
            self._connected.close()
        self._loop.forget(self._pair.rtp)
        self._loop.forget(self._pair.rtcp)
        self._pool.give_back(self._pair)


def _nothing(_size: int) -> bytes:
    raise BlockingIOError


def _send_to(sock: socket.socket, destination: Address, packet: bytes) -> int:
    return sock.sendto(packet, destination)
