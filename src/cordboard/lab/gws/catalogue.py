"""The lists that WWE asks for while it starts: services, features, contacts, and what the lab has nothing in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from cordboard.genesys.resources import Feature, feature_resource, user_resource
from cordboard.genesys.status import Resource, StatusCode, success
from cordboard.lab.gws.answer import GwsError, collection, not_found, read_operation, unknown_operation
from cordboard.lab.gws.directory import (
    CONTACT_CENTER,
    VOICE_SERVICE,
    Directory,
    contact_resource,
    device_id,
    user,
)
from cordboard.lab.gws.sign_in import Session

FEATURES = (
    Feature("api-voice", "Voice", "Calls on the agent's device"),
    Feature("api-voice-outbound", "Outbound voice", "Calls that the agent begins"),
    Feature("api-devices-webrtc", "WebRTC devices", "A phone in the browser"),
)

# Name, type, whether it runs: the lab has voice and nothing else.
SERVICES = (
    ("ON_PREMISE_ENVIRONMENT", "Provisioning", "Provisioning", True),
    (VOICE_SERVICE, "SIP_Server", "Voice", True),
    ("interaction-server", "Interaction_Server", "MultiMediaState", False),
    ("contact-server", "Contact_Server", "MultiMediaContent", False),
)

# Paths below the API's root whose lists are empty, and the plural names in their answers.
EMPTY = {
    "/me/groups": "groups",
    "/groups": "groups",
    "/workbins": "workbins",
    "/me/interactions": "interactions",
    "/me/chats": "chats",
}


def features(root: str) -> list[Resource]:
    return [feature_resource(feature, root) for feature in FEATURES]


def workspace_settings() -> Resource:
    """The sections of options; `interaction-workspace` is WWE's."""
    return {
        "interaction-workspace": {
            "login.voice.is-auto-ready": "false",
            "voice.auto-answer": "false",
            "privilege.voice.can-use": "true",
        }
    }


class Catalogue:
    """Handlers that only read."""

    def __init__(self, directory: Directory, root: str, version: str) -> None:
        self._directory = directory
        self._root = root
        self._version = version

    async def version(self, request: web.Request) -> Resource:
        return success(version=self._version)

    async def services(self, request: web.Request, session: Session) -> Resource:
        return collection(request, "services", [self._service(*row) for row in SERVICES])

    def _service(self, identifier: str, name: str, kind: str, active: bool) -> Resource:
        path = f"/services/{identifier}"
        state = "Active" if active else "Inactive"
        return {"id": identifier, "name": name, "type": kind, "state": state, "uri": self._root + path, "path": path}

    async def contacts(self, request: web.Request, session: Session) -> Resource:
        return collection(request, "contacts", [])

    async def contact(self, request: web.Request, session: Session) -> Resource:
        account = self._directory.of_user(request.match_info["user"])
        if account is None:
            raise not_found("Contact", request.match_info["user"])
        return success(contact=contact_resource(account, self._root))

    async def user(self, request: web.Request, session: Session) -> Resource:
        account = self._directory.of_user(request.match_info["user"])
        if account is None:
            raise not_found("User", request.match_info["user"])
        return success(user=user_resource(user(account), self._root))

    async def settings(self, request: web.Request, session: Session) -> Resource:
        return success(settings=workspace_settings())

    async def contact_center(self, request: web.Request, session: Session) -> Resource:
        return success(contactCenter={"id": CONTACT_CENTER, "businessAttributes": []})

    async def business_attributes(self, request: web.Request, session: Session) -> Resource:
        return collection(request, "businessAttributes", [])

    async def operate(self, request: web.Request, session: Session) -> Resource:
        """`POST /internal-api/operations`: WWE asks for the state of outbound campaigns, of which there are none."""
        operation, body = await read_operation(request)
        if operation != "SendUserEvent":
            raise unknown_operation(operation)
        if body.get("deviceId") != device_id(session.account.dn):
            raise not_found("Device", str(body.get("deviceId")))
        return success()


async def unknown(request: web.Request, session: Session) -> Resource:
    raise GwsError(StatusCode.NOT_FOUND, "There is nothing here")


def empty(plural: str) -> Callable[[web.Request, Session], Awaitable[Resource]]:
    async def handle(request: web.Request, session: Session) -> Resource:
        return collection(request, plural, [])

    return handle
