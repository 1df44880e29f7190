"""The lab's GWS as one aiohttp application: API, CometD, the integration guide's aliases, and the lab's pages.

Who may ask what: everything below `/api/v2`, `/internal-api` and the CometD paths is for signed-in agents, but for the
version, the sign-in call and a plain GET of a CometD path. No other origin is allowed unless a setting names it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Middleware

from cordboard.genesys.channels import API_PATH, GUIDE_PATH, INTERNAL_API_PATH, NOTIFICATIONS_PATH
from cordboard.lab.gws import catalogue
from cordboard.lab.gws.agent import Agents
from cordboard.lab.gws.answer import MAXIMUM_BODY
from cordboard.lab.gws.calls import ALIASES, Calls
from cordboard.lab.gws.catalogue import Catalogue
from cordboard.lab.gws.devices import Devices
from cordboard.lab.gws.directory import Directory
from cordboard.lab.gws.events import Events
from cordboard.lab.gws.notifications import Notifications
from cordboard.lab.gws.settings import GwsSettings
from cordboard.lab.gws.sign_in import Gate, Handler, Sessions
from cordboard.lab.gws.view import Switch
from cordboard.lab.telephony import Telephony

ALLOWED_METHODS = "GET,POST,PUT,DELETE,OPTIONS"
ALLOWED_HEADERS = "X-Requested-With,Content-Type,Accept,Origin,Cookie,authorization,ssid,surl,ContactCenterId"


def create_gws(
    telephony: Telephony,
    settings: GwsSettings,
    extra_routes: Iterable[web.AbstractRouteDef] = (),
    clock: Callable[[], float] = time.time,
) -> web.Application:
    """GWS over a telephony. `extra_routes` go before the pages; `clock` gives seconds of the Unix epoch."""
    directory = Directory(settings.accounts)
    switch = Switch(telephony, settings, clock)
    notifications = Notifications(settings.cometd)
    events = Events(switch, directory, notifications.deliver, clock)
    sessions = Sessions(settings.session_idle, clock, notifications.expel)
    gate = Gate(directory, sessions)
    telephony.subscribe(events.hear)

    application = web.Application(middlewares=[_cross_origin(settings.allowed_origins)], client_max_size=MAXIMUM_BODY)
    table = _Table(application, gate)
    _add_api(
        table,
        Agents(switch, settings, sessions.end),
        Devices(switch, events.device_changed),
        Calls(switch),
        Catalogue(directory, settings.api_root, settings.version),
    )
    _add_cometd(table, notifications)
    for path in (API_PATH, INTERNAL_API_PATH):
        table.add_below("*", path, gate.agent(catalogue.unknown))
    application.add_routes(list(extra_routes))
    _add_pages(application, settings)
    application.on_shutdown.append(notifications.close)
    return application


class _Table:
    """Adds routes; a trailing slash is as good as none."""

    def __init__(self, application: web.Application, gate: Gate) -> None:
        self.gate = gate
        self._router = application.router

    def add(self, method: str, path: str, handler: Handler) -> None:
        self._router.add_route(method, path, handler)
        self._router.add_route(method, path + "/", handler)

    def add_below(self, method: str, path: str, handler: Handler) -> None:
        """The path and everything under it."""
        self._router.add_route(method, path, handler)
        self._router.add_route(method, path + "/{rest:.*}", handler)


def _add_api(table: _Table, agents: Agents, devices: Devices, calls: Calls, lists: Catalogue) -> None:
    agent, guest, api, internal = table.gate.agent, table.gate.guest, API_PATH, INTERNAL_API_PATH
    table.add("GET", f"{api}/diagnostics/version", guest(lists.version))
    table.add("POST", f"{api}/sign-in", guest(table.gate.sign_in))

    table.add("GET", f"{api}/me", agent(agents.me))
    table.add("POST", f"{api}/me", agent(agents.operate))
    table.add("GET", f"{api}/me/channels", agent(agents.channels))
    table.add("GET", f"{api}/me/channels/{{channel}}", agent(agents.channel))
    table.add("POST", f"{api}/me/channels/{{channel}}", agent(agents.operate_channel))
    table.add("GET", f"{api}/settings/agent-states", agent(agents.agent_states))

    table.add("GET", f"{api}/me/devices", agent(devices.index))
    for base in (f"{api}/me/devices/{{device}}", f"{api}/devices/{{device}}"):
        table.add("GET", base, agent(devices.one))
        table.add("GET", f"{base}/settings/tserver", agent(devices.options))
    table.add("POST", f"{api}/me/devices/{{device}}", agent(devices.operate))
    table.add("POST", f"{api}/me/devices/{{device}}/calls", agent(devices.dial))

    alias = f"{api}/me/calls/active/{{operation:{'|'.join(ALIASES)}}}"
    table.add("GET", f"{api}/me/calls", agent(calls.index))
    table.add("POST", alias, agent(calls.operate_on_active))
    table.add("DELETE", f"{api}/me/calls/active/{{operation:hangup}}", agent(calls.operate_on_active))
    table.add("GET", f"{api}/me/calls/{{call}}", agent(calls.one))
    table.add("POST", f"{api}/me/calls/{{call}}", agent(calls.operate))

    for path, plural in catalogue.EMPTY.items():
        table.add("GET", api + path, agent(catalogue.empty(plural)))
    table.add("GET", f"{api}/services", agent(lists.services))
    table.add("GET", f"{api}/contacts", agent(lists.contacts))
    table.add("GET", f"{api}/contacts/{{user}}", agent(lists.contact))
    table.add("GET", f"{api}/users/{{user}}", agent(lists.user))
    table.add("GET", f"{internal}/me/settings", agent(lists.settings))
    table.add("GET", f"{internal}/contact-center", agent(lists.contact_center))
    table.add("GET", f"{internal}/business-attributes", agent(lists.business_attributes))
    table.add("POST", f"{internal}/operations", agent(lists.operate))


def _add_cometd(table: _Table, notifications: Notifications) -> None:
    for path in (NOTIFICATIONS_PATH, GUIDE_PATH):
        table.add_below("POST", path, table.gate.agent(notifications.exchange))
        table.add_below("GET", path, table.gate.guest(notifications.describe))


def _add_pages(application: web.Application, settings: GwsSettings) -> None:
    async def home(_: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("/ui/ad/v1/index.html")

    async def with_slash(request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound(request.path + "/")

    application.router.add_get("/", home)
    for path, what, directory in (
        ("/ui/ad/v1", "the agent desktop", settings.desktop_pages),
        ("/lab", "the lab page", settings.lab_pages),
    ):
        application.router.add_get(path, with_slash)
        application.router.add_get(path + "/{path:.*}", _pages(what, directory))


def _pages(what: str, directory: Path) -> Handler:
    """Files of a directory; the empty path is index.html."""

    async def handle(request: web.Request) -> web.StreamResponse:
        file = _file(directory, request.match_info["path"] or "index.html")
        if file is not None:
            return web.FileResponse(file, headers={"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"})
        if _file(directory, "index.html") is None:
            return web.Response(status=404, text=f"{what} is not built: `make lab` builds it\n")
        return web.Response(status=404, text="there is no such page\n")

    return handle


def _file(directory: Path, path: str) -> Path | None:
    """The file at this path inside the directory, None for what is not there or not inside."""
    try:
        root = directory.resolve()
        file = (root / path).resolve()
        return file if file.is_relative_to(root) and file.is_file() else None
    except (ValueError, OSError):  # a NUL in the name, a name that is too long
        return None


def _cross_origin(allowed: tuple[str, ...]) -> Middleware:
    """CORS for the origins that a setting names, with `*` in them; for others nothing is said, so browsers refuse."""
    patterns = [re.compile(re.escape(origin).replace(r"\*", "[^/]*")) for origin in allowed]

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        origin = request.headers.get("Origin", "")
        is_allowed = bool(origin) and any(pattern.fullmatch(origin) for pattern in patterns)
        if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            response: web.StreamResponse = web.Response(status=200 if is_allowed else 403)
        else:
            response = await handler(request)
        if is_allowed and not response.prepared:
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Allow-Credentials"] = "true"
            response.headers["Access-Control-Allow-Methods"] = ALLOWED_METHODS
            response.headers["Access-Control-Allow-Headers"] = ALLOWED_HEADERS
            response.headers["Vary"] = "Origin"
        return response

    return middleware
