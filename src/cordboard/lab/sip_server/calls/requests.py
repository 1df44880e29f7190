"""What CTI asks about calls: which state a request needs, what it does, and the errors of T-Library."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from cordboard.genesys.dialect import EVENT_HOLD, EVENT_TALK, SIP_CTI_CONTROL
from cordboard.lab.sip_server.calls import digits
from cordboard.lab.sip_server.calls.flow import referring
from cordboard.lab.sip_server.calls.flow.basic import BasicCall
from cordboard.lab.sip_server.calls.leg import Outputs, Phone
from cordboard.lab.sip_server.calls.routing import distributing
from cordboard.lab.sip_server.calls.vocabulary import ErrorCode, Event, State
from cordboard.lab.telephony import (
    AlternateCall,
    AnswerCall,
    CallEventName,
    CallState,
    ChangeUserData,
    ClearCall,
    CompleteConference,
    CompleteTransfer,
    DeleteFromConference,
    Error,
    HoldCall,
    InitiateConference,
    InitiateTransfer,
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
)

BUSY_HERE = 486


UP = (CallState.ESTABLISHED, CallState.HELD)


@dataclass(frozen=True, slots=True)
class Rule:
    """A request that makes the phone act: the state it needs, the NOTIFY it becomes, the event that tells of its
    success."""

    needs: CallState
    event: Event
    token: str
    success: CallEventName


RULES: dict[type, Rule] = {
    AnswerCall: Rule(CallState.RINGING, Event.ANSWER, EVENT_TALK, CallEventName.ESTABLISHED),
    HoldCall: Rule(CallState.ESTABLISHED, Event.HOLD, EVENT_HOLD, CallEventName.HELD),
    RetrieveCall: Rule(CallState.HELD, Event.RETRIEVE, EVENT_TALK, CallEventName.RETRIEVED),
}

SUCCESS_OF: dict[str, tuple[CallEventName, ...]] = {
    EVENT_TALK: (CallEventName.ESTABLISHED, CallEventName.RETRIEVED),
    EVENT_HOLD: (CallEventName.HELD,),
    "dtmf": (CallEventName.DTMF_SENT,),
}


def handle(call: BasicCall, phone: Phone, request: Any, now: float) -> Outputs:
    """A request about a call of this phone's DN."""
    return HANDLERS[type(request)](call, phone, request, now)


# --- one call ---------------------------------------------------------------------------------------------------------


def signal(call: BasicCall, phone: Phone, request: Any, now: float) -> Outputs:
    """AnswerCall, HoldCall, RetrieveCall; a call can only be answered by NOTIFY."""
    rule = RULES[type(request)]
    addition = call.additions.get(phone.session)
    possible = (call.state, rule.event) in call.TABLE or addition is not None
    if phone.state is not rule.needs or not possible:
        return [_wrong_state(phone, request)]
    if rule.event is Event.ANSWER and rule.token not in phone.listed(SIP_CTI_CONTROL):
        return [_error(request, ErrorCode.UNSUPPORTED_OPERATION, f"{rule.token} is not in the DN's sip-cti-control")]
    phone.references[rule.success] = request.reference
    if addition is not None:
        return phone.notify(call.key(phone, EVENT_TALK), EVENT_TALK)
    return call.step(rule.event, phone, now)


def release(call: BasicCall, phone: Phone, request: ReleaseCall | ClearCall, now: float) -> Outputs:
    """Hang up; an agent whose phone rings refuses the call so, one of several parties leaves the others."""
    phone.references[CallEventName.RELEASED] = request.reference
    if phone.session in call.additions:
        return call.additions[phone.session].over(BUSY_HERE, now)
    if phone is call.destination and call.state in (State.OFFERED, State.RINGING):
        return call.refused(BUSY_HERE, now)
    return call.left_by(phone, now)


def clear(call: BasicCall, phone: Phone, request: ClearCall, now: float) -> Outputs:
    """Drop every party; whose phone only rings refuses the call."""
    if phone.state is CallState.RINGING:
        return release(call, phone, request, now)
    phone.references[CallEventName.RELEASED] = request.reference
    return call.step(Event.RELEASE, None, now)


