"""The desk as one aiohttp application."""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from cordboard.config import Settings
from cordboard.desk import protection
from cordboard.desk.connector import Connector
from cordboard.desk.connector.told_seats import ToldSeats
from cordboard.desk.disagreements import Disagreements
from cordboard.desk.embedding import add_embedding
from cordboard.desk.embedding import configuration as embedding
from cordboard.desk.errors import Refusal
from cordboard.desk.gws import Gws, GwsUnreachable
from cordboard.desk.health import Health
from cordboard.desk.pages import Pages
from cordboard.desk.proxy import PREFIX
from cordboard.desk.session_watch import SessionWatch
from cordboard.desk.sign_in import PageCalls
from cordboard.desk.single_sign_on import sign_in_configuration
from cordboard.desk.static import PAGES, add_pages
from cordboard.observe import Metrics
from cordboard.observe.trace import Traces
from cordboard.seat.desk_port import NoSeats, SeatWords

_LARGEST_BODY = 1_000_000


def create_desk(
    settings: Settings,
    *,
    secret: bytes,
    clock: Callable[[], float] = time.time,
    pages: Path = PAGES,
    metrics: Metrics | None = None,
    seats: SeatWords | None = None,
    traces: Traces | None = None,
    health: Health | None = None,
) -> web.Application:
    """The desk's application. `secret` (32 bytes or more) signs tokens for the gateway; `pages` holds the built pages,
    `seats` are the gateway's, `traces` those of its calls, `health` tells whether it can carry calls.

    Run it with `handler_cancellation=True`, so that the long poll of a page that left ends at GWS too.
    """
    gws = Gws(settings.gws.url, *settings.gws.session_cookies[:1])
    told = ToldSeats(lambda: open_pages, clock) if settings.gateway.kind == "asterisk" else None
    seats, metrics = told or seats or NoSeats(), metrics or Metrics()

    def revoke(dn: str, token_id: str) -> None:
        seats.revoke(dn, token_id)
        connector.sessions.forget(dn)

    open_pages = Pages(lambda: secrets.token_urlsafe(24), revoke=revoke)
    watch = SessionWatch(gws, open_pages, settings)
    connector = Connector(settings, gws, watch, seats, clock, traces)
    calls = PageCalls(settings, open_pages, gws, watch, secret, clock, metrics, traces)
    application = web.Application(
        middlewares=[protection.errors_to_json(), protection.guard(settings), _gws_failures(metrics)],
        client_max_size=_LARGEST_BODY,
    )
    application.on_response_prepare.append(protection.security_headers(settings))
    application.cleanup_ctx.append(_running(gws, watch, connector))
    (health or Health()).add_to(application)
    application.router.add_get("/configuration", _configuration(settings))
    application.router.add_post("/page", calls.open)
    application.router.add_post("/page/sign-in", calls.sign_in)
    calls.single_sign_on.add_to(application, calls.page)
    application.router.add_post("/page/sign-out", calls.sign_out)
    application.router.add_post("/page/token", calls.token)
    if told is not None:
        application.router.add_post("/page/phone", told.tell)
    application.router.add_post("/page/disagreement", Disagreements(open_pages, metrics, clock, traces).tell)
    application.router.add_post(PREFIX + "/api/v2/sign-in", calls.guide_sign_in)
    application.router.add_route("*", PREFIX + "/{path:.*}", calls.gws)
    connector.add_to(application)
    add_embedding(application, settings)
    add_pages(application, pages, plain=settings.in_lab)
    return application


def _running(gws: Gws, watch: SessionWatch, connector: Connector) -> Callable[[web.Application], AsyncIterator[None]]:
    async def run(_application: web.Application) -> AsyncIterator[None]:
        async with gws:
            watch.start()
            yield
            connector.close()
            await watch.close()

    return run


def _gws_failures(metrics: Metrics) -> Middleware:
    """A middleware that tells the page, and the metrics, that GWS did not answer."""

    @web.middleware
    async def told(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except GwsUnreachable as error:
            metrics.gws_failures.inc()
            raise Refusal(error.status, "gws-unreachable", str(error)) from None

    return told


def _configuration(settings: Settings) -> Callable[[web.Request], Any]:
    """GET /configuration: what the softphone's connection panel starts with; passwords in the lab only."""
    prefill = settings.prefill
    own_gateway = settings.gateway.kind == "cordboard"
    content = {
        "gateway": settings.gateway.kind,
        "sipServer": settings.gateway.websocket_url,
        "gwsUrl": settings.gws.browser_url,
        "agentDn": prefill.dn if prefill else "",
        "password": prefill.password if prefill else "",
        "gwsUser": prefill.gws_user if prefill else "",
        "gwsPassword": prefill.gws_password if prefill else "",
        "cometdChannel": "/user/agent/events",
        "useGwsForDialing": own_gateway,  # Asterisk does not pick up what SIP Server dials for the agent
        "dispositionKey": settings.desk.disposition_key,
        "endsGoneCalls": settings.desk.ends_gone_calls,
        "shortcuts": settings.desk.shortcuts,
        "video": settings.media.video and own_gateway,
        "audio": {
            "echoCancellation": settings.desk.echo_cancellation,
            "noiseSuppression": settings.desk.noise_suppression,
            "autoGainControl": settings.desk.auto_gain_control,
        },
        "lab": settings.in_lab,
        "embedding": embedding(settings),
        "signIn": sign_in_configuration(settings),
    }

    async def configuration(_request: web.Request) -> web.Response:
        return web.json_response(content)

    return configuration
