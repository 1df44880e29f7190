"""The admin page as one aiohttp application."""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from aiohttp import web

from cordboard.config import Settings
from cordboard.desk.admin.accounts import Accounts
from cordboard.desk.admin.protection import add_headers, guard
from cordboard.desk.admin.sessions import Sessions
from cordboard.desk.admin.sign_in import SignIn
from cordboard.desk.admin.views import Views
from cordboard.desk.gws import Gws
from cordboard.desk.health import Health
from cordboard.desk.protection import errors_to_json
from cordboard.desk.static import PAGES, add_page
from cordboard.seat.admin_port import Administration

_LARGEST_BODY = 10_000


def create_admin(
    settings: Settings,
    administration: Administration,
    *,
    health: Health | None = None,
    clock: Callable[[], float] = time.time,
    pages: Path = PAGES,
) -> web.Application:
    """The admin page's application; `pages` holds the built pages."""
    own = settings.admin
    sessions = Sessions(lambda: secrets.token_urlsafe(32), own.idle_minutes * 60.0, own.session_hours * 3600.0)
    gws = Gws(settings.gws.url)
    application = web.Application(
        middlewares=[errors_to_json(), guard(settings, sessions, clock)], client_max_size=_LARGEST_BODY
    )
    application.on_response_prepare.append(add_headers)
    application.cleanup_ctx.append(_running(gws))
    (health or Health()).add_to(application)
    SignIn(settings, Accounts(settings, gws), sessions, clock).add_to(application)
    Views(administration, clock).add_to(application)
    application.router.add_get("/", _to_page)
    application.router.add_get("/admin", _to_page)
    add_page(application, pages / "admin", "/admin/")
    return application


def _running(gws: Gws) -> Callable[[web.Application], AsyncIterator[None]]:
    async def run(_application: web.Application) -> AsyncIterator[None]:
        async with gws:
            yield

    return run


async def _to_page(_request: web.Request) -> web.Response:
    raise web.HTTPTemporaryRedirect("/admin/")
