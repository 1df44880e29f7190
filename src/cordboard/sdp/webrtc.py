"""The WebRTC profile: descriptions that browsers write and read (RFC 8829, RFC 8839, RFC 8842, RFC 9143).

The gateway is ICE-lite with one UDP host candidate, so the peer's candidates are only of interest to a log: a browser
checks us, and its address is learned from its checks. A phone (`cordboard.phone`) is a full agent. One audio line is
ours, and one video line, which shares its transport (BUNDLE) or has one of its own; other lines of an offer are
refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from cordboard.sdp.codec import Codec, codec_attributes, codecs_of
from cordboard.sdp.description import Attribute, MediaDescription, Origin, SessionDescription, parse
from cordboard.sdp.direction import Direction, media_direction
from cordboard.sdp.errors import NotAcceptable, SdpError
from cordboard.sdp.refused import RefusedMedia, others, with_refused
from cordboard.sdp.transport import RemoteTransport
from cordboard.sdp.video import LocalVideo, RemoteVideo, feedback_of, video_attributes, video_codecs

PROTOCOL = "UDP/TLS/RTP/SAVPF"
PROTOCOLS = (PROTOCOL, "UDP/TLS/RTP/SAVP", "RTP/SAVPF", "RTP/SAVP")
HOST_PRIORITY = (126 << 24) | (65_535 << 8) | 255  # RFC 8445 section 5.1.2.1, component 1
# RFC 8122 section 5: MD5 and SHA-1 are no proof of identity any more.
FINGERPRINT_LENGTHS = {"sha-256": 32, "sha-384": 48, "sha-512": 64}

_UFRAG = re.compile(r"[A-Za-z0-9+/]{4,256}")
_PASSWORD = re.compile(r"[A-Za-z0-9+/]{22,256}")
_FINGERPRINT = re.compile(r"(\S+)\s+([0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2})*)")
_CANDIDATE = re.compile(
    r"(\S{1,32})\s+([0-9]{1,5})\s+(\S+)\s+([0-9]{1,10})\s+(\S{1,255})\s+([0-9]{1,5})\s+typ\s+(\S+)(.*)"
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One `a=candidate` (RFC 8839 section 5.1); `address` may be a `.local` name of mDNS."""

    foundation: str
    component: int
    transport: str
    priority: int
    address: str
    port: int
    kind: str


@dataclass(frozen=True, slots=True)
class WebRtcRemote:
    """What a browser's offer or answer says about its audio.

    `videos` are the usable video lines; they stand among `refused_media` until one of them is taken.
    """

    ice_ufrag: str
    ice_password: str = field(repr=False)
    fingerprint_algorithm: str  # lower case
    fingerprint: str  # upper case, with colons
    setup: str  # "actpass", "active" or "passive"
    codecs: list[Codec]
    direction: Direction
    mid: str = ""
    kind: str = "audio"
    candidates: tuple[Candidate, ...] = ()
    protocol: str = PROTOCOL
    bundle: bool = True
    ice_lite: bool = False
    refused_media: tuple[RefusedMedia, ...] = ()
    videos: tuple[RemoteVideo, ...] = ()


@dataclass(frozen=True, slots=True)
class WebRtcLocal:
    """What our offer or answer says; `fingerprint` is that of SHA-256, with colons.

    An answer repeats `mid`, `protocol`, `bundle` and `refused_media` of the offer that it answers. `ssrc` 0: the stream
    has whatever number its source has, and none is told.
    """

    session_id: int
    version: int
    address: str
    port: int
    ice_ufrag: str
    ice_password: str = field(repr=False)
    fingerprint: str
    setup: str
    codecs: list[Codec]
    direction: str = Direction.SENDRECV
    mid: str = "0"
    ssrc: int = 0
    cname: str = "cordboard"
    protocol: str = PROTOCOL
    bundle: bool = True
    refused_media: tuple[RefusedMedia, ...] = ()
    video: LocalVideo | None = None
    candidate_priority: int = HOST_PRIORITY
    ice_lite: bool = True


def read_webrtc(text: str, kind: str = "audio") -> WebRtcRemote:
    """Read a browser's offer or answer; raises `SdpError`. `kind`: which media line counts."""
    description = parse(text)
    media = next((line for line in description.media if line.kind == kind and line.port != 0), None)
    if media is None:
        raise NotAcceptable(f"no {kind} line, or {kind} refused")
    protocol = media.protocol.upper()
    if protocol not in PROTOCOLS:
        raise NotAcceptable(f"{kind} is not DTLS-SRTP")
    if media.get("rtcp-mux") is None:
        raise NotAcceptable(f"{kind} without rtcp-mux")
    algorithm, fingerprint = _fingerprint(description, media)
    ufrag, password = _credentials(description, media)
    mid = media.get("mid") or ""
    return WebRtcRemote(
        ice_ufrag=ufrag,
        ice_password=password,
        fingerprint_algorithm=algorithm,
        fingerprint=fingerprint,
        setup=_setup(description, media),
        codecs=codecs_of(media),
        direction=media_direction(description, media),
        mid=mid,
        kind=media.kind,
        candidates=_candidates(media),
        protocol=protocol,
        bundle=_is_bundled(description, mid),
        ice_lite=description.get("ice-lite") is not None,
        refused_media=others(description, media),
        videos=tuple(_videos(description, mid)),
    )


