"""What an rtpengine engine needs to know."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RtpengineSettings:
    """Settings of an rtpengine engine; times are in seconds."""

    daemons: tuple[tuple[str, int], ...] = (("127.0.0.1", 2223),)  # their ng sockets, UDP
    owner: str = "cordboard"  # begins the names of our calls there; another engine with it begins by ending them
    snapshot_directory: str = ""  # for the calls' snapshots; empty: a gateway that is killed leaves none
    taken_up_after: float = 2.0  # seconds for the pages to come back to a new gateway, before its calls move
    page_interface: str = ""  # the daemons' name for the interface that pages reach; empty: their first one
    trunk_interface: str = ""
    codecs: tuple[str, ...] = ("opus", "PCMU", "PCMA")  # for sound, the best first
    video_codecs: tuple[str, ...] = ("H264", "VP8")  # for pictures, the best first; none: no pictures
    transcodes: bool = True  # where the sides share no codec
    ping_seconds: float = 1.0  # how often each daemon is asked whether it lives
    give_up_seconds: float = 4.0  # of silence after which a daemon's calls are given to another
    request_seconds: float = 2.0  # that a daemon may take for an answer, repetitions included
    connect_poll_seconds: float = 0.03  # how often a call that waits for DTLS is looked at
    quiet_poll_seconds: float = 5.0  # how often every other call is
    dtls_seconds: float = 15.0  # that the handshake may take once ICE has found the page
    lost_seconds: float = 30.0  # without any packet of a page that should send, after which it is lost
    trunk_gone_after: float = 30.0  # without any packet of a trunk that has sent RTCP, 0.0: that is never told
