"""What v3 tells of itself and of the contact centre: configuration, places, version (reference: GWS API 3.1)."""

from __future__ import annotations

from urllib.parse import urlencode

from aiohttp import web

from cordboard.genesys.status import Resource
from cordboard.genesys.workspace.messages import done
from cordboard.genesys.workspace.words import AUTHENTICATION_ROOT
from cordboard.lab.gws.sign_in import Session
from cordboard.lab.workspace.answer import not_found
from cordboard.lab.workspace.people import People
from cordboard.lab.workspace.settings import WorkspaceSettings
from cordboard.lab.workspace.voice.switchboard import Switchboard

TARGETS = 50


class Configuration:
    """Handlers of GETs that change nothing."""

    def __init__(self, switchboard: Switchboard, people: People, settings: WorkspaceSettings) -> None:
        self._switchboard = switchboard
        self._people = people
        self._settings = settings

    async def all(self, request: web.Request, session: Session) -> Resource:
        """`?types=actionCodes,agentGroups` gives those alone."""
        configuration = self._people.configuration()
        wanted = {name.strip() for name in request.query.get("types", "").split(",") if name.strip()}
        return done(**{name: value for name, value in configuration.items() if not wanted or name in wanted})

    async def place(self, request: web.Request, session: Session) -> Resource:
        dns = self._people.dns_at(request.match_info["place"])
        if not dns:
            raise not_found("Place", request.match_info["place"])
        return done(devices=[self._people.device(dn, self._switchboard.annex(dn)) for dn in dns])

    async def targets(self, request: web.Request, session: Session) -> Resource:
        """`?searchTerm=&limit=`: whom an agent may call."""
        limit = request.query.get("limit", "")
        found = self._people.agents(request.query.get("searchTerm", ""), int(limit) if limit.isdecimal() else TARGETS)
        return done(totalMatches=len(found), targets=found)

    async def version(self, request: web.Request) -> Resource:
        return {"status": {"code": 0}, "version": self._settings.version, "changeset": ""}

    async def login(self, request: web.Request) -> web.StreamResponse:
        """To the authentication service, which sends the browser back with a code."""
        query = {"response_type": "code", "redirect_uri": request.query.get("redirect_uri", "")}
        return web.Response(
            status=302, headers={"Location": f"{AUTHENTICATION_ROOT}/oauth/authorize?{urlencode(query)}"}
        )
