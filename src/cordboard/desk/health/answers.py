"""Whether the process lives (/healthz) and whether it can carry calls (/readyz), for load balancers and monitoring."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web

from cordboard.seat.admin_port import Check

Checks = Callable[[], Awaitable[Sequence[Check]]]


async def _nothing_to_check() -> Sequence[Check]:
    return ()


class Health:
    """The two answers; `checks` tells what must hold for being ready."""

    def __init__(self, checks: Checks = _nothing_to_check) -> None:
        self._checks = checks

    def add_to(self, application: web.Application) -> None:
        application.router.add_get("/healthz", self._lives)
        application.router.add_get("/readyz", self._ready)

    async def _lives(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def _ready(self, _request: web.Request) -> web.Response:
        """200, or 503 with the reasons."""
        checks = await self._checks()
        reasons = [each.why for each in checks if not each.ok]
        told = {
            "status": "not ready" if reasons else "ready",
            "reasons": reasons,
            "checks": {each.name: each.ok for each in checks},
        }
        return web.json_response(told, status=503 if reasons else 200)
