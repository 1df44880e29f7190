"""Not getting through, hanging up, and what is then still to be ended (reference: SIP Server 1.5, 2.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordboard.lab.sip_server.calls.joining import dialogs
from cordboard.lab.sip_server.calls.leg import MediaSession, Outputs, Phase, Phone
from cordboard.lab.sip_server.calls.session_description import dummy
from cordboard.lab.sip_server.calls.vocabulary import Cells, ErrorCode, Event, State
from cordboard.lab.telephony import CallEventName, CallState

if TYPE_CHECKING:
    from cordboard.lab.sip_server.calls.flow.basic import BasicCall


# --- not getting through ----------------------------------------------------------------------------------------------


def report_refusal(call: BasicCall, status: int | None, now: float) -> Outputs:
    """The agent's own phone refused the MakeCall, or rang for too long."""
    message = f"the phone of the DN refused: {status}" if status else "the phone of the DN did not answer"
    return end(call, call.fail(call.caller, CallEventName.DIALING, ErrorCode.INTERNAL, message), now)


def report_dead_dialing(call: BasicCall, _: object, now: float) -> Outputs:
    """A MakeCall to nobody has a phone off the hook; a 1st-party call to nobody never was a call."""
    return call.report_dialing(now) if call.caller.phase is Phase.UNACKNOWLEDGED else []


def refuse_origin(call: BasicCall, status: int, now: float) -> Outputs:
    """The destination cannot be had: its status is the origin's, one way or the other."""
    if call.caller.twin is not None:
        return end(call, [], now)
    return end(call, call.caller.hang_up(status, cause=status), now)


def give_up(call: BasicCall, _: object, now: float) -> Outputs:
    """32 seconds have gone by since the agent picked up (traced: the ACK leads nowhere, the BYE has no Reason)."""
    return leave(call, call.caller.hang_up(last_answer=dummy(call.server.sdp_id(now))), now)


# --- the end ----------------------------------------------------------------------------------------------------------


def release(call: BasicCall, _: object, now: float) -> Outputs:
    """Somebody hung up, or asked SIP Server to."""
    return leave(call, [], now)


def leave(call: BasicCall, first: Outputs, now: float) -> Outputs:
    callee = call.destination
    ringing = isinstance(callee, Phone) and callee.state is CallState.RINGING
    return end(call, first + (call.report(CallEventName.ABANDONED, callee, now) if ringing else []), now)


def end(call: BasicCall, first: Outputs, now: float) -> Outputs:
    """Everything that is still there goes: phones, media, timers, jobs; then CTI is told."""
    call.disarm_all()
    _keep_quiet(call)
    outputs = list(first) + _let_joining_go(call, now)
    call.jobs.clear()
    call.negotiation = None
    for phone in call.phones():
        outputs += dialogs.hang_up(call, phone, now)
    outputs += _close_media(call)
    for addition in list(call.additions.values()):
        outputs += addition.over(0, now)
    for phone in call.phones():
        outputs += last_words(call, phone, now)
    _unlink(call)
    call.server.finish(call, now)
    return outputs


def _keep_quiet(call: BasicCall) -> None:
    """A phone that was told to call is in two calls of one UUID; while one of them lives the end of the other is no
    event for its DN."""
    other = call.previous or call.following
    if other is None or other.state is State.ENDED:
        return
    number = (call if call.previous is not None else other).caller.number
    for phone in call.parties():
        if phone.number == number:
            phone.state = phone.established = None


def _let_joining_go(call: BasicCall, now: float) -> Outputs:
    """A transfer that was being completed is not: its third party stays where it was."""
    outputs: Outputs = []
    if call.joining is not None:
        waiting = [job.then for job in call.jobs if job.then is not None]
        if call.negotiation is not None:
            outputs += call.negotiation.gone(call.negotiation.sink.session, now)
        for then in waiting:
            outputs += then(False, now)
    return outputs


def _close_media(call: BasicCall) -> Outputs:
    outputs: Outputs = []
    if isinstance(call.destination, MediaSession):
        outputs += call.destination.close()
    for media in call.music.values():
        outputs += media.close()
    for gathering in call.gatherings:
        outputs += gathering.close()
    if call.mix is not None:
        outputs += call.mix.close()
    return outputs


def last_words(call: BasicCall, phone: Phone, now: float) -> Outputs:
    if not phone.is_dn:
        return []
    known = phone.state not in (None, CallState.RELEASED)
    outputs = call.report(CallEventName.RELEASED, phone, now) if known else []
    return outputs + call.server.call_ended(call, phone.number, phone.established is not None, now)


def _unlink(call: BasicCall) -> None:
    """The call of a consultation, or its parent, goes on alone."""
    if call.parent is not None:
        call.parent.consult = None
    if call.consult is not None:
        call.consult.parent = None
    call.parent = call.consult = None


CELLS: Cells = {
    (State.NEW, Event.TO_NOBODY): (State.ENDED, (report_dead_dialing, refuse_origin)),
    (State.CALLING_AGENT, Event.ORIGIN_REFUSED): (State.ENDED, (report_refusal,)),
    (State.CALLING_AGENT, Event.GUARD): (State.ENDED, (report_refusal,)),
    (State.CALLING_AGENT, Event.ORIGIN_LEFT): (State.ENDED, (report_refusal,)),
    (State.REFERRED, Event.GUARD): (State.ENDED, (report_refusal,)),
    (State.QUEUED, Event.ORIGIN_LEFT): (State.ENDED, (release,)),
    (State.QUEUED, Event.RELEASE): (State.ENDED, (release,)),
    (State.QUEUED, Event.GUARD): (State.ENDED, (give_up,)),
    (State.QUEUED, Event.STRATEGY_RELEASES): (State.ENDED, (refuse_origin,)),
    (State.OFFERED, Event.DESTINATION_REFUSED): (State.ENDED, (refuse_origin,)),
    (State.OFFERED, Event.ORIGIN_LEFT): (State.ENDED, (release,)),
    (State.OFFERED, Event.RELEASE): (State.ENDED, (release,)),
    (State.OFFERED, Event.GUARD): (State.ENDED, (give_up,)),
    (State.RINGING, Event.DESTINATION_REFUSED): (State.ENDED, (refuse_origin,)),
    (State.RINGING, Event.ORIGIN_LEFT): (State.ENDED, (release,)),
    (State.RINGING, Event.RELEASE): (State.ENDED, (release,)),
    (State.RINGING, Event.GUARD): (State.ENDED, (give_up,)),
    (State.CONNECTED, Event.ORIGIN_LEFT): (State.ENDED, (release,)),
    (State.CONNECTED, Event.DESTINATION_LEFT): (State.ENDED, (release,)),
    (State.CONNECTED, Event.RELEASE): (State.ENDED, (release,)),
}
