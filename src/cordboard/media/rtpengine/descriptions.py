"""What rtpengine is told about the two sides, and what its answers tell us.

rtpengine turns one side's description into the other's. We write the descriptions for each side ourselves, so it gets
made-up ones that say only what it needs for the wire: an address, the codecs by their numbers, and the page's
fingerprint. Of its answers only transport is read. Directions are never told: rtpengine passes on what comes in spite
of them, so what is not to pass is blocked (`wire.py`).

It is always the trunk that "offers" and the page that "answers", whoever did so in SIP; so rtpengine is ICE-lite and
the DTLS server towards the page, and a description of one side can be given anew at any time. The page's ICE
credentials are made up as well: rtpengine reads only its own, and another ufrag would be a restart.

Sound and pictures are two calls to rtpengine, with one media line each (`lines`).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from cordboard.sdp.codec import Codec, codec_attributes
from cordboard.sdp.plain import UNSPECIFIED, PlainRemote
from cordboard.sdp.transport import LocalTransport, RemoteTransport
from cordboard.sdp.video import RemoteVideo
from cordboard.sdp.webrtc import WebRtcRemote, read_webrtc

NOWHERE = ("127.0.0.1", 9)  # where a side that has not spoken yet is, and one that is sent nothing
TO_PAGE = {
    "transport_protocol": "UDP/TLS/RTP/SAVPF",
    "ICE": "force",
    "DTLS": "passive",
    "rtcp_mux": ["offer", "require"],
}
TO_TRUNK = {
    "ICE": "remove",
    "DTLS": "off",
    "rtcp_mux": ["demux"],
}
# No source is learned from packets: towards the trunk the description's counts, towards the page what ICE has chosen.
COMMON = {"SDES": ["off"], "replace": ["origin", "session-connection"], "endpoint_learning": "off"}
FLAGS = ("trust-address", "port-latching", "no-rtcp-attribute")


class Kind(StrEnum):
    """Of a media line."""

    SOUND = "audio"
    PICTURES = "video"

    @property
    def plain(self) -> str:
        """The protocol of the trunk's side as rtpengine is told: from RTP/AVP it would strip what asks for pictures."""
        return "RTP/AVP" if self is Kind.SOUND else "RTP/AVPF"


def page_transport(text: str, kind: Kind = Kind.SOUND) -> LocalTransport:
    """The transport of a description that rtpengine wrote for the page. Raises `SdpError` or `IndexError`."""
    remote = read_webrtc(text, kind)
    at = remote.candidates[0]
    return LocalTransport(at.address, at.port, remote.ice_ufrag, remote.ice_password, remote.fingerprint)


def trunk_text(
    remote: PlainRemote | RemoteVideo | None,
    codecs: Iterable[Codec],
    kind: Kind = Kind.SOUND,
    reports_from: tuple[str, int] | None = None,
) -> str:
    """The trunk as rtpengine is told; `reports_from`: where its RTCP is said to come from instead."""
    address, port = NOWHERE
    rtcp = ""
    if remote is not None and is_somewhere(remote):
        address, port = remote.address, remote.port
        rtcp = f"a=rtcp:{remote.rtcp_port}" if remote.rtcp_port else ""
    if reports_from is not None:
        rtcp = f"a=rtcp:{reports_from[1]} IN {_family(reports_from[0])} {reports_from[0]}"
    return _text(address, f"m={kind} {port} {kind.plain}", codecs, [rtcp])


def is_somewhere(remote: PlainRemote | RemoteVideo) -> bool:
    """The trunk's description says where it may be sent to."""
    return remote.port != 0 and remote.address not in UNSPECIFIED


def page_text(
    remote: WebRtcRemote | RemoteTransport, restarts: int, codecs: Iterable[Codec], kind: Kind = Kind.SOUND
) -> str:
    """The page as rtpengine is told."""
    lines = [
        "a=rtcp-mux",
        "a=setup:active",
        f"a=fingerprint:{remote.fingerprint_algorithm} {remote.fingerprint}",
        f"a=ice-ufrag:page{restarts:04}",
        f"a=ice-pwd:{'page' * 6}",
    ]
    return _text(NOWHERE[0], f"m={kind} {NOWHERE[1]} UDP/TLS/RTP/SAVPF", codecs, lines)


def _family(address: str) -> str:
    return "IP6" if ":" in address else "IP4"


def _text(address: str, line: str, codecs: Iterable[Codec], lines: Iterable[str]) -> str:
    codecs = list(codecs)
    family = _family(address)
    formats = " ".join(str(codec.payload_type) for codec in codecs)
    attributes = [f"a={each.name}:{each.value}" for each in codec_attributes(codecs)]
    head = ["v=0", f"o=- 1 1 IN {family} {address}", "s=-", f"c=IN {family} {address}", "t=0 0"]
    return "".join(f"{each}\r\n" for each in [*head, f"{line} {formats}", *attributes, *lines] if each)
