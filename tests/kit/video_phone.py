"""A SIP video phone at the SIP Server look-alike: its picture is the far end's own, sent back packet by packet.

So whoever sees it sees pictures that can be decoded, and nothing is encoded here. Who asks it for a keyframe is asked
for one.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field

from cordboard.lab.rtp_party import RtpParty
from cordboard.lab.rtp_socket import RtpSocket
from cordboard.net.udp import UdpSocket, open_udp
from cordboard.rtp.packet import RtpError, RtpPacket
from cordboard.rtp.rtcp import PictureLoss, build, parse
from cordboard.sdp.direction import Direction
from cordboard.sdp.plain import read_plain
from cordboard.sdp.video import RemoteVideo
from kit.agent_phone import AgentPhone

FORMATS = {
    "H264": (102, "H264/90000", "profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1"),
    "VP8": (96, "VP8/90000", ""),
}
_VIDEO_LINE = re.compile(r"^m=video .*?(?=^m=|\Z)", re.MULTILINE | re.DOTALL)


@dataclass
class Mirror:
    """Its picture. `received` and `sent` count packets, `asked` keyframes that the far end wanted."""

    codec: str
    received: int = 0
    payload_types: set[int] = field(default_factory=set)
    asked: int = 0
    ssrc: int = field(default_factory=lambda: secrets.randbits(32))
    sends: int = 0  # payload type
    remote: RemoteVideo | None = None
    on: bool = True

    async def open(self) -> None:
        self.rtp: UdpSocket = await open_udp("127.0.0.1", 0, self._picture)
        self.rtcp: UdpSocket = await open_udp("127.0.0.1", 0, self._report)

    def close(self) -> None:
        self.rtp.close()
        self.rtcp.close()

    def describe(self) -> str:
        number, name, parameters = FORMATS[self.codec]
        lines = [f"m=video {self.rtp.address[1]} RTP/AVP {number}", f"a=rtpmap:{number} {name}"]
        lines += [f"a=fmtp:{number} {parameters}"] if parameters else []
        lines += [f"a=rtcp:{self.rtcp.address[1]}", f"a=rtcp-fb:{number} nack pli", "a=sendrecv"]
        return "".join(f"{line}\r\n" for line in lines)

    def take(self, sdp: str) -> bool:
        """Their description; False if it has no video that we know."""
        found = (
            (video, codec) for video in read_plain(sdp).videos for codec in video.codecs if codec.name == self.codec
        )
        self.remote, chosen = next(found, (None, None))
        self.sends = chosen.payload_type if chosen is not None else 0
        return self.remote is not None

    def _picture(self, data: bytes, source: tuple[str, int]) -> None:
        try:
            packet = RtpPacket.parse(data)
        except RtpError:
            return
        self.received += 1
        self.payload_types.add(packet.payload_type)
        if self.remote is not None and self.on:
            back = RtpPacket(
                self.sends, packet.sequence, packet.timestamp, self.ssrc, packet.payload, packet.marker
            ).to_bytes()
            self.rtp.send(back, (self.remote.address, self.remote.port))

    def _report(self, data: bytes, source: tuple[str, int]) -> None:
        try:
            wanted = [each for each in parse(data) if isinstance(each, PictureLoss)]
        except RtpError:
            return
        self.asked += len(wanted)
        for each in wanted:
            self.rtcp.send(build([PictureLoss(self.ssrc, each.sender)]), source)


class WithVideo:
    """The sound's party, whose descriptions have a picture, too."""

    def __init__(self, party: RtpParty, mirror: Mirror) -> None:
        self._party = party
        self._mirror = mirror

    def offer(self, direction: Direction = Direction.SENDRECV) -> str:
        return self._party.offer(direction) + self._mirror.describe()

    def answer(self, offer: str) -> str:
        answer = self._party.answer(offer)
        return _VIDEO_LINE.sub(self._mirror.describe(), answer) if self._mirror.take(offer) else answer

    def take_answer(self, answer: str) -> None:
        self._party.take_answer(answer)
        self._mirror.take(answer)

    def heard(self, seconds: float) -> bytes:
        return self._party.heard(seconds)


class Sockets:
    def __init__(self, sound: RtpSocket, mirror: Mirror) -> None:
        self._sound = sound
        self._mirror = mirror
        self.party = WithVideo(sound.party, mirror)

    def close(self) -> None:
        self._sound.close()
        self._mirror.close()


async def video_phone(dn: str, sip_server: tuple[str, int], frequency: float, codec: str) -> tuple[AgentPhone, Mirror]:
    """A phone registered for `dn` that says a tone and shows a mirror; `codec`: H264 or VP8."""
    phone, mirror = await AgentPhone.start(dn, sip_server, frequency), Mirror(codec)
    await mirror.open()
    phone.rtp = Sockets(phone.rtp, mirror)  # type: ignore[assignment]
    return phone, mirror
