"""The trunk's end of a media call: a plain RTP telephone on two loopback sockets."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from dataclasses import replace

from cordboard.rtp.packet import RtpPacket, is_rtp
from cordboard.sdp.codec import PCMU, TELEPHONE_EVENT, Codec
from cordboard.sdp.plain import PlainLocal, PlainRemote, read_plain, write_plain
from cordboard.sdp.video import LocalVideo, RemoteVideo, same_video
from kit.camera import H264, Camera
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
        self.camera = Camera((H264,))
        self.video_rtcp_received: list[bytes] = []
        self.video_rtp, self.video_rtcp = _pair(host)
        self.loop.add_reader(self.video_rtp, self._video_readable)
        self.loop.add_reader(self.video_rtcp, self._video_rtcp_readable)

    def describe(self, version: int = 1, direction: str = "sendrecv", address: str = "", port: int = -1) -> str:
        """Our description; other address or port than our own for hold and refusal."""
        port = self.port if port < 0 else port
        local = PlainLocal(77, version, address or self.host, port, self.codecs, direction)
        lines = self.peer.refused_media if self.peer is not None else ()
        return write_plain(replace(local, refused_media=lines, video=self._describe_video()))

    def _describe_video(self) -> LocalVideo | None:
        camera = self.camera
        if not camera.direction:
            return None
        index = self.peer.videos[0].index if self.peer is not None and self.peer.videos else 1
        port = self.video_rtp.getsockname()[1]
        return LocalVideo(index, port, camera.listed, camera.direction, "RTP/AVP", feedback=camera.feedback)

    def take(self, sdp: str) -> PlainRemote:
        """The gateway's description: where to send."""
        self.peer = read_plain(sdp)
        video = self.video
        if video is not None:
            self.camera.listed = tuple(
                codec for codec in video.codecs if any(same_video(codec, own) for own in self.camera.codecs)
            )
            self.camera.sends = self.camera.listed[0]
        return self.peer

    @property
    def video(self) -> RemoteVideo | None:
        """The gateway's video line, if it is open."""
        return self.peer.videos[0] if self.peer is not None and self.peer.videos else None

    def show(self, *sizes: int) -> list[bytes]:
        """Send one picture in packets of these sizes; the payloads."""
        return self.camera.show(self.send_video, *sizes)

    def send_video(self, packet: bytes) -> None:
        assert self.video is not None
        self.video_rtp.sendto(packet, (self.video.address, self.video.port))

    def send_video_rtcp(self, packet: bytes) -> None:
        assert self.video is not None
        self.video_rtcp.sendto(packet, (self.video.address, self.video.rtcp_port))

    def _video_readable(self) -> None:
        data, source = self.video_rtp.recvfrom(2048)
        self.camera.seen.append(RtpPacket.parse(data))
        if self.echo:
            self.video_rtp.sendto(data, source)

    def _video_rtcp_readable(self) -> None:
        data, source = self.video_rtcp.recvfrom(2048)
        self.video_rtcp_received.append(data)
        if self.echo:
            self.video_rtcp.sendto(data, source)

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
        for sock in (self.rtp, self.rtcp, self.video_rtp, self.video_rtcp):
            if sock.fileno() >= 0:
                self.loop.remove_reader(sock)
                sock.close()


def _pair(host: str) -> tuple[socket.socket, socket.socket]:
    """Two sockets on neighbouring ports."""
    for _ in range(100):
        first, second = _socket(host), _socket(host)
        try:
            first.bind((host, 0))
            second.bind((host, first.getsockname()[1] + 1))
        except (OSError, OverflowError):
            first.close()
            second.close()
            continue
        return first, second
    raise OSError("no two neighbouring ports are free")


def _socket(host: str) -> socket.socket:
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    return sock