def write_webrtc(local: WebRtcLocal) -> str:
    """Our offer or answer as text."""
    session = [Attribute("ice-lite")] if local.ice_lite else []
    if local.bundle and local.mid:
        shares = local.video is not None and local.video.transport is None
        mids = f"{local.mid} {local.video.mid}" if local.video is not None and shares else local.mid
        session.append(Attribute("group", f"BUNDLE {mids}"))
    session.append(Attribute("msid-semantic", "WMS *"))
    media = MediaDescription(
        "audio",
        local.port,
        local.protocol,
        [str(codec.payload_type) for codec in local.codecs],
        local.address,
        [*_transport_attributes(local, local.mid), *_stream_attributes(local)],
    )
    origin = Origin("-", local.session_id, local.version, local.address)
    video = (local.video.index, _video_line(local, local.video)) if local.video is not None else None
    return SessionDescription(origin, "-", None, session, with_refused(media, local.refused_media, video)).to_text()


def _video_line(local: WebRtcLocal, video: LocalVideo) -> MediaDescription:
    at = video.transport
    if at is not None:
        local = replace(
            local,
            address=at.address,
            port=at.port,
            ice_ufrag=at.ice_ufrag,
            ice_password=at.ice_password,
            fingerprint=at.fingerprint,
        )
    formats = [str(codec.payload_type) for codec in video.codecs]
    attributes = [
        *_transport_attributes(local, video.mid),
        Attribute("rtcp-rsize"),
        Attribute(str(video.direction)),
        Attribute("msid", f"{local.cname} {local.cname}-video"),
        *video_attributes(video),
        *_source(video.ssrc, local.cname),
    ]
    return MediaDescription("video", local.port, video.protocol, formats, local.address, attributes)


def _transport_attributes(local: WebRtcLocal, mid: str) -> list[Attribute]:
    candidate = f"1 1 udp {local.candidate_priority} {local.address} {local.port} typ host"
    attributes = [
        Attribute("rtcp-mux"),
        Attribute("setup", local.setup),
        Attribute("fingerprint", f"sha-256 {local.fingerprint}"),
        Attribute("ice-ufrag", local.ice_ufrag),
        Attribute("ice-pwd", local.ice_password),
        Attribute("candidate", candidate),
        Attribute("end-of-candidates"),
    ]
    return [Attribute("mid", mid), *attributes] if mid else attributes


def _source(ssrc: int, cname: str) -> list[Attribute]:
    return [Attribute("ssrc", f"{ssrc} cname:{cname}")] if ssrc else []


def _stream_attributes(local: WebRtcLocal) -> list[Attribute]:
    return [
        Attribute(str(local.direction)),
        Attribute("msid", f"{local.cname} {local.cname}-audio"),
        *codec_attributes(local.codecs),
        Attribute("ptime", "20"),
        *_source(local.ssrc, local.cname),
    ]


def _videos(description: SessionDescription, audio_mid: str) -> Iterator[RemoteVideo]:
    for index, media in enumerate(description.media):
        mid = media.get("mid") or ""
        if media.kind != "video" or media.protocol.upper() not in PROTOCOLS or not mid:
            continue
        bundle_only = media.get("bundle-only") is not None  # RFC 9143 section 6
        bundled = _is_bundled(description, mid) and _is_bundled(description, audio_mid)
        transport = None if bundle_only else _transport(description, media)
        if (media.port != 0 or bundle_only) and (bundled or transport is not None):
            yield RemoteVideo(
                index=index,
                codecs=video_codecs(media),
                direction=media_direction(description, media),
                feedback=feedback_of(media),
                protocol=media.protocol.upper(),
                mid=mid,
                bundled=bundled,
                transport=transport,
            )


def _transport(description: SessionDescription, media: MediaDescription) -> RemoteTransport | None:
    """That of a line by itself; None if it says too little for that."""
    if media.get("rtcp-mux") is None:
        return None
    try:
        ufrag, setup = _credentials(description, media)[0], _setup(description, media)
        return RemoteTransport(ufrag, *_fingerprint(description, media), setup)
    except SdpError:
        return None


def _fingerprint(description: SessionDescription, media: MediaDescription) -> tuple[str, str]:
    for line in media.get_all("fingerprint") or description.get_all("fingerprint"):
        match = _FINGERPRINT.fullmatch(line)
        if match is not None and FINGERPRINT_LENGTHS.get(match[1].lower(), 0) * 3 - 1 == len(match[2]):
            return match[1].lower(), match[2].upper()
    raise NotAcceptable("audio without a fingerprint of sha-256 or better")


def _credentials(description: SessionDescription, media: MediaDescription) -> tuple[str, str]:
    ufrag = description.lookup(media, "ice-ufrag") or ""
    password = description.lookup(media, "ice-pwd") or ""
    if not ufrag or not password:
        raise NotAcceptable("audio without ICE credentials")
    if not _UFRAG.fullmatch(ufrag) or not _PASSWORD.fullmatch(password):
        raise SdpError("ICE credentials cannot be read")
    return ufrag, password


def _setup(description: SessionDescription, media: MediaDescription) -> str:
    setup = (description.lookup(media, "setup") or "active").lower()  # RFC 4145 section 4: the offerer's default
    if setup not in ("actpass", "active", "passive"):
        raise NotAcceptable("DTLS role that cannot be used")
    return setup


def _is_bundled(description: SessionDescription, mid: str) -> bool:
    groups = (group.split() for group in description.get_all("group"))
    return any(group[:1] == ["BUNDLE"] and mid in group[1:] for group in groups)


def _candidates(media: MediaDescription) -> tuple[Candidate, ...]:
    matches = (_CANDIDATE.fullmatch(value) for value in media.get_all("candidate"))
    return tuple(
        Candidate(one[1], int(one[2]), one[3].lower(), int(one[4]), one[5], int(one[6]), one[7].lower())
        for one in matches
        if one is not None and int(one[6]) <= 65_535
    )
