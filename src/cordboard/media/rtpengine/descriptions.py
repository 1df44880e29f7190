"""What rtpengine is told about the two sides, and what its answers tell us.

rtpengine turns one side's description into the other's. We write the descriptions for each side ourselves, so it gets
made-up ones that say only what it needs for the wire: an address, the codecs by their numbers, and the page's
fingerprint. Of its answers only transport is read. Directions are never told: rtpengine passes on what comes in spite
of them, so what is not to pass is blocked (`wire.py`).

It is always the trunk that "offers" and the page that "answers", whoever did so in SIP; so rtpengine is ICE-lite and
the DTLS server towards the page, and a description of one side can be given anew at any time. The page's ICE
credentials are made up as well: rtpengine reads only its own, and another ufrag would be a restart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cordboard.sdp.codec import Codec, codec_attributes
from cordboard.sdp.plain import UNSPECIFIED, PlainRemote
from cordboard.sdp.webrtc import WebRtcRemote, read_webrtc

NOWHERE = ("127.0.0.1", 9)  # where a side that has not spoken yet is, and one that is sent nothing
TO_PAGE = {
    "transport_protocol": "UDP/TLS/RTP/SAVPF",
    "ICE": "force",
    "DTLS": "passive",
    "rtcp_mux": ["offer", "require"],
}
TO_TRUNK = {
    "transport_protocol": "RTP/AVP",
    "ICE": "remove",
    "DTLS": "off",
    "rtcp_mux": ["demux"],
}
# No source is learned from packets: towards the trunk the description's counts, towards the page what ICE has chosen.
COMMON = {"SDES": ["off"], "replace": ["origin", "session-connection"], "endpoint_learning": "off"}
FLAGS = ("trust-address", "port-latching", "no-rtcp-attribute")


@dataclass(frozen=True, slots=True)
class PageTransport:
    """rtpengine's end of the page's side."""

    address: str
    port: int
    ufrag: str
    password: str
    fingerprint: str


def page_transport(text: str) -> PageTransport:
    """The transport of a description that rtpengine wrote for the page. Raises `SdpError` or `IndexError`."""
    remote = read_webrtc(text)
    candidate = remote.candidates[0]
    return PageTransport(candidate.address, candidate.port, remote.ice_ufrag, remote.ice_password, remote.fingerprint)


def trunk_text(remote: PlainRemote | None, codecs: Iterable[Codec]) -> str:
    """The trunk as rtpengine is told."""
    address, port = NOWHERE
    rtcp = ""
    if remote is not None and not remote.refused and remote.address not in UNSPECIFIED:
        address, port = remote.address, remote.port
        rtcp = f"a=rtcp:{remote.rtcp_port}" if remote.rtcp_port else ""
    return _text(address, f"m=audio {port} RTP/AVP", codecs, [rtcp])


def page_text(remote: WebRtcRemote, restarts: int, codecs: Iterable[Codec]) -> str:
    """The page as rtpengine is told."""
    lines = [
        "a=rtcp-mux",
        "a=setup:active",
        f"a=fingerprint:{remote.fingerprint_algorithm} {remote.fingerprint}",
        f"a=ice-ufrag:page{restarts:04}",
        f"a=ice-pwd:{'page' * 6}",
    ]
    return _text(NOWHERE[0], f"m=audio {NOWHERE[1]} UDP/TLS/RTP/SAVPF", codecs, lines)


def _text(address: str, line: str, codecs: Iterable[Codec], lines: Iterable[str]) -> str:
    codecs = list(codecs)
    family = "IP6" if ":" in address else "IP4"
    formats = " ".join(str(codec.payload_type) for codec in codecs)
    attributes = [f"a={each.name}:{each.value}" for each in codec_attributes(codecs)]
    head = ["v=0", f"o=- 1 1 IN {family} {address}", "s=-", f"c=IN {family} {address}", "t=0 0"]
    return "".join(f"{each}\r\n" for each in [*head, f"{line} {formats}", *attributes, *lines] if each)