def redirect(call: BasicCall, phone: Phone, request: RedirectCall, now: float) -> Outputs:
    if phone.state is not CallState.RINGING or phone is not call.destination:
        return [_wrong_state(phone, request)]
    if call.server.classify(request.destination)[0] is not Event.TO_PHONE:
        return [_invalid_number(request)]
    phone.references[CallEventName.RELEASED] = request.reference
    return call.step(Event.REDIRECT, request.destination, now)


def change_user_data(call: BasicCall, phone: Phone, request: ChangeUserData, now: float) -> Outputs:
    if request.clear:
        call.user_data.clear()
    for key in request.delete:
        call.user_data.pop(key, None)
    call.user_data.update(request.pairs)
    phone.references[CallEventName.ATTACHED_DATA_CHANGED] = request.reference
    return distributing.attached_data_changed(call, now)


def send_dtmf(call: BasicCall, phone: Phone, request: SendDtmf, now: float) -> Outputs:
    """Digits go to the other party as INFO, one after the other."""
    if phone.state is not CallState.ESTABLISHED:
        return [_wrong_state(phone, request)]
    if not digits.are(request.digits):
        return [_error(request, ErrorCode.INVALID_ATTRIBUTE, "digits are 0-9, A-D, * and #")]
    return digits.send(call, phone, request.digits, request.reference, now)


# --- more parties, more calls -----------------------------------------------------------------------------------------


def initiate(call: BasicCall, phone: Phone, request: InitiateTransfer, now: float) -> Outputs:
    if not _is_up(call, phone) or call.consult is not None or call.parent is not None:
        return [_wrong_state(phone, request)]
    event, status = call.server.classify(request.destination)
    if (event is Event.TO_NOBODY and status == 404) or request.destination == phone.number:
        return [_invalid_number(request)]
    return call.step(Event.INITIATE, (phone, request), now)


def on_the_pair(event: Event, established: bool = True) -> Callable[[BasicCall, Phone, Any, float], Outputs]:
    """A request about the two calls of an agent, made on either of them."""

    def handler(call: BasicCall, phone: Phone, request: Any, now: float) -> Outputs:
        main = call.parent or call
        consult = main.consult
        agent = consult.origin if consult is not None else None
        if consult is None or agent is None or agent.number != phone.number or main.state is not State.CONNECTED:
            return [_wrong_state(phone, request)]
        two_phones = consult.state is State.CONNECTED and isinstance(consult.destination, Phone)
        completes = event in (Event.COMPLETE_TRANSFER, Event.COMPLETE_CONFERENCE)
        lacking = (established and not two_phones) or (completes and not main.has_two)
        if lacking or main.joining is not None or main.additions:
            return [_wrong_state(phone, request)]
        if main.phone_of(phone.number) is None:  # the agent's part of the main call is over
            return [_wrong_state(phone, request)]
        return main.step(event, request, now)

    return handler


def with_a_third(event: Event) -> Callable[[BasicCall, Phone, Any, float], Outputs]:
    """A request that calls somebody into the call."""

    def handler(call: BasicCall, phone: Phone, request: Any, now: float) -> Outputs:
        busy = call.additions or call.consult is not None or call.referral is not None
        if not _is_up(call, phone) or not call.has_two or busy:
            return [_wrong_state(phone, request)]
        kinds = [Event.TO_PHONE] if event is Event.SINGLE_STEP_CONFERENCE else [Event.TO_PHONE, Event.TO_QUEUE]
        taken = {each.number for each in call.parties()}
        kind, number = call.server.classify(request.destination)
        if kind not in kinds or request.destination in taken or number in taken:
            return [_invalid_number(request)]
        return call.step(event, (phone, replace(request, destination=number)), now)

    return handler


