"""systemd: gateway and desk are one unit, each media worker is one of its own: calls outlive the gateway."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import PurePosixPath

from cordboard.config import Settings
from cordboard.deploy.rendering import Rendered
from cordboard.deploy.template import fill
from cordboard.media.relay.settings import relay_settings

UNITS = "/etc/systemd/system"
_STATE, _RUN = PurePosixPath("/var/lib/cordboard"), PurePosixPath("/run")
_MARGIN = 20  # seconds that an orderly end takes besides draining
_PRIVILEGED = 1024


def render(settings: Settings) -> list[Rendered]:
    """The units, the user that they run as, and the ports that are nobody else's."""
    site = settings.site
    user = fill("systemd/sysusers.conf", user=site.user)
    found = [
        Rendered("systemd/sysusers.conf", user, place="/etc/sysusers.d/cordboard.conf", note="systemd-sysusers"),
        Rendered(
            "systemd/sysctl.conf", _sysctl(settings), place="/etc/sysctl.d/50-cordboard.conf", note="sysctl --system"
        ),
        Rendered("systemd/cordboard.service", _gateway(settings), place=f"{UNITS}/cordboard.service"),
    ]
    if has_worker_units(settings):
        found.append(
            Rendered("systemd/cordboard-media@.service", _media(settings), place=f"{UNITS}/cordboard-media@.service")
        )
    enabled = " ".join([*worker_units(settings), "cordboard"])
    found[-1] = replace(found[-1], note=f"systemctl daemon-reload && systemctl enable --now {enabled}")
    return found


def has_worker_units(settings: Settings) -> bool:
    """Whether the media workers are started by others than the gateway."""
    media = settings.media
    return settings.gateway.kind == "cordboard" and media.engine == "relay" and media.workers_by == "systemd"


def worker_units(settings: Settings) -> list[str]:
    """The names of the media workers' units, one for each."""
    workers = settings.media.workers if has_worker_units(settings) else 0
    return [f"cordboard-media@{index}.service" for index in range(workers)]


def stop_seconds(settings: Settings) -> int:
    """How long the gateway may take to end."""
    return settings.gateway.drain_seconds + _MARGIN


def _gateway(settings: Settings) -> str:
    site, media = settings.site, settings.media
    kept = [settings.gateway.state_directory, media.worker_directory]
    return fill(
        "systemd/cordboard.service",
        user=site.user,
        program=f"{site.install_directory}/bin/cordboard",
        config=f"{site.configuration_directory}/cordboard.toml",
        workers=worker_units(settings),
        leaves_workers=media.engine == "relay" and bool(media.worker_directory) and media.workers_by == "gateway",
        stop_seconds=stop_seconds(settings),
        credentials=settings.credentials,
        credential_directory=f"{site.configuration_directory}/credentials",
        writable=[each for each in kept if each and not _is_made(each)],
        low_port=has_low_port(settings),
    )


def _media(settings: Settings) -> str:
    media, directory = settings.media, PurePosixPath(settings.media.worker_directory)
    told = relay_settings(settings).to_json()
    return fill(
        "systemd/cordboard-media@.service",
        user=settings.site.user,
        python=f"{settings.site.install_directory}/bin/python",
        directory=media.worker_directory,
        runtime_directory=str(directory.relative_to(_RUN)) if directory.is_relative_to(_RUN) else "",
        settings=json.dumps(told, separators=(",", ":")),
        core=["--core", "%i"] if media.pin_workers and media.workers > 1 else [],
        configuration_directory=settings.site.configuration_directory,
        low_port=False,
    )


def _sysctl(settings: Settings) -> str:
    media, turn = settings.media, settings.turn
    ports = [media.rtp_ports, media.webrtc_ports, *([turn.relay_ports] if turn.urls else [])]
    return fill("systemd/sysctl.conf", ports=",".join(map(str, ports)))


def _is_made(directory: str) -> bool:
    """Whether the unit makes the directory itself."""
    path = PurePosixPath(directory)
    return path.is_relative_to(_STATE) or path.is_relative_to(_RUN / "cordboard")


def has_low_port(settings: Settings) -> bool:
    """Whether a listener is one that only root has."""
    gateway = settings.gateway
    listeners = (gateway.sip, gateway.sip_tls, gateway.websocket, settings.desk.listen, settings.admin.listen)
    return any(0 < each.port < _PRIVILEGED for each in (*listeners, settings.metrics.listen))
