"""The lists that WWE asks for while it starts: services, features, groups, settings, and what the lab has none of."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from cordboard.genesys.resources import agent_state_resource, section_resource, settings_resource
from cordboard.genesys.status import Resource, StatusCode, not_registered, success
from cordboard.lab.gws.answer import (
    GwsError,
    clip,
    collection,
    not_found,
    query_words,
    read_operation,
    subresources,
    unknown_operation,
)
from cordboard.lab.gws.directory import CONTACT_CENTER, VOICE_SERVICE, Directory, device_id, identifier
from cordboard.lab.gws.resources import workspace
from cordboard.lab.gws.resources.installation import features, services
from cordboard.lab.gws.resources.people import People
from cordboard.lab.gws.seating import Seating
from cordboard.lab.gws.settings import GwsSettings
from cordboard.lab.gws.sign_in import Session
from cordboard.lab.gws.view import Switch

# Paths below the API's root whose lists are empty, and the plural names in their answers.
EMPTY = {"/me/interactions": "interactions", "/me/chats": "chats", "/me/emails": "emails", "/me/workitems": "workitems"}

DISPOSITIONS = "dispositions"
DISPOSITION_GROUP = "Voice Disposition Codes"


class Catalogue:
    """Handlers that only read."""

    def __init__(
        self, switch: Switch, seating: Seating, directory: Directory, people: People, settings: GwsSettings
    ) -> None:
        self._switch = switch
        self._seating = seating
        self._directory = directory
        self._people = people
        self._settings = settings

    async def version(self, request: web.Request) -> Resource:
        return success(version=self._settings.version)

    # --- services, features, voice environments -----------------------------------------------------------------------

    async def services(self, request: web.Request, session: Session) -> Resource:
        return collection(request, "services", services(self._switch))

    async def service(self, request: web.Request, session: Session) -> Resource:
        return success(service=_one("Service", request.match_info["service"], services(self._switch)))

    async def features(self, request: web.Request, session: Session) -> Resource:
        return collection(request, "features", features(self._switch.root))

    async def feature(self, request: web.Request, session: Session) -> Resource:
        return success(feature=_one("Feature", request.match_info["feature"], features(self._switch.root)))

    async def voice_environment(self, request: web.Request, session: Session) -> Resource:
        wanted = request.match_info["environment"]
        if wanted != VOICE_SERVICE:
            raise not_found("Voice environment", wanted)
        path = f"/voice-environments/{wanted}"
        environment = {"id": wanted, "name": "SIP_Server", "uri": self._switch.root + path, "path": path}
        return success(voiceEnvironment=environment)

    # --- groups -------------------------------------------------------------------------------------------------------

    async def groups(self, request: web.Request, session: Session) -> Resource:
        return collection(request, "groups", _typed(request, self._groups(self._directory.groups)))

    async def own_groups(self, request: web.Request, session: Session) -> Resource:
        found = self._people.agent_groups(session.account.groups)
        return collection(request, "groups", _typed(request, found))

    async def group(self, request: web.Request, session: Session) -> Resource:
        wanted = request.match_info["group"]
        group = dict(_one("Group", wanted, self._groups(self._directory.groups)))
        contents, embedded = self._contents(group), subresources(request)
        group |= {name: contents[name] for name in group["contains"] if {name, "*"} & embedded}
        return success(group=group)

    def _contents(self, group: Resource) -> Resource:
        """What is in a group; of an agent group the lab knows the users only."""
        if group["type"] == DISPOSITIONS:
            return {DISPOSITIONS: self._dispositions()}
        return {name: [] for name in group["contains"]} | {"users": self._people.members(group["name"])}

    def _groups(self, agent_groups: tuple[str, ...]) -> list[Resource]:
        path = f"/groups/{identifier(DISPOSITION_GROUP)}"
        dispositions = {
            "id": identifier(DISPOSITION_GROUP),
            "name": DISPOSITION_GROUP,
            "type": DISPOSITIONS,
            "contains": [DISPOSITIONS],
            "defaultGroup": False,
            "uri": self._switch.root + path,
            "path": path,
        }
        return [dispositions, *self._people.agent_groups(agent_groups)]

    def _dispositions(self) -> list[Resource]:
        return [
            {"id": identifier(f"disposition {one.name}"), "name": one.name, "displayName": one.display_name}
            for one in self._settings.dispositions
        ]

    # --- what only WWE asks for ---------------------------------------------------------------------------------------

    async def workbins(self, request: web.Request, session: Session) -> Resource:
        """There are none; asked for some by id it fails, as GWS does without an Interaction Server."""
        if "workbinIds" in request.query:
            raise not_found("Workbin", clip(request.query["workbinIds"]))
        return collection(request, "workbins", [])

    async def settings(self, request: web.Request, session: Session) -> Resource:
        """The sections of options, as resources."""
        return collection(request, "settings", self._sections(session))

    async def section(self, request: web.Request, session: Session) -> Resource:
        """One of them, in the manner of a DN's options."""
        wanted = request.match_info["section"]
        options = workspace.sections(self._settings, session.account).get(wanted)
        if options is None:
            raise not_found("Section", wanted)
        return success(**settings_resource(options))

    async def internal_settings(self, request: web.Request, session: Session) -> Resource:
        """WWE's start: the states to choose from and the options, below `resources`."""
        states = [agent_state_resource(entry) for entry in self._settings.agent_states]
        return success(resources={"agentStates": states, "user": {"settings": self._sections(session)}})

    def _sections(self, session: Session) -> list[Resource]:
        found = workspace.sections(self._settings, session.account)
        return [section_resource(name, options, self._switch.root) for name, options in found.items()]

    async def contact_center(self, request: web.Request, session: Session) -> Resource:
        """With subresources it is those, below `resources`."""
        wanted = subresources(request)
        if not wanted:
            return success(contactCenter={"id": CONTACT_CENTER, "name": "Lab"})
        found = {"businessAttributes": self._business_attributes()} if {"businessAttributes", "*"} & wanted else {}
        return success(resources=found)

    async def business_attributes(self, request: web.Request, session: Session) -> Resource:
        return success(businessAttributes=self._business_attributes())

    def _business_attributes(self) -> list[Resource]:
        values = [{**_named(one.name, one.display_name), "default": False} for one in self._settings.dispositions]
        return [{**_named(self._settings.disposition_key, "Disposition"), "values": values}]

    async def operate(self, request: web.Request, session: Session) -> Resource:
        """`POST /internal-api/operations`: WWE asks for the state of outbound campaigns, of which there are none."""
        operation, body = await read_operation(request)
        if operation != "SendUserEvent":
            raise unknown_operation(operation)
        dn = self._seating.dn(session.account)
        if body.get("deviceId") != device_id(dn):
            raise not_found("Device", str(body.get("deviceId")))
        if not self._switch.dn(dn).in_service:
            raise GwsError(StatusCode.INTERNAL_ERROR, not_registered(dn))
        return success()


def _named(name: str, display_name: str) -> Resource:
    return {"name": name, "displayName": display_name, "description": display_name, "userProperties": []}


def _one(what: str, wanted: str, resources: list[Resource]) -> Resource:
    for resource in resources:
        if resource["id"] == wanted:
            return resource
    raise not_found(what, wanted)


def _typed(request: web.Request, groups: list[Resource]) -> list[Resource]:
    """Those of the types in `?type=`; a type that the lab does not have has no groups."""
    if "type" not in request.query:
        return groups
    return [group for group in groups if group["type"] in query_words(request, "type")]


async def unknown(request: web.Request, session: Session) -> Resource:
    raise GwsError(StatusCode.NOT_FOUND, "There is nothing here")


def empty(plural: str) -> Callable[[web.Request, Session], Awaitable[Resource]]:
    async def handle(request: web.Request, session: Session) -> Resource:
        return collection(request, plural, [])

    return handle
