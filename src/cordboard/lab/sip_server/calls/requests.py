"""What CTI asks about calls: which state a request needs, what it does, and the errors of T-Library."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from cordboard.genesys.dialect import EVENT_HOLD, EVENT_TALK
from cordboard.lab.sip_server.calls.call import Event, State
from cordboard.lab.sip_server.calls.flow import BasicCall
from cordboard.lab.sip_server.calls.leg import Outputs, Phase, Phone
from cordboard.lab.telephony import (
    AnswerCall,
    CallEventName,
    CallState,
    ChangeUserData,
    Error,
    HoldCall,
    ReleaseCall,
    RetrieveCall,
    SendDtmf,
)
from cordboard.sip.events import SendInDialog

BUSY_HERE = 486
DTMF_DURATION = 250  # milliseconds
DTMF_DIGITS = frozenset("0123456789*#ABCD")


class ErrorCode(IntEnum):
    """T-Library's error codes as far as the lab uses them."""

    UNSUPPORTED_OPERATION = 51
    INTERNAL = 52
    INVALID_ATTRIBUTE = 53
    INVALID_CONNECTION_ID = 56
    TIMEOUT = 57
    OUT_OF_SERVICE = 58
    DN_NOT_CONFIGURED = 59
    INVALID_CALLED_DN = 71
    WRONG_STATE = 185


Signal = AnswerCall | HoldCall | RetrieveCall
CallRequest = Signal | ReleaseCall | SendDtmf | ChangeUserData


@dataclass(frozen=True, slots=True)
class Rule:
    """A request that makes the phone act: the state it needs, the NOTIFY it becomes, the event that tells of its
    success."""

    needs: CallState
    event: Event
    token: str
    success: CallEventName


RULES: dict[type[Signal], Rule] = {
    AnswerCall: Rule(CallState.RINGING, Event.ANSWER, EVENT_TALK, CallEventName.ESTABLISHED),
    HoldCall: Rule(CallState.ESTABLISHED, Event.HOLD, EVENT_HOLD, CallEventName.HELD),
    RetrieveCall: Rule(CallState.HELD, Event.RETRIEVE, EVENT_TALK, CallEventName.RETRIEVED),
}

SUCCESS_OF: dict[str, tuple[CallEventName, ...]] = {
    EVENT_TALK: (CallEventName.ESTABLISHED, CallEventName.RETRIEVED),
    EVENT_HOLD: (CallEventName.HELD,),
    "dtmf": (CallEventName.DTMF_SENT,),
}


def handle(call: BasicCall, phone: Phone, request: CallRequest, tokens: str, now: float) -> Outputs:
    """A request about a call; `tokens` is the DN's `sip-cti-control`."""
    match request:
        case ReleaseCall():
            return release(call, phone, request, now)
        case SendDtmf():
            return send_dtmf(call, phone, request, now)
        case ChangeUserData():
            return change_user_data(call, phone, request, now)
    return signal(call, phone, request, tokens, now)


def signal(call: BasicCall, phone: Phone, request: Signal, tokens: str, now: float) -> Outputs:
    """AnswerCall, HoldCall, RetrieveCall: a NOTIFY, if the DN's `sip-cti-control` has the token for it."""
    rule = RULES[type(request)]
    if phone.state is not rule.needs or (call.state, rule.event) not in call.TABLE:
        return [_wrong_state(phone, request)]
    if rule.token not in [token.strip() for token in tokens.split(",")]:
        message = f"{rule.token} is not in the DN's sip-cti-control"
        return [Error(request.dn, request.reference, ErrorCode.UNSUPPORTED_OPERATION, message)]
    phone.references[rule.success] = request.reference
    return call.step(rule.event, phone, now)


def release(call: BasicCall, phone: Phone, request: ReleaseCall, now: float) -> Outputs:
    """Hang up; an agent whose phone rings refuses the call so."""
    phone.references[CallEventName.RELEASED] = request.reference
    if phone is call.destination and call.state in (State.OFFERED, State.RINGING):
        return call.refused(BUSY_HERE, now)
    return call.step(Event.RELEASE, None, now)


def change_user_data(call: BasicCall, phone: Phone, request: ChangeUserData, now: float) -> Outputs:
    if request.clear:
        call.user_data.clear()
    for key in request.delete:
        call.user_data.pop(key, None)
    call.user_data.update(request.pairs)
    phone.references[CallEventName.ATTACHED_DATA_CHANGED] = request.reference
    outputs: Outputs = []
    for each in call.phones():
        if each.state not in (None, CallState.RELEASED):
            outputs += call.report(CallEventName.ATTACHED_DATA_CHANGED, each, now)
    return outputs


def send_dtmf(call: BasicCall, phone: Phone, request: SendDtmf, now: float) -> Outputs:
    """Digits go to the other party as INFO, one after the other."""
    if phone.state is not CallState.ESTABLISHED:
        return [_wrong_state(phone, request)]
    if not request.digits or not DTMF_DIGITS.issuperset(request.digits):
        return [Error(request.dn, request.reference, ErrorCode.INVALID_ATTRIBUTE, "digits are 0-9, A-D, * and #")]
    phone.references[CallEventName.DTMF_SENT] = request.reference
    idle = not call.digits
    call.digits.extend(request.digits)
    return next_digit(call, phone, now) if idle else []


def next_digit(call: BasicCall, phone: Phone, now: float) -> Outputs:
    """Send the first of the digits that wait; the event when there is none left."""
    other = call.other(phone)
    if not call.digits or not isinstance(other, Phone) or other.phase is not Phase.CONNECTED:
        call.digits.clear()
        return call.report(CallEventName.DTMF_SENT, phone, now)
    body = f"Signal={call.digits.popleft()}\r\nDuration={DTMF_DURATION}\r\n".encode()
    key = call.key(phone, "dtmf")
    return [SendInDialog(other.session, key, "INFO", (other.uuid_header,), "application/dtmf-relay", body)]


def replied(call: BasicCall, key: str, status: int, now: float) -> Outputs:
    """The final response to a request in a phone's dialog came."""
    phone, purpose = call.requests.pop(key, (None, ""))
    if phone is None:
        return []
    if purpose == "dtmf" and status < 300:
        return next_digit(call, phone, now)
    if status < 300:
        return []
    outputs: Outputs = []
    for name in SUCCESS_OF.get(purpose, ()):
        code = ErrorCode.TIMEOUT if status == 408 else ErrorCode.UNSUPPORTED_OPERATION
        outputs += call.fail(phone, name, code, f"the phone did not accept the request to {purpose}: {status}")
    return outputs


def _wrong_state(phone: Phone, request: Signal | SendDtmf) -> Error:
    state = phone.state or CallState.RELEASED
    message = f"{type(request).__name__} is not possible while the call is {state}"
    return Error(request.dn, request.reference, ErrorCode.WRONG_STATE, message)
