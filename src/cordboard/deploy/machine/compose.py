"""Docker: the same programs as containers, with the integration guide's names."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import Any

from cordboard.config import Settings
from cordboard.deploy.certificates import site_certificate
from cordboard.deploy.machine.systemd import has_low_port, has_worker_units, stop_seconds
from cordboard.deploy.nginx import reached
from cordboard.deploy.rendering import Rendered
from cordboard.deploy.template import fill
from cordboard.media.relay.settings import relay_settings

IMAGE = "webrtc-cordboard"
_NOTE = """\
Put dist/cordboard-*.whl (of `make wheel`) and requirements.lock of a source tree beside it; there:
CORDBOARD_UID=$(id -u {user}) CORDBOARD_GID=$(id -g {user}) docker compose up --build -d"""
_KEPT_NOTE = "Without the units of systemd: systemd-tmpfiles --create makes the directories that containers share"


def render(settings: Settings) -> list[Rendered]:
    """The compose file and the Dockerfiles beside it. Raises `RenderProblem`."""
    values = {"config": f"{settings.site.configuration_directory}/cordboard.toml", "health": _health(settings)}
    kept = fill("compose/tmpfiles.conf", user=settings.site.user, directories=_kept(settings))
    found = [
        Rendered("compose/tmpfiles.conf", kept, place="/etc/tmpfiles.d/cordboard.conf", note=_KEPT_NOTE),
        Rendered("compose/docker-compose.yml", _compose(settings, values), note=_NOTE.format(user=settings.site.user)),
        Rendered("compose/Dockerfile", fill("compose/Dockerfile", **values)),
    ]
    if _has_rtpengine(settings):
        found.append(Rendered("compose/rtpengine/Dockerfile", fill("compose/rtpengine.Dockerfile")))
    return found


def _compose(settings: Settings, values: dict[str, str]) -> str:
    media = settings.media
    workers = [f"media-{index}" for index in range(media.workers)] if has_worker_units(settings) else []
    return fill(
        "compose/docker-compose.yml",
        **values,
        image=IMAGE,
        configuration_directory=settings.site.configuration_directory,
        writable=_kept(settings),
        low_port=has_low_port(settings),
        media=workers,
        worker_directory=media.worker_directory,
        worker_settings=json.dumps(relay_settings(settings).to_json(), separators=(",", ":")) if workers else "",
        stop_seconds=stop_seconds(settings),
        nginx=_nginx(settings),
        asterisk=settings.gateway.kind == "asterisk",
        rtpengine=_has_rtpengine(settings),
        coturn=_turn_volumes(settings) if settings.turn.urls else None,
    )


def _kept(settings: Settings) -> list[str]:
    """Directories that are written to and outlive a container."""
    return [each for each in (settings.gateway.state_directory, settings.media.worker_directory) if each]


def _health(settings: Settings) -> str:
    return f"http://{reached(settings.desk.listen)}/healthz"


def _has_rtpengine(settings: Settings) -> bool:
    """Several daemons are on machines of their own."""
    media = settings.media
    return settings.gateway.kind == "cordboard" and media.engine == "rtpengine" and len(settings.rtpengine.daemons) == 1


def _nginx(settings: Settings) -> dict[str, Any]:
    own, certificate = settings.nginx, site_certificate(settings)
    folders = {str(PurePosixPath(file).parent) for file in (certificate.chain, certificate.key)}
    volumes = [
        f"../nginx/nginx.conf:{own.configuration_directory}/nginx.conf:ro",
        f"../nginx/cordboard.conf:{own.configuration_directory}/conf.d/cordboard.conf:ro",
        f"{own.log_directory}:{own.log_directory}",
        *(f"{folder}:{folder}:ro" for folder in sorted(folders)),
    ]
    if settings.site.acme:
        volumes.append(f"{own.acme_directory}:{own.acme_directory}:ro")
    return {"volumes": volumes}


def _turn_volumes(settings: Settings) -> list[str]:
    if not settings.turn.listen_tls:
        return []
    certificate = site_certificate(settings)
    return [f"{file}:{file}:ro" for file in (certificate.chain, certificate.key)]
