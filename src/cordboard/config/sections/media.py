"""The settings of the media engines."""

from __future__ import annotations

from dataclasses import dataclass

from cordboard.config import kinds
from cordboard.config.setting import setting
from cordboard.config.values import Address, PortRange


@dataclass(frozen=True, slots=True)
class MediaSettings:
    """The sound between page and SIP Server's side."""

    engine: str = setting(
        kinds.choice("relay", "rtpengine"),
        "relay",
        "What carries the calls: the relay's workers, which the gateway starts, or rtpengine daemons, which run"
        " already. With rtpengine rtp_ports, address and advertise below are those of the rendered rtpengine.conf.",
    )
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
    loop: str = setting(
        kinds.choice("auto", "compiled", "python"),
        "auto",
        "What relays the packets of sound: the loop that was compiled at installation, or Python's. auto is the"
        " compiled one where it can be used.",
    )
    pin_workers: bool = setting(
        kinds.TRUTH,
        True,
        "Whether each of several media workers keeps to a core of its own, where there are as many.",
    )
    load_limit: int = setting(
        kinds.whole(0, 100),
        80,
        "How busy the least busy media worker may be: from there on new calls are refused with 503, until its load is"
        " ten percent below. 0 is never.",
        unit="percent of a core",
    )
    trunk_gone_after: int = setting(
        kinds.whole(0, 86400),
        30,
        "How long SIP Server's side, if it has sent RTCP before, may send neither RTP nor RTCP until the log says that"
        " it is gone. No call ends by it. 0 is never.",
        unit="seconds",
    )
    trunk_source: str = setting(
        kinds.choice("strict", "latch"),
        "strict",
        "Whether RTP is taken only from address and port in SIP Server's SDP, or from the first port there that sends.",
    )
    codecs: tuple[str, ...] = setting(
        kinds.choices("opus", "PCMU", "PCMA"),
        ["opus", "PCMU", "PCMA"],
        "What sound is coded with, the best first. The relay transcodes nothing: Opus is used where page and far end"
        " have it.",
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
        "Where the media workers' control sockets are, with rtpengine the calls' snapshots. Calls then outlive a"
        " gateway that was killed: the next one finds them there. Empty: a fresh directory, and they end with the"
        " gateway.",
    )
    workers_by: str = setting(
        kinds.choice("gateway", "systemd"),
        "gateway",
        "Who starts the media workers, and again when they die: the gateway, or the units that `cordboard render`"
        " writes for them, which have nothing to do with the gateway's. That needs worker_directory.",
    )


@dataclass(frozen=True, slots=True)
class RtpengineSettings:
    """The rtpengine daemons that carry calls where `[media] engine` says so."""

    daemons: tuple[Address, ...] = setting(
        kinds.addresses('["192.0.2.20:2223"]'),
        ["127.0.0.1:2223"],
        "The ng sockets (UDP) of the daemons. Whoever reaches them drives them: let nobody but the gateway.",
    )
    page_interface: str = setting(
        kinds.TEXT, "", "The daemons' name for the interface that pages reach. Empty, as the next: their first one."
    )
    trunk_interface: str = setting(
        kinds.TEXT, "", "The daemons' name for the interface that SIP Server's side reaches."
    )
    interfaces: tuple[str, ...] = setting(
        kinds.INTERFACES,
        [],
        "The interfaces of the rendered rtpengine.conf as name/address or name/address!advertised, the first one for"
        " whatever names none. Empty: one, both, at [media] address and advertise.",
    )
    table: int = setting(
        kinds.whole(-1, 63), -1, "The table of its kernel module that packets are forwarded by; -1: without the module."
    )
    threads: int = setting(
        kinds.whole(0, 256), 0, "How many threads a rendered daemon forwards packets with; 0 is one per core."
    )
    transcode: bool = setting(
        kinds.TRUTH, True, "Whether the daemons translate where page and far end have no codec in common; if not, 488."
    )
    health_seconds: int = setting(
        kinds.whole(1, 60), 1, "How often each daemon is asked whether it lives.", unit="seconds"
    )
    give_up_seconds: int = setting(
        kinds.whole(1, 300),
        4,
        "How long a daemon may be silent until its calls are given to another one.",
        unit="seconds",
    )