def delete_party(call: BasicCall, phone: Phone, request: DeleteFromConference, now: float) -> Outputs:
    party = next((each for each in call.talkers() if each.number == request.party and each is not phone), None)
    if party is None:
        return [_error(request, ErrorCode.INVALID_ATTRIBUTE, "there is no such party")]
    if len(call.talkers()) < 3 or call.mix is None:
        return [_wrong_state(phone, request)]
    phone.references[CallEventName.PARTY_DELETED] = request.reference
    return call.step(Event.DELETE_PARTY, party, now)


def record(call: BasicCall, phone: Phone, request: RecordCall, now: float) -> Outputs:
    now_is = call.recording_of(phone)
    wanted = {
        RecordingAction.START: ("Stopped",),
        RecordingAction.PAUSE: ("Recording",),
        RecordingAction.RESUME: ("Paused",),
        RecordingAction.STOP: ("Recording", "Paused"),
    }
    if not _is_up(call, phone) or not call.has_two or now_is not in wanted[request.action]:
        return [_wrong_state(phone, request)]
    return call.step(Event.RECORD, (phone, request), now)


def set_monitor_mode(call: BasicCall, phone: Phone, request: SetMonitorMode, now: float) -> Outputs:
    if phone.monitor is None or phone not in call.others:
        return [_wrong_state(phone, request)]
    return call.step(Event.SET_MONITOR_MODE, (phone, request), now)


# --- answers to requests in dialogs -----------------------------------------------------------------------------------


def replied(call: BasicCall, key: str, status: int, now: float) -> Outputs:
    """The final response to a request in a phone's dialog came."""
    phone, purpose = call.requests.pop(key, (None, ""))
    if phone is None:
        return []
    if purpose == referring.REFER:
        return referring.answered(call, phone, status, now)
    if status < 300:
        return digits.next_digit(call, phone, now) if purpose == "dtmf" else []
    outputs: Outputs = []
    for name in SUCCESS_OF.get(purpose, ()):
        code = ErrorCode.TIMEOUT if status == 408 else ErrorCode.UNSUPPORTED_OPERATION
        outputs += call.fail(phone, name, code, f"the phone did not accept the request to {purpose}: {status}")
    if purpose == EVENT_HOLD and call.when_held is not None and call.when_held[0] is phone:
        (_, then), call.when_held = call.when_held, None
        outputs += then(False, now)
    return outputs


# --- errors -----------------------------------------------------------------------------------------------------------


def _is_up(call: BasicCall, phone: Phone) -> bool:
    return call.state is State.CONNECTED and phone.state in UP and phone in call.talkers()


def _error(request: Any, code: ErrorCode, message: str) -> Error:
    return Error(request.dn, request.reference, code, message)


def _wrong_state(phone: Phone, request: Any) -> Error:
    state = phone.state or CallState.RELEASED
    return _error(request, ErrorCode.WRONG_STATE, f"{type(request).__name__} is not possible: the call is {state}")


def _invalid_number(request: Any) -> Error:
    return _error(request, ErrorCode.INVALID_CALLED_DN, "invalid called DN")


Handler = Callable[[BasicCall, Phone, Any, float], Outputs]

HANDLERS: dict[type, Handler] = {
    AnswerCall: signal,
    HoldCall: signal,
    RetrieveCall: signal,
    ReleaseCall: release,
    ClearCall: clear,
    RedirectCall: redirect,
    SendDtmf: send_dtmf,
    ChangeUserData: change_user_data,
    InitiateTransfer: initiate,
    InitiateConference: initiate,
    CompleteTransfer: on_the_pair(Event.COMPLETE_TRANSFER),
    CompleteConference: on_the_pair(Event.COMPLETE_CONFERENCE),
    AlternateCall: on_the_pair(Event.ALTERNATE),
    ReconnectCall: on_the_pair(Event.RECONNECT, established=False),
    SingleStepTransfer: with_a_third(Event.SINGLE_STEP_TRANSFER),
    SingleStepConference: with_a_third(Event.SINGLE_STEP_CONFERENCE),
    DeleteFromConference: delete_party,
    RecordCall: record,
    SetMonitorMode: set_monitor_mode,
}
