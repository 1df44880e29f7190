"""The media engine that the settings ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordboard.config import Settings
from cordboard.media.relay.engine import RelayEngine
from cordboard.media.relay.settings import relay_settings
from cordboard.media.rtpengine.settings import RtpengineSettings

if TYPE_CHECKING:
    from cordboard.media.rtpengine.engine import RtpengineEngine

    Engine = RelayEngine | RtpengineEngine


async def start_engine(settings: Settings) -> Engine:
    """Raises `WorkerFailed`, `DaemonsSilent` or `SnapshotsUnusable` when there is nothing to carry calls."""
    if settings.media.engine == "rtpengine":
        from cordboard.media.rtpengine.engine import RtpengineEngine  # not loaded for nothing

        return await RtpengineEngine.start(rtpengine_settings(settings))
    return await RelayEngine.start(relay_settings(settings))


def rtpengine_settings(settings: Settings) -> RtpengineSettings:
    """What the rtpengine engine is told of the settings."""
    media, own = settings.media, settings.rtpengine
    return RtpengineSettings(
        daemons=tuple((daemon.host, daemon.port) for daemon in own.daemons),
        owner=str(settings.gateway.advertise),
        snapshot_directory=media.worker_directory,
        page_interface=own.page_interface,
        trunk_interface=own.trunk_interface,
        codecs=media.codecs,
        video_codecs=media.video_codecs if media.video else (),
        transcodes=own.transcode,
        ping_seconds=float(own.health_seconds),
        give_up_seconds=float(own.give_up_seconds),
        trunk_gone_after=float(media.trunk_gone_after),
    )
