"""What a relay engine and its workers need to know."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cordboard.config import Settings


class TrunkSource(StrEnum):
    """Whom the trunk side takes RTP from."""

    STRICT = "strict"  # the address and port of the description only
    LATCH = "latch"  # the address of the description, and the port that its first packet comes from


class Loop(StrEnum):
    """What relays the packets."""

    AUTO = "auto"  # the compiled loop where it can be had
    COMPILED = "compiled"
    PYTHON = "python"


@dataclass(frozen=True, slots=True)
class RelaySettings:
    """Settings of a relay engine. Port ranges include both ends; times are in seconds."""

    address: str = "127.0.0.1"  # where media ports are opened
    advertise: str = ""  # the address in descriptions; empty: `address`
    rtp_ports: tuple[int, int] = (10000, 20000)  # two per call
    webrtc_ports: tuple[int, int] = (20100, 20131)  # one per worker; (0, 0): any free one
    workers: int = 1
    loop: Loop = Loop.AUTO
    worker_directory: str = ""  # where workers are found again after a crash of the gateway; empty: nowhere
    supervised: bool = False  # others start the workers there, and again when they die
    trunk_source: TrunkSource = TrunkSource.STRICT
    codecs: tuple[str, ...] = ("opus", "PCMU", "PCMA")  # for sound, the best first
    video_codecs: tuple[str, ...] = ("H264", "VP8")  # the best first; none: no video
    orphan_seconds: float = 60.0  # how long a worker without a controller and without calls lives on
    report_seconds: float = 5.0  # between two RTCP reports to the same side
    trunk_gone_after: float = 30.0  # seconds without RTP and RTCP of a trunk that used to report; 0: never
    load_limit: int = 80  # percent of a core, from which on the least busy worker takes no new calls; 0: never
    pin_workers: bool = True  # each worker to a core of its own, where there are as many
    watch_seconds: float = 10.0  # how often a worker is asked whether it lives, and how long it may think about it
    log_level: str = "info"
    log_format: str = "console"  # or "json"

    @property
    def advertised(self) -> str:
        """The address that descriptions carry."""
        return self.advertise or self.address

    def to_json(self) -> dict[str, Any]:
        """As a worker is told on its command line, and tells in its greeting."""
        return {name: [*value] if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> RelaySettings:
        """The counterpart of `to_json`."""
        lists = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
        kinds = {"trunk_source": TrunkSource(values["trunk_source"]), "loop": Loop(values["loop"])}
        return cls(**{**values, **lists, **kinds})


def relay_settings(settings: Settings) -> RelaySettings:
    """For the engine, and for workers that others start."""
    media = settings.media
    return RelaySettings(
        address=media.address,
        advertise=media.advertise,
        rtp_ports=(media.rtp_ports.first, media.rtp_ports.last),
        webrtc_ports=(media.webrtc_ports.first, media.webrtc_ports.last),
        workers=media.workers,
        worker_directory=media.worker_directory,
        supervised=media.workers_by == "systemd",
        codecs=media.codecs,
        video_codecs=media.video_codecs if media.video else (),
        loop=Loop(media.loop),
        trunk_source=TrunkSource(media.trunk_source),
        trunk_gone_after=media.trunk_gone_after,
        load_limit=media.load_limit,
        pin_workers=media.pin_workers,
        log_level=settings.log.level,
        log_format=settings.log.format,
    )
