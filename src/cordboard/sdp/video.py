"""Video lines: what they say, and when two codecs are the same (H.264: RFC 6184, VP8: RFC 7741).

Pictures are passed on as they come, so what one side sends must be what the other one has agreed to. For H.264 that
is profile and packetization mode; the level is a limit that each side sets for what it receives.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from cordboard.sdp.codec import Codec, codec_attributes, codecs_of
from cordboard.sdp.description import Attribute, MediaDescription
from cordboard.sdp.direction import Direction
from cordboard.sdp.transport import LocalTransport, RemoteTransport

CLOCK_RATE = 90_000
CODECS = ("H264", "VP8")
FEEDBACK = ("nack", "nack pli", "ccm fir")  # RFC 4585 section 4.2, RFC 5104 section 7.1
DEFAULT_PROFILE = "42000a"  # RFC 6184 section 8.1: Baseline, level 1

# RFC 6184 table 5: profile_idc, the bits of profile_iop that count and their value.
_PROFILES = (
    ("constrained baseline", 0x42, 0x4F, 0x40),
    ("constrained baseline", 0x4D, 0x8F, 0x80),
    ("constrained baseline", 0x58, 0xCF, 0xC0),
    ("baseline", 0x42, 0x4F, 0x00),
    ("baseline", 0x58, 0xCF, 0x80),
    ("main", 0x4D, 0xAF, 0x00),
    ("extended", 0x58, 0xCF, 0x00),
    ("high", 0x64, 0xFF, 0x00),
    ("constrained high", 0x64, 0xFF, 0x0C),
)


@dataclass(frozen=True, slots=True)
class RemoteVideo:
    """A video line of theirs that is not refused; `index` is its place among the media lines.

    `feedback` has those of `FEEDBACK` that they take part in. Address and ports are those of plain RTP. Of WebRTC are
    `mid`, `bundled` (it may share the transport of sound) and `transport` (its own, None if it has no other).
    """

    index: int
    codecs: tuple[Codec, ...]
    direction: Direction
    feedback: frozenset[str]
    protocol: str
    mid: str = ""
    address: str = ""
    port: int = 0
    rtcp_port: int = 0
    bundled: bool = False
    transport: RemoteTransport | None = None


@dataclass(frozen=True, slots=True)
class LocalVideo:
    """A video line of ours, at the place `index`; refused lines are not described so.

    In WebRTC it has a `transport` of its own, or shares that of sound. `ssrc` 0: none is told.
    """

    index: int
    port: int
    codecs: tuple[Codec, ...]
    direction: str
    protocol: str
    mid: str = ""
    ssrc: int = 0
    feedback: Collection[str] = FEEDBACK
    transport: LocalTransport | None = None


def video_codecs(media: MediaDescription) -> tuple[Codec, ...]:
    """The codecs of a line that can be passed on; RTX, RED and forward error correction are not among them."""
    wanted = {name.lower() for name in CODECS}
    return tuple(one for one in codecs_of(media) if one.name.lower() in wanted and one.clock_rate == CLOCK_RATE)


def feedback_of(media: MediaDescription) -> frozenset[str]:
    """The kinds of feedback that a line has for any of its formats."""
    said = {value.partition(" ")[2].strip().lower() for value in media.get_all("rtcp-fb")}
    return frozenset(FEEDBACK) & said


def video_attributes(video: LocalVideo) -> list[Attribute]:
    """Codecs and feedback of our line; the feedback is for all of them (RFC 4585 section 4.2)."""
    feedback = (Attribute("rtcp-fb", f"* {kind}") for kind in FEEDBACK if kind in video.feedback)
    return [*codec_attributes(video.codecs), *feedback]


def same_video(one: Codec | None, other: Codec | None) -> bool:
    """What is coded as `one` can be passed on as `other`."""
    if one is None or other is None or not one.matches(other):
        return False
    if one.name.lower() != "h264":
        return True
    return h264_profile(one) == h264_profile(other) and packetization_mode(one) == packetization_mode(other)


def h264_profile(codec: Codec) -> str:
    """The profile that `profile-level-id` names (RFC 6184 section 8.1); as it is written where the table has none."""
    written = format_parameters(codec).get("profile-level-id", DEFAULT_PROFILE).lower()
    try:
        value = int(written, 16) if len(written) == 6 else -1
    except ValueError:
        value = -1
    if value < 0:
        return written
    number, constraints = value >> 16, value >> 8 & 0xFF
    found = (name for name, idc, mask, bits in _PROFILES if idc == number and constraints & mask == bits)
    return next(found, written[:4])


def packetization_mode(codec: Codec) -> str:
    """RFC 6184 section 8.1: 0, one NAL unit in a packet, where it is not said."""
    return format_parameters(codec).get("packetization-mode", "0")


def format_parameters(codec: Codec) -> dict[str, str]:
    """The `a=fmtp` of a codec by lower-case names."""
    pairs = (part.partition("=") for part in codec.parameters.split(";"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs if name.strip()}


def choose_video(
    offered: Iterable[Codec], wishes: Iterable[Codec] | None, names: Collection[str] = CODECS
) -> Codec | None:
    """The codec of `offered` that we answer with, under its number: the first of `wishes` that it has.

    Without wishes the best by `names`, and of H.264 that which every telephone has: constrained baseline, mode 1.
    """
    order = [name.lower() for name in names]
    allowed = [codec for codec in offered if codec.name.lower() in order]
    if wishes is not None:
        return next((codec for wish in wishes for codec in allowed if same_video(codec, wish)), None)
    return min(allowed, key=lambda codec: (order.index(codec.name.lower()), _is_unusual(codec)), default=None)


def _is_unusual(codec: Codec) -> bool:
    if codec.name.lower() != "h264":
        return False
    return (h264_profile(codec), packetization_mode(codec)) != ("constrained baseline", "1")
