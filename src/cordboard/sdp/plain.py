"""The plain profile: RTP/AVP as SIP Server and telephones speak it.

Hold is written in two ways. RFC 3264 section 8.4 uses a direction, `sendonly` (music follows) or `inactive`. SIP
Server in its default (and RFC 2543 before) writes the address 0.0.0.0: nothing may be sent there, and what it sends
may be music.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass

from cordboard.sdp.codec import Codec, codec_attributes, codecs_of
from cordboard.sdp.description import Attribute, MediaDescription, Origin, SessionDescription, parse
from cordboard.sdp.direction import Direction, media_direction
from cordboard.sdp.errors import NotAcceptable, SdpError
from cordboard.sdp.refused import RefusedMedia, others, with_refused
from cordboard.sdp.video import LocalVideo, RemoteVideo, feedback_of, video_attributes, video_codecs

PROTOCOLS = ("RTP/AVP", "RTP/AVPF")
PACKET_TIME = 20  # milliseconds
UNSPECIFIED = ("0.0.0.0", "::")

_RTCP = re.compile(r"([0-9]{1,5})(?:\s.*)?")
_PTIME = re.compile(r"([0-9]{1,3})(?:\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class PlainRemote:
    """What a plain offer or answer says about its audio. `port` 0: refused. `packet_time` in milliseconds.

    `videos` are the video lines that are not refused; they stand among `refused_media` until one of them is taken.
    """

    address: str  # an IP literal; 0.0.0.0 or :: where nothing may be sent
    port: int
    rtcp_port: int  # 0: none
    codecs: list[Codec]
    direction: Direction
    held: bool
    packet_time: int = PACKET_TIME
    protocol: str = "RTP/AVP"
    refused_media: tuple[RefusedMedia, ...] = ()
    videos: tuple[RemoteVideo, ...] = ()

    @property
    def refused(self) -> bool:
        return self.port == 0

    @property
    def receives(self) -> bool:
        """The remote side is ready to get our audio now."""
        return not self.refused and self.direction.receives and self.address not in UNSPECIFIED


@dataclass(frozen=True, slots=True)
class PlainLocal:
    """What our offer or answer says; an answer repeats `protocol` and `refused_media` of the offer that it answers."""

    session_id: int
    version: int
    address: str
    port: int
    codecs: list[Codec]
    direction: str = Direction.SENDRECV
    rtcp_port: int | None = None  # None: port + 1, which need not be said
    protocol: str = "RTP/AVP"
    refused_media: tuple[RefusedMedia, ...] = ()
    video: LocalVideo | None = None


def read_plain(text: str) -> PlainRemote:
    """Read a plain offer or answer; raises `SdpError`."""
    description = parse(text)
    lines = [line for line in description.media if line.kind == "audio"]
    if not lines:
        raise NotAcceptable("no audio line")
    media = next((line for line in lines if line.port != 0), lines[0])
    protocol = media.protocol.upper()
    if protocol not in PROTOCOLS:
        raise NotAcceptable("audio is not plain RTP")
    address = _address(media, description.connection_of(media))
    direction = media_direction(description, media)
    return PlainRemote(
        address=address,
        port=media.port,
        rtcp_port=_rtcp_port(media),
        codecs=codecs_of(media),
        direction=direction,
        held=address in UNSPECIFIED or not direction.receives,
        packet_time=_packet_time(media),
        protocol=protocol,
        refused_media=others(description, media),
        videos=tuple(_videos(description)),
    )


def offered_direction(direction: Direction, address: str) -> Direction:
    """What an offer's line asks for: the address 0.0.0.0 is RFC 2543's way to hold, nothing may be sent there."""
    return Direction.SENDONLY if address in UNSPECIFIED and direction.sends else direction


def write_plain(local: PlainLocal) -> str:
    """Our offer or answer as text."""
    attributes = codec_attributes(local.codecs)
    attributes.append(Attribute("ptime", str(PACKET_TIME)))
    if local.rtcp_port is not None:
        attributes.append(Attribute("rtcp", str(local.rtcp_port)))
    attributes.append(Attribute(str(local.direction)))
    formats = [str(codec.payload_type) for codec in local.codecs]
    media = MediaDescription("audio", local.port, local.protocol, formats, None, attributes)
    origin = Origin("-", local.session_id, local.version, local.address)
    video = (local.video.index, _video_line(local.video)) if local.video is not None else None
    lines = with_refused(media, local.refused_media, video)
    return SessionDescription(origin, "-", local.address, [], lines).to_text()


def _video_line(video: LocalVideo) -> MediaDescription:
    formats = [str(codec.payload_type) for codec in video.codecs]
    attributes = [*video_attributes(video), Attribute(str(video.direction))]
    return MediaDescription("video", video.port, video.protocol, formats, None, attributes)


def _videos(description: SessionDescription) -> Iterator[RemoteVideo]:
    """A line that cannot be used is none: the audio beside it can."""
    for index, media in enumerate(description.media):
        if media.kind != "video" or media.port == 0 or media.protocol.upper() not in PROTOCOLS:
            continue
        try:
            address = _address(media, description.connection_of(media))
        except SdpError:
            continue
        yield RemoteVideo(
            index=index,
            codecs=video_codecs(media),
            direction=media_direction(description, media),
            feedback=feedback_of(media),
            protocol=media.protocol.upper(),
            address=address,
            port=media.port,
            rtcp_port=_rtcp_port(media),
        )


def _address(media: MediaDescription, address: str | None) -> str:
    if address is None:
        if media.port == 0:
            return UNSPECIFIED[0]
        raise SdpError("audio without c= line")
    if address.lower().rstrip(".").endswith(".invalid"):
        return UNSPECIFIED[0]  # RFC 6157 section 4.1: a name below .invalid says the same as 0.0.0.0
    try:
        literal = ipaddress.ip_address(address)
    except ValueError:
        raise NotAcceptable("audio address is not an IP literal") from None
    if literal.is_multicast or "%" in address or address == "255.255.255.255":
        raise NotAcceptable("audio address is not that of one host")
    return str(literal)


def _rtcp_port(media: MediaDescription) -> int:
    if media.port == 0:
        return 0
    match = _RTCP.fullmatch(media.get("rtcp") or "")  # RFC 3605
    port = int(match[1]) if match is not None else media.port + 1
    return port if port <= 65_535 else 0


def _packet_time(media: MediaDescription) -> int:
    match = _PTIME.fullmatch(media.get("ptime") or "")
    return int(match[1]) if match is not None and 1 <= int(match[1]) <= 200 else PACKET_TIME
