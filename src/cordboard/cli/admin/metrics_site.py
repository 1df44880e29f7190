"""The application on [metrics] listen: /metrics, /healthz and /readyz."""

from __future__ import annotations

from aiohttp import web

from cordboard.cli.admin.certificates import note_certificates
from cordboard.cli.admin.readiness import Readiness
from cordboard.config import Settings
from cordboard.desk.health import Health
from cordboard.gateway.media_quality import note_load
from cordboard.media.port import MediaEngine
from cordboard.observe import Metrics
from cordboard.observe.metrics import CONTENT_TYPE


def metrics_site(
    settings: Settings, metrics: Metrics, engine: MediaEngine | None, readiness: Readiness
) -> web.Application:
    """What is asked for when somebody looks, is asked for then."""

    async def answer(_request: web.Request) -> web.Response:
        if engine is not None:
            note_load(metrics, await engine.health())
        note_certificates(metrics, settings)
        await readiness.check()
        return web.Response(body=metrics.text(), headers={"Content-Type": CONTENT_TYPE})

    site = web.Application()
    site.router.add_get("/metrics", answer)
    Health(readiness.check).add_to(site)
    return site
