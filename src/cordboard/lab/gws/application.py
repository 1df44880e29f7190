"""The lab's GWS as one aiohttp application: API, CometD, the integration guide's aliases, and the lab's pages.

Who may ask what: everything below `/api/v2`, `/internal-api` and the CometD paths is for signed-in agents, but for the
version, the sign-in call and a plain GET of a CometD path. No other origin is allowed unless a setting names it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from aiohttp import web

from cordboard.genesys.channels import API_PATH, GMS_PATH, GUIDE_PATH, INTERNAL_API_PATH, NOTIFICATIONS_PATH
from cordboard.lab.gws.answer import MAXIMUM_BODY
from cordboard.lab.gws.cometd.notifications import Notifications
from cordboard.lab.gws.cometd.websocket import WebSockets
from cordboard.lab.gws.directory import Directory
from cordboard.lab.gws.events import Events
from cordboard.lab.gws.faults import GwsFaults
from cordboard.lab.gws.pages import add_pages
from cordboard.lab.gws.protection import cross_origin
from cordboard.lab.gws.resources import catalogue
from cordboard.lab.gws.resources.agent import Agents
from cordboard.lab.gws.resources.calls import ALIASES, Calls
from cordboard.lab.gws.resources.catalogue import Catalogue
from cordboard.lab.gws.resources.devices import Devices
from cordboard.lab.gws.resources.ended_calls import EndedCalls
from cordboard.lab.gws.resources.people import People
from cordboard.lab.gws.resources.session import ContactCenterSessions
from cordboard.lab.gws.seating import Seating
from cordboard.lab.gws.settings import GwsSettings
from cordboard.lab.gws.sign_in import Gate, Handler, Sessions
from cordboard.lab.gws.view import Switch
from cordboard.lab.telephony import Telephony

Face = Callable[[web.Application, Telephony, Directory], None]


def create_gws(
    telephony: Telephony,
    settings: GwsSettings,
    extra_routes: Iterable[web.AbstractRouteDef] = (),
    clock: Callable[[], float] = time.time,
    faces: Iterable[Face] = (),
    faults: GwsFaults | None = None,
) -> web.Application:
    """GWS over a telephony. `extra_routes` go before the pages; `clock` gives seconds of the Unix epoch.

    `faces` are other HTTP faces of the same telephony and the same people (Workspace API v3); they add their own
    routes and shutdown handlers. `faults` are what whoever has the lab's page of faults steers.
    """
    faults = faults or GwsFaults()
    directory = Directory(settings.accounts, settings.places)
    seating = Seating(directory)
    switch = Switch(telephony, settings, seating, clock)
    notifications = Notifications(settings.cometd, faults)
    sessions = Sessions(settings.session_idle, clock, notifications.expel)
    gate = Gate(directory, sessions, settings.protection)
    faults.attach(notifications.forget, sessions.forget)

    extra_routes = list(extra_routes)
    middlewares = [cross_origin(settings.protection, _forwarded(extra_routes)), faults.middleware]
    application = web.Application(middlewares=middlewares, client_max_size=MAXIMUM_BODY)
    table = _Table(application, gate)
    _add_resources(table, telephony, settings, directory, seating, switch, sessions, notifications, clock)
    _add_cometd(table, notifications, WebSockets(notifications, gate, settings))
    for path in (API_PATH, INTERNAL_API_PATH):
        table.add_below("*", path, gate.agent(catalogue.unknown))
    for add in faces:
        add(application, telephony, directory)
    application.add_routes(extra_routes)
    add_pages(application, settings)
    application.on_shutdown.append(notifications.close)
    return application


def _forwarded(routes: Iterable[web.AbstractRouteDef]) -> tuple[str, ...]:
    """Below which paths another server answers: whatever the method is."""
    every = [route.path for route in routes if isinstance(route, web.RouteDef) and route.method == "*"]
    return tuple(path.partition("{")[0] for path in every)


def _add_resources(
    table: _Table,
    telephony: Telephony,
    settings: GwsSettings,
    directory: Directory,
    seating: Seating,
    switch: Switch,
    sessions: Sessions,
    notifications: Notifications,
    clock: Callable[[], float],
) -> None:
    for view in filter(None, map(telephony.dn, directory.dns)):
        seating.follow(view)
    events = Events(switch, seating, directory, settings, notifications.deliver, clock)
    ended = EndedCalls()
    telephony.subscribe(events.hear)
    telephony.subscribe(ended.hear)
    work = ContactCenterSessions(switch, seating, settings, sessions.end)
    if settings.logs_out_lost_sessions:
        sessions.on_last_lost = work.log_out
    agents = Agents(switch, seating, work, settings, events.hear)
    people = People(switch, seating, directory, agents, settings.queues)
    _add_agent(table, agents)
    devices = Devices(switch, seating, directory, settings, ended, events.device_changed, events.hear)
    _add_devices(table, devices)
    _add_calls(table, Calls(switch, seating, settings))
    _add_people(table, people)
    _add_lists(table, Catalogue(switch, seating, directory, people, settings))


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


def _add_agent(table: _Table, agents: Agents) -> None:
    agent, api = table.gate.agent, API_PATH
    table.add("POST", f"{api}/sign-in", table.gate.guest(table.gate.sign_in))
    table.add("GET", f"{api}/me", agent(agents.me))
    table.add("POST", f"{api}/me", agent(agents.operate))
    table.add("GET", f"{api}/me/channels", agent(agents.channels))
    table.add("GET", f"{api}/me/channels/{{channel}}", agent(agents.channel))
    table.add("POST", f"{api}/me/channels/{{channel}}", agent(agents.operate_channel))
    table.add("GET", f"{api}/settings/agent-states", agent(agents.agent_states))


def _add_devices(table: _Table, devices: Devices) -> None:
    agent, api = table.gate.agent, API_PATH
    table.add("GET", f"{api}/me/devices", agent(devices.index))
    for base in (f"{api}/me/devices/{{device}}", f"{api}/devices/{{device}}"):
        table.add("GET", base, agent(devices.one))
        table.add("GET", f"{base}/settings/tserver", agent(devices.options))
    table.add("POST", f"{api}/me/devices/{{device}}", agent(devices.operate))
    table.add("POST", f"{api}/me/devices/{{device}}/calls", agent(devices.dial))


def _add_calls(table: _Table, calls: Calls) -> None:
    agent, api = table.gate.agent, API_PATH
    alias = f"{api}/me/calls/active/{{operation:{'|'.join(ALIASES)}}}"
    table.add("GET", f"{api}/me/calls", agent(calls.index))
    table.add("POST", alias, agent(calls.operate_on_active))
    table.add("DELETE", f"{api}/me/calls/active/{{operation:hangup}}", agent(calls.operate_on_active))
    table.add("GET", f"{api}/me/calls/{{call}}", agent(calls.one))
    table.add("POST", f"{api}/me/calls/{{call}}", agent(calls.operate))


def _add_people(table: _Table, people: People) -> None:
    agent, api = table.gate.agent, API_PATH
    table.add("GET", f"{api}/contacts", agent(people.contacts))
    table.add("GET", f"{api}/contacts/{{contact}}", agent(people.contact))
    table.add("GET", f"{api}/users", agent(people.users))
    table.add("GET", f"{api}/users/{{user}}", agent(people.user))
    table.add("POST", f"{api}/users/{{user}}/channels/{{channel}}", agent(people.operate_channel))


def _add_lists(table: _Table, lists: Catalogue) -> None:
    agent, api, internal = table.gate.agent, API_PATH, INTERNAL_API_PATH
    table.add("GET", f"{api}/diagnostics/version", table.gate.guest(lists.version))
    for path, plural in catalogue.EMPTY.items():
        table.add("GET", api + path, agent(catalogue.empty(plural)))
    for path, handler in (
        ("/services", lists.services),
        ("/services/{service}", lists.service),
        ("/features", lists.features),
        ("/features/{feature}", lists.feature),
        ("/voice-environments/{environment}", lists.voice_environment),
        ("/groups", lists.groups),
        ("/groups/{group}", lists.group),
        ("/me/groups", lists.own_groups),
        ("/workbins", lists.workbins),
        ("/me/settings", lists.settings),
        ("/me/settings/{section}", lists.section),
    ):
        table.add("GET", api + path, agent(handler))
    table.add("GET", f"{internal}/me/settings", agent(lists.internal_settings))
    table.add("GET", f"{internal}/contact-center", agent(lists.contact_center))
    table.add("GET", f"{internal}/business-attributes", agent(lists.business_attributes))
    table.add("POST", f"{internal}/operations", agent(lists.operate))


def _add_cometd(table: _Table, notifications: Notifications, websockets: WebSockets) -> None:
    agent, guest = table.gate.agent, table.gate.guest

    async def get(request: web.Request) -> web.StreamResponse:
        """A WebSocket where those are switched on, else what is here, as the guide's troubleshooting asks."""
        return await (websockets.serve(request) if websockets.wants(request) else describe(request))

    describe = guest(notifications.describe)
    for path in (NOTIFICATIONS_PATH, GUIDE_PATH, GMS_PATH):
        table.add_below("POST", path, agent(notifications.exchange))
        table.add_below("GET", path, get)
