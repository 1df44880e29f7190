"""`/me/devices`: the agent's DN, its options, do-not-disturb, forwarding, supervision, Dial (reference: GWS API 1.8 to
1.11)."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from cordboard.genesys.capabilities import DeviceCapability
from cordboard.genesys.channels import CALLS, DEVICES
from cordboard.genesys.operations import DeviceOperation
from cordboard.genesys.resources import settings_resource
from cordboard.genesys.status import Resource, StatusCode, not_registered, success
from cordboard.lab.gws.answer import (
    GwsError,
    clip,
    collection,
    destination_of,
    location_of,
    not_found,
    number,
    object_of,
    optional_text_of,
    read_operation,
    text_of,
    unknown_operation,
)
from cordboard.lab.gws.directory import Directory, device_id
from cordboard.lab.gws.resources.calls import last_segment
from cordboard.lab.gws.resources.ended_calls import EndedCalls
from cordboard.lab.gws.resources.user_data import UserDataRules
from cordboard.lab.gws.seating import Seating
from cordboard.lab.gws.settings import GwsSettings
from cordboard.lab.gws.sign_in import Session
from cordboard.lab.gws.supervision import ALL_CALLS, NEXT_CALL, SCOPES
from cordboard.lab.gws.view import Switch
from cordboard.lab.telephony import (
    CallEvent,
    CallEventName,
    CallState,
    CallView,
    ChangeUserData,
    DnView,
    MakeCall,
    SetDoNotDisturb,
    SetForward,
    TelephonyEvent,
)

MONITORING = (DeviceOperation.LISTEN_IN, DeviceOperation.COACH, DeviceOperation.BARGE_IN)


class Devices:
    """Handlers of devices; `changed` tells the agent's pages about a device that GWS itself has changed, `tell` about
    an event that is GWS's own.
    """

    def __init__(
        self,
        switch: Switch,
        seating: Seating,
        directory: Directory,
        settings: GwsSettings,
        ended: EndedCalls,
        changed: Callable[[DnView], None],
        tell: Callable[[TelephonyEvent], None],
    ) -> None:
        self._switch = switch
        self._seating = seating
        self._directory = directory
        self._settings = settings
        self._user_data = UserDataRules(settings)
        self._ended = ended
        self._changed = changed
        self._tell = tell

    # --- GET ----------------------------------------------------------------------------------------------------------

    async def index(self, request: web.Request, session: Session) -> Resource:
        device = self._switch.device(self._switch.seen(self._seating.dn(session.account)))
        if "fields" not in request.query:
            return success(uris=[f"{self._switch.root}/devices/{device['id']}"])
        return collection(request, "devices", [device])

    async def one(self, request: web.Request, session: Session) -> Resource:
        return success(device=self._switch.device(self._switch.seen(self._dn(request, session))))

    async def options(self, request: web.Request, session: Session) -> Resource:
        return success(**settings_resource(self._switch.annex(self._dn(request, session))))

    # --- POST ---------------------------------------------------------------------------------------------------------

    async def operate(self, request: web.Request, session: Session) -> Resource:
        dn = self._dn(request, session)
        operation, body = await read_operation(request)
        reference = self._switch.reference(DEVICES)
        match operation:
            case DeviceOperation.DO_NOT_DISTURB_ON | DeviceOperation.DO_NOT_DISTURB_OFF:
                on = operation == DeviceOperation.DO_NOT_DISTURB_ON
                self._switch.request(SetDoNotDisturb(self._switch.dn(dn).dn, on, reference))
            case DeviceOperation.FORWARD_CALLS_ON:
                destination = number(text_of(body, "destination"))
                self._switch.request(SetForward(self._switch.dn(dn).dn, destination, reference))
            case DeviceOperation.FORWARD_CALLS_OFF:
                self._switch.request(SetForward(self._switch.dn(dn).dn, "", reference))
            case DeviceOperation.SET_CALL_DISPOSITION:
                self._dispose(dn, body)
            case DeviceOperation.CANCEL_SUPERVISOR_MONITORING:
                self._cancel_monitoring(dn)
            case _ if operation in MONITORING:
                self._monitor(dn, session, DeviceCapability(operation), body)
            case _:
                raise unknown_operation(operation)
        return success()

    async def dial(self, request: web.Request, session: Session) -> Resource:
        dn = self._dn(request, session)
        operation, body = await read_operation(request)
        if operation != DeviceOperation.DIAL:
            raise unknown_operation(operation)
        destination = destination_of(body)
        location_of(body)
        optional_text_of(body, "outboundCallerId")
        user_data = self._user_data.checked({}, object_of(body, "userData"))
        if not self._switch.dn(dn).in_service:
            raise GwsError(StatusCode.INTERNAL_ERROR, not_registered(dn))
        self._switch.request(MakeCall(dn, destination, user_data, self._switch.reference(CALLS)))
        return success()

    def _dispose(self, dn: str, body: Resource) -> None:
        """The disposition becomes attached data of the call; of one that is over GWS knows alone."""
        call = self._call(dn, body)
        key = optional_text_of(body, "dispositionKey") or self._settings.disposition_key
        pairs = {**object_of(body, "userData"), key: text_of(body, "disposition")}
        self._user_data.checked(call.user_data, pairs)
        if call.state is CallState.RELEASED:
            changed = self._ended.changed(call, pairs)
            return self._tell(CallEvent(CallEventName.ATTACHED_DATA_CHANGED, changed, {}))
        self._switch.request(ChangeUserData(dn, call.call_uuid, pairs, reference=self._switch.reference(CALLS)))

    def _call(self, dn: str, body: Resource) -> CallView:
        named = {optional_text_of(body, "callUuid"), last_segment(optional_text_of(body, "callUri"))} - {""}
        for call in [*self._switch.calls(dn), *self._ended.of(dn)]:
            if named == {call.call_uuid}:
                return call
        raise not_found("Call", " ".join(sorted(named)))

    # --- supervision --------------------------------------------------------------------------------------------------

    def _monitor(self, dn: str, session: Session, operation: DeviceCapability, body: Resource) -> None:
        if not session.account.is_supervisor:
            raise GwsError(StatusCode.NO_PERMISSION, "The feature 'api-supervisor-monitoring' is required")
        target = self._target(session, body)
        scope = _choice(body, "supervisorMonitoringScope", tuple(SCOPES))
        mode = _choice(body, "supervisorMonitoringMode", (ALL_CALLS, NEXT_CALL))
        self._switch.dn(dn)
        self._switch.supervision.ask(dn, target, operation, scope, mode, self._switch.reference(DEVICES))
        self._changed(self._switch.dn(dn))

    def _target(self, session: Session, body: Resource) -> str:
        """The DN of `targetDeviceUri` or `phoneNumber`, which must be an agent's whom this supervisor may watch."""
        uri, said = optional_text_of(body, "targetDeviceUri"), optional_text_of(body, "phoneNumber")
        if not uri and not said:
            raise GwsError(StatusCode.PARAMETER_MISSING, "The parameter 'targetDeviceUri' is missing")
        dn = self._directory.dn_of_device(last_segment(uri)) if uri else said
        agent = self._seating.account_at(dn) if dn else None
        if dn is None or agent is None:
            raise not_found("Device", uri or said)
        if session.account not in self._directory.supervisors_of(agent):
            raise GwsError(StatusCode.NO_PERMISSION, f"Device '{clip(uri or said)}' is none that you may monitor")
        return dn

    def _cancel_monitoring(self, dn: str) -> None:
        if self._switch.supervision.of(dn) is None:
            raise GwsError(StatusCode.PARAMETER_INVALID, "Supervisor monitoring is not active")
        self._switch.supervision.cancel(dn, self._switch.reference(DEVICES))
        self._changed(self._switch.dn(dn))

    def _dn(self, request: web.Request, session: Session) -> str:
        """The DN of the device in the path, which must be the agent's own."""
        dn = self._seating.dn(session.account)
        if request.match_info["device"] != device_id(dn):
            raise not_found("Device", request.match_info["device"])
        return dn


def _choice(body: Resource, name: str, words: tuple[str, ...]) -> str:
    """One of these words; the first is the default."""
    said = optional_text_of(body, name) or words[0]
    if said not in words:
        raise GwsError(StatusCode.PARAMETER_INVALID, f"The parameter '{name}' is none of {', '.join(words)}")
    return said
