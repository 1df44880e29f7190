"""What must hold for calls to be carried: SIP Server and GWS answer, media workers are there, no draining."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import AsyncExitStack

from cordboard import __version__
from cordboard.config import Settings
from cordboard.desk.health import GwsProbe
from cordboard.gateway.gateway import Gateway
from cordboard.media.port import MediaEngine
from cordboard.observe import Metrics
from cordboard.seat.admin_port import Check

FRESH = 1.0  # seconds
NO_SIP_SERVER = "no SIP Server answers; DNs cannot be called until one does"
DRAINING = "the gateway is draining: it takes no new calls"


class Readiness:
    """`check` is for /readyz and the admin page, which anybody may ask: an answer is good for a second. The metrics are
    told of it.

    `gateway` and `engine` are None where Asterisk carries the calls.
    """

    def __init__(self, gws: GwsProbe, metrics: Metrics, gateway: Gateway | None, engine: MediaEngine | None) -> None:
        self._gws = gws
        self._metrics = metrics
        self._gateway = gateway
        self._engine = engine
        self._looked = -FRESH
        self._last: Sequence[Check] = ()

    async def check(self) -> Sequence[Check]:
        """All of it, whether it holds or not."""
        now = time.monotonic()
        if now - self._looked >= FRESH:
            self._last = await self._look()
            self._looked = now
        return self._last

    async def _look(self) -> Sequence[Check]:
        checks = [*await self._of_gateway(), Check("GWS", await self._gws.why_not())]
        self._metrics.gws_reachable.set(checks[-1].ok)
        self._metrics.ready.set(all(each.ok for each in checks))
        return checks

    async def _of_gateway(self) -> list[Check]:
        if self._gateway is None or self._engine is None:
            return []
        reachable = self._gateway.availability.reachable
        return [
            Check("SIP Server", "" if reachable else NO_SIP_SERVER),
            Check("media workers", await self._media(self._engine)),
            Check("new calls", DRAINING if self._gateway.draining.active else ""),
        ]

    async def _media(self, engine: MediaEngine) -> str:
        health = await engine.health()
        if health.shedding:
            return "the media engine is full and takes no new calls"
        return "" if health.ok and health.workers else health.why or "no media worker is there"


def start_readiness(
    settings: Settings,
    metrics: Metrics,
    running: AsyncExitStack,
    gateway: Gateway | None = None,
    engine: MediaEngine | None = None,
) -> Readiness:
    """`running` ends it."""
    metrics.information.labels(__version__).set(1)
    metrics.configured_dns.set(len(settings.agents))
    probe = GwsProbe(settings.gws.url)
    running.push_async_callback(probe.close)
    return Readiness(probe, metrics, gateway, engine)
