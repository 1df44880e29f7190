"""The trunk's end of a media call: a plain RTP telephone on two loopback sockets."""

from __future__ import annotations

import socket
from collections.abc import Iterable

from cordboard.rtp.packet import RtpPacket, is_rtp
from cordboard.sdp.codec import PCMU, TELEPHONE_EVENT, Codec
from cordboard.sdp.plain import PlainLocal, PlainRemote, read_plain, write_plain
from kit.phone import Phone


class TrunkPhone(Phone):
    """`echo` sends back whatever comes."""

    def __init__(self, codecs: Iterable[Codec] = (PCMU, TELEPHONE_EVENT), host: str = "127.0.0.1") -> None:
        super().__init__(codecs)
        self.host = host
        self.rtp, self.rtcp = _pair(host)
        self.port: int = self.rtp.getsockname()[1]
        self.peer: PlainRemote | None = None
        self.rtcp_received: list[bytes] = []
        self.echo = False
        self.loop.add_reader(self.rtp, self._rtp_readable)
        self.loop.add_reader(self.rtcp, self._rtcp_readable)

    def describe(self, version: int = 1, direction: str = "sendrecv", address: str = "", port: int = -1) -> str:
        """Our description; other address or port than our own for hold and refusal."""
        port = self.port if port < 0 else port
        return write_plain(PlainLocal(77, version, address or self.host, port, self.codecs, direction))

    def take(self, sdp: str) -> PlainRemote:
        """The gateway's description: where to send."""
        self.peer = read_plain(sdp)
        return self.peer

    def send_rtp(self, packet: bytes) -> None:
        assert self.peer is not None
        self.rtp.sendto(packet, (self.peer.address, self.peer.port))

    def send_rtcp(self, packet: bytes) -> None:
        assert self.peer is not None
        self.rtcp.sendto(packet, (self.peer.address, self.peer.rtcp_port))

    def _rtp_readable(self) -> None:
        data, source = self.rtp.recvfrom(2048)
        if not is_rtp(data):
            return
        self.received.append(RtpPacket.parse(data))
        if self.echo:
            self.rtp.sendto(data, source)

    def _rtcp_readable(self) -> None:
        self.rtcp_received.append(self.rtcp.recv(2048))

    def close(self) -> None:
        self.hush()
        for sock in (self.rtp, self.rtcp):
            self.loop.remove_reader(sock)
            sock.close()


def _pair(host: str) -> tuple[socket.socket, socket.socket]:
    """Two sockets on neighbouring ports."""
    for _ in range(100):
        first, second = _socket(), _socket()
        try:
            first.bind((host, 0))
            second.bind((host, first.getsockname()[1] + 1))
        except (OSError, OverflowError):
            first.close()
            second.close()
            continue
        return first, second
    raise OSError("no two neighbouring ports are free")


def _socket() -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    return sock
