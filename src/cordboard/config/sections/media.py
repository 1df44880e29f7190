"""The settings of the media engine."""

from __future__ import annotations

from dataclasses import dataclass

from cordboard.config import kinds
from cordboard.config.setting import setting
from cordboard.config.values import PortRange


@dataclass(frozen=True, slots=True)
class MediaSettings:
    """The sound between page and SIP Server's side."""

    engine: str = setting(kinds.choice("relay"), "relay", "Which media engine carries the calls.")
    address: str = setting(
        kinds.host("192.0.2.10"), "127.0.0.1", "The address of this machine that media ports are opened at."
    )
    advertise: str = setting(
        kinds.host("192.0.2.10", optional=True),
        "",
        "That address as pages and SIP Server's side reach it: it is written into SDP.",
        derived="[media] address",
    )
    rtp_ports: PortRange = setting(
        kinds.ports("10000-20000"), "10000-20000", "Ports for plain RTP with SIP Server's side, two per call."
    )
    webrtc_ports: PortRange = setting(
        kinds.ports("20100-20131"), "20100-20131", "Ports for WebRTC with pages, one per media worker."
    )
    workers: int = setting(
        kinds.whole(0, 256), 0, "How many media workers run; 0 is one per core.", unit="processes", lab=1
    )
    trunk_source: str = setting(
        kinds.choice("strict", "latch"),
        "strict",
        "Whether RTP is taken only from address and port in SIP Server's SDP, or from the first port there that sends.",
    )
    codecs: tuple[str, ...] = setting(
        kinds.choices("opus", "PCMU", "PCMA"),
        ["opus", "PCMU", "PCMA"],
        "What sound is coded with, the best first. Nothing is transcoded: Opus is used where page and far end have it.",
    )
    video: bool = setting(
        kinds.TRUTH, True, "Whether pictures pass; if not, they are refused and never offered, and sound is as ever."
    )
    video_codecs: tuple[str, ...] = setting(
        kinds.choices("H264", "VP8"), ["H264", "VP8"], "What pictures are coded with, the best first."
    )
    worker_directory: str = setting(
        kinds.file("/run/cordboard/media"),
        "",
        "Where the media workers' control sockets are. Calls then outlive a gateway that was killed: the next one finds"
        " them there. Empty: a fresh directory, and the workers end with the gateway.",
    )
