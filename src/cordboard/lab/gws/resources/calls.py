"""`/me/calls`: the agent's calls and what can be done with them (reference: GWS API 1.12, 1.13).

An operation answers 0 as soon as it is asked of SIP Server; what comes of it arrives by CometD. `/me/calls/active/...`
are the integration guide's names for an operation on the one call it fits.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from aiohttp import web

from cordboard.genesys.channels import CALLS
from cordboard.genesys.operations import CallOperation
from cordboard.genesys.status import Resource, StatusCode, success
from cordboard.lab.gws.answer import (
    GwsError,
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
from cordboard.lab.gws.resources.user_data import UserDataRules
from cordboard.lab.gws.seating import Seating
from cordboard.lab.gws.settings import GwsSettings
from cordboard.lab.gws.sign_in import Session
from cordboard.lab.gws.view import Switch, capabilities_of
from cordboard.lab.telephony import (
    AlternateCall,
    AnswerCall,
    CallState,
    CallView,
    ChangeUserData,
    ClearCall,
    CompleteConference,
    CompleteTransfer,
    DeleteFromConference,
    HoldCall,
    InitiateConference,
    InitiateTransfer,
    MonitorMode,
    RecordCall,
    RecordingAction,
    ReleaseCall,
    RetrieveCall,
    SendDtmf,
    SetMonitorMode,
    SingleStepConference,
    SingleStepTransfer,
    TelephonyRequest,
)

_DIGITS = re.compile(r"[0-9*#A-Da-d]{1,64}")

Ask = Callable[[str, str, Resource, int], TelephonyRequest]  # DN, call UUID, body, reference


def _digits(dn: str, call: str, body: Resource, reference: int) -> TelephonyRequest:
    digits = text_of(body, "digits")
    if _DIGITS.fullmatch(digits) is None:
        raise GwsError(StatusCode.PARAMETER_INVALID, "The parameter 'digits' holds something that is no digit")
    return SendDtmf(dn, call, digits, reference)


def _pairs(dn: str, call: str, body: Resource, reference: int) -> TelephonyRequest:
    return ChangeUserData(dn, call, object_of(body, "userData"), reference=reference)


def _delete_pair(dn: str, call: str, body: Resource, reference: int) -> TelephonyRequest:
    return ChangeUserData(dn, call, delete=(text_of(body, "key"),), reference=reference)


def _to(kind: type[InitiateTransfer] | type[SingleStepTransfer]) -> Ask:
    """A request that names a third party."""

    def ask(dn: str, call: str, body: Resource, reference: int) -> TelephonyRequest:
        location_of(body)
        return kind(dn, call, destination_of(body), object_of(body, "userData"), reference)

    return ask


def _switch_to(mode: MonitorMode) -> Ask:
    return lambda dn, call, body, reference: SetMonitorMode(dn, call, mode, reference)


def _record(action: RecordingAction) -> Ask:
    return lambda dn, call, body, reference: RecordCall(dn, call, action, reference)


def _remove(dn: str, call: str, body: Resource, reference: int) -> TelephonyRequest:
    return DeleteFromConference(dn, call, number(text_of(body, "participant")), reference)


REQUESTS: dict[CallOperation, Ask] = {
    CallOperation.ANSWER: lambda dn, call, body, reference: AnswerCall(dn, call, reference),
    CallOperation.HANGUP: lambda dn, call, body, reference: ReleaseCall(dn, call, reference),
    CallOperation.CLEAR_CALL: lambda dn, call, body, reference: ClearCall(dn, call, reference),
    CallOperation.HOLD: lambda dn, call, body, reference: HoldCall(dn, call, reference),
    CallOperation.RETRIEVE: lambda dn, call, body, reference: RetrieveCall(dn, call, reference),
    # The other leg is known: an agent has one consultation at a time.
    CallOperation.SWAP_CALLS: lambda dn, call, body, reference: AlternateCall(dn, call, reference),
    CallOperation.INITIATE_TRANSFER: _to(InitiateTransfer),
    CallOperation.INITIATE_CONFERENCE: _to(InitiateConference),
    CallOperation.SINGLE_STEP_TRANSFER: _to(SingleStepTransfer),
    CallOperation.SINGLE_STEP_CONFERENCE: _to(SingleStepConference),
    CallOperation.COMPLETE_TRANSFER: lambda dn, call, body, reference: CompleteTransfer(dn, call, reference),
    CallOperation.COMPLETE_CONFERENCE: lambda dn, call, body, reference: CompleteConference(dn, call, reference),
    CallOperation.REMOVE_PARTICIPANT_FROM_CONFERENCE: _remove,
    CallOperation.START_CALL_RECORDING: _record(RecordingAction.START),
    CallOperation.PAUSE_CALL_RECORDING: _record(RecordingAction.PAUSE),
    CallOperation.RESUME_CALL_RECORDING: _record(RecordingAction.RESUME),
    CallOperation.STOP_CALL_RECORDING: _record(RecordingAction.STOP),
    CallOperation.SEND_DTMF: _digits,
    CallOperation.ATTACH_USER_DATA: _pairs,
    CallOperation.UPDATE_USER_DATA: _pairs,
    CallOperation.DELETE_USER_DATA_PAIR: _delete_pair,
    CallOperation.DELETE_USER_DATA: lambda dn, call, body, reference: ChangeUserData(
        dn, call, clear=True, reference=reference
    ),
    CallOperation.SWITCH_TO_LISTEN_IN: _switch_to(MonitorMode.MUTE),
    CallOperation.SWITCH_TO_COACH: _switch_to(MonitorMode.COACH),
    CallOperation.SWITCH_TO_BARGE_IN: _switch_to(MonitorMode.CONNECT),
}
# Clients refuse a ringing call with Hangup, one with Reject, although neither is among the capabilities.
BESIDE_CAPABILITIES = {(CallState.RINGING, CallOperation.HANGUP)}
SYNONYMS = {CallOperation.REJECT: CallOperation.HANGUP}
CONSULTING = (CallOperation.INITIATE_TRANSFER, CallOperation.INITIATE_CONFERENCE)
# What changes the user data of the call it is made on.
USER_DATA = (CallOperation.ATTACH_USER_DATA, CallOperation.UPDATE_USER_DATA)
OTHER_LEG = {
    CallOperation.SWAP_CALLS: "otherCallUri",
    CallOperation.COMPLETE_TRANSFER: "consultCallUri",
    CallOperation.COMPLETE_CONFERENCE: "consultCallUri",
}

ALIASES = {
    "answer": CallOperation.ANSWER,
    "hold": CallOperation.HOLD,
    "retrieve": CallOperation.RETRIEVE,
    "hangup": CallOperation.HANGUP,
}
_PREFERRED = (CallState.ESTABLISHED, CallState.DIALING, CallState.RINGING, CallState.HELD)


class Calls:
    """Handlers of calls."""

    def __init__(self, switch: Switch, seating: Seating, settings: GwsSettings) -> None:
        self._switch = switch
        self._seating = seating
        self._user_data = UserDataRules(settings)

    async def index(self, request: web.Request, session: Session) -> Resource:
        return collection(request, "calls", [self._switch.call(call) for call in self._own(session)])

    async def one(self, request: web.Request, session: Session) -> Resource:
        return success(call=self._switch.call(self._find(request, session)))

    async def operate(self, request: web.Request, session: Session) -> Resource:
        call = self._find(request, session)
        name, body = await read_operation(request)
        try:
            operation = CallOperation(name)
        except ValueError:
            raise unknown_operation(name) from None
        if operation is CallOperation.REJECT and call.state is not CallState.RINGING:
            raise _not_possible(operation, call)
        return self._carry_out(SYNONYMS.get(operation, operation), call, body)

    async def operate_on_active(self, request: web.Request, session: Session) -> Resource:
        """`POST .../active/answer`, `DELETE .../active/hangup` and so on; a body is not read."""
        operation = ALIASES[request.match_info["operation"]]
        fitting = [call for call in self._own(session) if _is_possible(operation, call)]
        if not fitting:
            raise GwsError(StatusCode.NOT_FOUND, f"There is no call for {operation.value}")
        return self._carry_out(operation, min(fitting, key=lambda call: _PREFERRED.index(call.state)), {})

    def _carry_out(self, operation: CallOperation, call: CallView, body: Resource) -> Resource:
        self._switch.dn(call.dn)
        if not _is_possible(operation, call):
            raise _not_possible(operation, call)
        _check_other_leg(operation, call, body)
        if operation in USER_DATA:
            body = {**body, "userData": self._changed_data(operation, call, body)}
        reference = self._switch.reference(CALLS)
        if operation in CONSULTING:
            self._switch.consultations.ask(reference, call.call_uuid)
        self._switch.request(REQUESTS[operation](call.dn, call.call_uuid, body, reference))
        return success()

    def _changed_data(self, operation: CallOperation, call: CallView, body: Resource) -> Resource:
        pairs = self._user_data.checked(call.user_data, object_of(body, "userData"))
        return self._user_data.attached(call.user_data, pairs) if operation is CallOperation.ATTACH_USER_DATA else pairs

    def _own(self, session: Session) -> list[CallView]:
        return self._switch.calls(self._seating.dn(session.account))

    def _find(self, request: web.Request, session: Session) -> CallView:
        wanted = request.match_info["call"]
        for call in self._own(session):
            if call.call_uuid == wanted:
                return call
        raise not_found("Call", wanted)


def last_segment(uri: str) -> str:
    """The id in a `uri` or a `path`."""
    return uri.rstrip("/").rpartition("/")[2]


def _is_possible(operation: CallOperation, call: CallView) -> bool:
    allowed = {capability.value for capability in capabilities_of(call)}
    return operation.value in allowed or (call.state, operation) in BESIDE_CAPABILITIES


def _not_possible(operation: CallOperation, call: CallView) -> GwsError:
    why = f"{operation.value} is not possible: the call is {call.state.value}"
    return GwsError(StatusCode.PARAMETER_INVALID, why)


def _check_other_leg(operation: CallOperation, call: CallView, body: Resource) -> None:
    """The other leg is known, as an agent has one consultation at a time; a client that names it must be right.

    `consultCallUri` names the consult leg, also when the operation is made on that leg.
    """
    name = OTHER_LEG.get(operation)
    said = optional_text_of(body, name) if name else ""
    if not said:
        return
    consult = call.consult_call or call.call_uuid
    expected = consult if name == "consultCallUri" else call.consult_call or call.parent_call
    if last_segment(said) != expected:
        raise GwsError(StatusCode.PARAMETER_INVALID, f"The parameter '{name}' does not name the other call")
