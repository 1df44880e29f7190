"""Workspace API v3 and its authentication service as routes of the lab's GWS.

create_gws(telephony, settings, faces=[face(WorkspaceSettings())])
"""

from __future__ import annotations

import time
from collections.abc import Callable

from aiohttp import web

from cordboard.genesys.status import Resource
from cordboard.genesys.workspace.capabilities import CallOperation
from cordboard.genesys.workspace.messages import done
from cordboard.genesys.workspace.words import AUTHENTICATION_ROOT, NOTIFICATIONS_PATH, ROOT, Code
from cordboard.lab.gws.answer import clip
from cordboard.lab.gws.directory import Directory
from cordboard.lab.gws.faults import GwsFaults
from cordboard.lab.gws.sign_in import Sessions
from cordboard.lab.telephony import CallEvent, Telephony
from cordboard.lab.workspace.answer import WorkspaceError
from cordboard.lab.workspace.authentication.service import Authentication
from cordboard.lab.workspace.authentication.tokens import Tokens
from cordboard.lab.workspace.configuration import Configuration
from cordboard.lab.workspace.notifications import WorkspaceNotifications
from cordboard.lab.workspace.people import People
from cordboard.lab.workspace.session import Workspace
from cordboard.lab.workspace.settings import WorkspaceSettings
from cordboard.lab.workspace.sign_in import Gate, Handler
from cordboard.lab.workspace.voice.calls import Calls
from cordboard.lab.workspace.voice.dn import Voice
from cordboard.lab.workspace.voice.events import Events
from cordboard.lab.workspace.voice.monitoring import Supervisors
from cordboard.lab.workspace.voice.seats import Seat, Seats
from cordboard.lab.workspace.voice.switchboard import Switchboard

Face = Callable[[web.Application, Telephony, Directory], None]


def face(settings: WorkspaceSettings, clock: Callable[[], float] = time.time, faults: GwsFaults | None = None) -> Face:
    """Adds v3 to an application; `clock` gives seconds of the Unix epoch, `faults` are those of the application."""

    def add(application: web.Application, telephony: Telephony, directory: Directory) -> None:
        _Parts(telephony, directory, settings, clock, faults or GwsFaults()).add_to(application)

    return add


class _Parts:
    """What the routes lead to."""

    def __init__(
        self,
        telephony: Telephony,
        directory: Directory,
        settings: WorkspaceSettings,
        clock: Callable[[], float],
        faults: GwsFaults,
    ) -> None:
        people, tokens = People(directory, settings), Tokens(settings, clock)
        directory.take_tokens(tokens.account)
        switchboard = Switchboard(telephony, Seats(), settings, clock)
        self.notifications = WorkspaceNotifications(
            settings.cometd, faults, lambda account: self.workspace.initialization(account)
        )
        self.sessions = Sessions(settings.session_idle, clock, self.notifications.expel)
        faults.attach(self.notifications.forget, self.sessions.forget)
        events = Events(switchboard, self.notifications.deliver, self._call_over)
        self.supervisors = Supervisors(switchboard, events.tell)
        self.workspace = Workspace(switchboard, events, self.sessions, people, tokens, settings)
        self.voice = Voice(switchboard, events, self.workspace, self.supervisors)
        self.calls = Calls(switchboard, events)
        self.configuration = Configuration(switchboard, people, settings)
        self.authentication = Authentication(directory, tokens, settings)
        telephony.subscribe(self.supervisors.hear)
        telephony.subscribe(events.hear)

    def _call_over(self, seat: Seat, event: CallEvent) -> None:
        self.supervisors.call_over(seat, event)

    def add_to(self, application: web.Application) -> None:
        gate = Gate(self.sessions)
        table = _Table(application)
        self._add_authentication(table, gate)
        self._add_session(table, gate)
        table.add("GET", f"{ROOT}/voice/calls", gate.agent(self.voice.calls))
        for name in self.voice.operations:
            table.add("POST", f"{ROOT}/voice/{name}", gate.agent(self.voice.handler(name)))
        operations = "|".join(CallOperation)
        path = f"{ROOT}/voice/calls/{{call}}/{{operation:{operations}}}"
        table.add("POST", path, gate.agent(self.calls.operate))
        for method in ("POST", "GET"):
            notify = gate.agent(self.notifications.exchange) if method == "POST" else gate.guest(self._describe)
            table.add_below(method, NOTIFICATIONS_PATH, notify)
        for root in (ROOT, AUTHENTICATION_ROOT):
            table.add_below("*", root, gate.guest(_unknown))
        application.on_shutdown.append(self.notifications.close)

    def _add_authentication(self, table: _Table, gate: Gate) -> None:
        service, root = self.authentication, AUTHENTICATION_ROOT
        table.add("GET", f"{root}/oauth/authorize", gate.guest(service.authorize))
        table.add("POST", f"{root}/oauth/token", gate.guest(service.token))
        table.add("POST", f"{root}/sign-in", gate.guest(service.sign_in))
        table.add("GET", f"{root}/userinfo", gate.guest(service.user_info))
        table.add("GET", f"{root}/openid/userinfo", gate.guest(service.user_info))
        table.add("POST", f"{root}/auth-scheme", gate.guest(service.scheme))
        table.add("GET", f"{root}/ping", gate.guest(service.ping))
        for method in ("GET", "POST"):
            table.add(method, f"{root}/sign-out", gate.guest(service.sign_out))

    def _add_session(self, table: _Table, gate: Gate) -> None:
        workspace, configuration = self.workspace, self.configuration
        table.add("GET", f"{ROOT}/login", gate.guest(configuration.login))
        table.add("GET", f"{ROOT}/info", gate.guest(configuration.version))
        table.add("GET", f"{ROOT}/version", gate.guest(configuration.version))
        for method in ("GET", "POST"):
            table.add(method, f"{ROOT}/initialize-workspace", gate.guest(workspace.initialize))
            table.add(method, f"{ROOT}/logout", gate.agent(workspace.logout))
        table.add("POST", f"{ROOT}/activate-channels", gate.agent(workspace.activate))
        table.add("GET", f"{ROOT}/current-session", gate.agent(workspace.current))
        table.add("GET", f"{ROOT}/auth-keep-alive", gate.agent(workspace.keep_alive))
        table.add("GET", f"{ROOT}/configuration", gate.agent(configuration.all))
        table.add("GET", f"{ROOT}/targets", gate.agent(configuration.targets))
        table.add("GET", f"{ROOT}/configuration/places/{{place}}/dns", gate.agent(configuration.place))

    async def _describe(self, request: web.Request) -> Resource:
        return done()


class _Table:
    """Adds routes; a trailing slash is as good as none."""

    def __init__(self, application: web.Application) -> None:
        self._router = application.router

    def add(self, method: str, path: str, handler: Handler) -> None:
        self._router.add_route(method, path, handler)
        self._router.add_route(method, path + "/", handler)

    def add_below(self, method: str, path: str, handler: Handler) -> None:
        self._router.add_route(method, path, handler)
        self._router.add_route(method, path + "/{rest:.*}", handler)


async def _unknown(request: web.Request) -> Resource:
    raise WorkspaceError(Code.NOT_FOUND, f"'{clip(request.rel_url.raw_path)}' is not known here", 404)
