"""/workspace/v3/voice/calls/{id}: what can be done with a call, whose id is its ConnID (reference: GWS API 3.3).

An operation answers 1 as soon as it is asked of SIP Server; what comes of it arrives by CometD. A released call is no
more SIP Server's: its user data are changed here, until the call is completed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from aiohttp import web

from cordboard.genesys.status import Resource
from cordboard.genesys.workspace import messages
from cordboard.genesys.workspace.capabilities import CallOperation
from cordboard.genesys.workspace.words import NotificationType
from cordboard.lab.gws.sign_in import Session
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
    ReconnectCall,
    RecordCall,
    RecordingAction,
    RedirectCall,
    ReleaseCall,
    RetrieveCall,
    SendDtmf,
    SetMonitorMode,
    SingleStepConference,
    SingleStepTransfer,
    TelephonyRequest,
)
from cordboard.lab.workspace.answer import Order, not_possible, read_order, wrong
from cordboard.lab.workspace.voice.dn import seat_of
from cordboard.lab.workspace.voice.events import Events
from cordboard.lab.workspace.voice.seats import KnownCall, Seat
from cordboard.lab.workspace.voice.switchboard import Switchboard, capabilities_of

_DIGITS = re.compile(r"[0-9*#A-Da-d]{1,64}")

Ask = Callable[[str, str, Order, int], TelephonyRequest]  # DN, call UUID, order, reference


def _digits(dn: str, call: str, order: Order, reference: int) -> TelephonyRequest:
    digits = order.text("dtmfDigits")
    if _DIGITS.fullmatch(digits) is None:
        raise wrong("The parameter 'dtmfDigits' holds something that is no digit")
    return SendDtmf(dn, call, digits, reference)


def _change(dn: str, call: str, order: Order, reference: int) -> TelephonyRequest:
    return ChangeUserData(dn, call, order.pairs("userData"), reference=reference)


def _delete_pair(dn: str, call: str, order: Order, reference: int) -> TelephonyRequest:
    return ChangeUserData(dn, call, delete=(order.text("key"),), reference=reference)


def _redirect(dn: str, call: str, order: Order, reference: int) -> TelephonyRequest:
    return RedirectCall(dn, call, order.number("destination"), reference)


def _drop(dn: str, call: str, order: Order, reference: int) -> TelephonyRequest:
    return DeleteFromConference(dn, call, order.number("dnToDrop"), reference)


Plain = type[AnswerCall | HoldCall | RetrieveCall | ReleaseCall | ClearCall | CompleteTransfer]


def _plain(kind: Plain) -> Ask:
    return lambda dn, call, order, reference: kind(dn, call, reference)


def _to(kind: type[InitiateTransfer] | type[SingleStepTransfer]) -> Ask:
    """A request that names a third party."""

    def ask(dn: str, call: str, order: Order, reference: int) -> TelephonyRequest:
        return kind(dn, call, order.number("destination"), order.pairs("userData"), reference)

    return ask


def _record(action: RecordingAction) -> Ask:
    return lambda dn, call, order, reference: RecordCall(dn, call, action, reference)


def _monitor(mode: MonitorMode) -> Ask:
    return lambda dn, call, order, reference: SetMonitorMode(dn, call, mode, reference)


_C = CallOperation

REQUESTS: dict[CallOperation, Ask] = {
    _C.ANSWER: _plain(AnswerCall),
    _C.HOLD: _plain(HoldCall),
    _C.RETRIEVE: _plain(RetrieveCall),
    _C.RELEASE: _plain(ReleaseCall),
    _C.CLEAR: _plain(ClearCall),
    _C.REDIRECT: _redirect,
    _C.INITIATE_TRANSFER: _to(InitiateTransfer),
    _C.INITIATE_CONFERENCE: _to(InitiateConference),
    _C.SINGLE_STEP_TRANSFER: _to(SingleStepTransfer),
    _C.SINGLE_STEP_CONFERENCE: _to(SingleStepConference),
    _C.COMPLETE_TRANSFER: _plain(CompleteTransfer),
    _C.COMPLETE_CONFERENCE: _plain(CompleteConference),
    _C.MERGE: _plain(CompleteConference),
    _C.ALTERNATE: _plain(AlternateCall),
    _C.RECONNECT: _plain(ReconnectCall),
    _C.DELETE_FROM_CONFERENCE: _drop,
    _C.ATTACH_USER_DATA: _change,
    _C.UPDATE_USER_DATA: _change,
    _C.DELETE_USER_DATA_PAIR: _delete_pair,
    _C.SEND_DTMF: _digits,
    _C.START_RECORDING: _record(RecordingAction.START),
    _C.PAUSE_RECORDING: _record(RecordingAction.PAUSE),
    _C.RESUME_RECORDING: _record(RecordingAction.RESUME),
    _C.STOP_RECORDING: _record(RecordingAction.STOP),
    _C.SWITCH_TO_LISTEN_IN: _monitor(MonitorMode.MUTE),
    _C.SWITCH_TO_COACHING: _monitor(MonitorMode.COACH),
    _C.SWITCH_TO_BARGE_IN: _monitor(MonitorMode.CONNECT),
}
# The parameter that names the other one of two calls.
OTHER_CALL: dict[CallOperation, str] = {
    _C.COMPLETE_TRANSFER: "parentConnId",
    _C.COMPLETE_CONFERENCE: "parentConnId",
    _C.ALTERNATE: "heldConnId",
    _C.RECONNECT: "heldConnId",
    _C.MERGE: "otherConnId",
}
# Clients refuse a ringing call with release although it is not among the capabilities; a comment can always be left.
BESIDE_CAPABILITIES = {(CallState.RINGING, CallOperation.RELEASE)}
COMMENT = "Comment"


class Calls:
    """Handlers of calls."""

    def __init__(self, switchboard: Switchboard, events: Events) -> None:
        self._switchboard = switchboard
        self._events = events

    async def operate(self, request: web.Request, session: Session) -> Resource:
        seat = seat_of(self._switchboard, session)
        order = await read_order(request)
        operation = CallOperation(request.match_info["operation"])
        call = self._switchboard.find(seat, request.match_info["call"])
        self._check(seat, operation, call, order)
        if operation is CallOperation.SET_COMMENT:
            order = Order({"userData": [{"key": COMMENT, "value": order.optional_text("comment")}]}, order.operation)
            operation = CallOperation.UPDATE_USER_DATA
        if operation is CallOperation.COMPLETE:
            self._events.complete(seat, seat.calls[call.connection_id], order.operation)
            return messages.accepted(order.operation)
        reference = self._switchboard.reference(order.operation)
        asked = REQUESTS[operation](seat.dn, call.call_uuid, order, reference)
        if call.state is CallState.RELEASED and isinstance(asked, ChangeUserData):
            self._change_released(seat, call, asked, order.operation)
        else:
            self._switchboard.request(asked)
        return messages.accepted(order.operation)

    def _check(self, seat: Seat, operation: CallOperation, call: CallView, order: Order) -> None:
        possible = operation in capabilities_of(call) or (call.state, operation) in BESIDE_CAPABILITIES
        if not possible and operation is not CallOperation.SET_COMMENT:
            raise not_possible(f"'{operation.value}' is not possible: the call is {call.state.value}")
        other = order.optional_text(OTHER_CALL.get(operation, ""))
        if other and self._switchboard.find(seat, other).call_uuid not in (call.parent_call, call.consult_call):
            raise not_possible(f"'{operation.value}' is not possible: the calls do not belong together")

    def _change_released(self, seat: Seat, call: CallView, change: ChangeUserData, operation: str) -> None:
        data = {**call.user_data, **change.pairs}
        for key in change.delete:
            data.pop(key, None)
        before = seat.calls[call.connection_id]
        known = KnownCall(replace(call, user_data=data), before.extensions, before.previous)
        seat.calls[call.connection_id] = known
        self._events.tell_call(seat, known, NotificationType.ATTACHED_DATA_CHANGED, operation)
