"""`/me/devices`: the agent's DN, its options, do-not-disturb and forwarding, Dial (reference: GWS API 1.8 to 1.11)."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from cordboard.genesys.channels import CALLS
from cordboard.genesys.operations import DeviceOperation
from cordboard.genesys.resources import settings_resource
from cordboard.genesys.status import Resource, StatusCode, not_registered, success
from cordboard.lab.gws.answer import (
    GwsError,
    collection,
    destination_of,
    not_found,
    number,
    object_of,
    read_operation,
    text_of,
    unknown_operation,
)
from cordboard.lab.gws.directory import device_id
from cordboard.lab.gws.sign_in import Session
from cordboard.lab.gws.view import Switch
from cordboard.lab.telephony import DnView, MakeCall


class Devices:
    """Handlers of devices; `changed` tells the agent's pages about a device that GWS itself has changed."""

    def __init__(self, switch: Switch, changed: Callable[[DnView], None]) -> None:
        self._switch = switch
        self._changed = changed

    async def index(self, request: web.Request, session: Session) -> Resource:
        device = self._switch.device(self._switch.dn(session.account.dn))
        if "fields" not in request.query:
            return success(uris=[f"{self._switch.root}/devices/{device['id']}"])
        return collection(request, "devices", [device])

    async def one(self, request: web.Request, session: Session) -> Resource:
        return success(device=self._switch.device(self._switch.dn(_dn(request, session))))

    async def options(self, request: web.Request, session: Session) -> Resource:
        return success(**settings_resource(self._switch.annex(_dn(request, session))))

    async def operate(self, request: web.Request, session: Session) -> Resource:
        dn = _dn(request, session)
        operation, body = await read_operation(request)
        match operation:
            case DeviceOperation.DO_NOT_DISTURB_ON | DeviceOperation.DO_NOT_DISTURB_OFF:
                self._switch.set_do_not_disturb(dn, operation == DeviceOperation.DO_NOT_DISTURB_ON)
            case DeviceOperation.FORWARD_CALLS_ON:
                self._switch.set_forward(dn, number(text_of(body, "destination")))
            case DeviceOperation.FORWARD_CALLS_OFF:
                self._switch.set_forward(dn, "")
            case _:
                raise unknown_operation(operation)
        self._changed(self._switch.dn(dn))
        return success()

    async def dial(self, request: web.Request, session: Session) -> Resource:
        dn = _dn(request, session)
        operation, body = await read_operation(request)
        if operation != DeviceOperation.DIAL:
            raise unknown_operation(operation)
        destination = destination_of(body)
        user_data = object_of(body, "userData")
        if not self._switch.dn(dn).in_service:
            raise GwsError(StatusCode.INTERNAL_ERROR, not_registered(dn))
        self._switch.request(MakeCall(dn, destination, user_data, self._switch.reference(CALLS)))
        return success()


def _dn(request: web.Request, session: Session) -> str:
    """The DN of the device in the path, which must be the agent's own."""
    if request.match_info["device"] != device_id(session.account.dn):
        raise not_found("Device", request.match_info["device"])
    return session.account.dn
