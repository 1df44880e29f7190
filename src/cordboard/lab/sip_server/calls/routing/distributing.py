"""To whom the router gives a call, and what comes of one who does not take it (reference: SIP Server 6.1, 6.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordboard.lab.contact_center.words import Attach, Offer, Release, RouterOutput, Treat
from cordboard.lab.sip_server.calls.flow.setting_up import (
    drop_destination,
    invite_destination,
    open_echo,
    report_dialing,
)
from cordboard.lab.sip_server.calls.leg import Outputs
from cordboard.lab.sip_server.calls.vocabulary import Cells, Event, State
from cordboard.lab.telephony import CallEventName, CallState

if TYPE_CHECKING:
    from cordboard.lab.sip_server.calls.flow.basic import BasicCall

TEMPORARILY_UNAVAILABLE = 480


def carry_out(call: BasicCall, decision: RouterOutput, now: float) -> Outputs:
    """What the router has decided about this call."""
    match decision:
        case Treat():
            return call.step(Event.TREAT, decision, now)
        case Attach(_, data):
            call.user_data.update(data)
            return attached_data_changed(call, now)
        case Offer(_, number, terms):
            call.terms, call.queue = terms, terms.queue or call.queue
            return call.step(Event.AGENT_SELECTED, number, now)
        case Release(_, status):
            return call.step(Event.STRATEGY_RELEASES, status, now)


def attached_data_changed(call: BasicCall, now: float) -> Outputs:
    """Tell every DN in the call."""
    outputs: Outputs = []
    for each in call.phones():
        if each.state not in (None, CallState.RELEASED):
            outputs += call.report(CallEventName.ATTACHED_DATA_CHANGED, each, now)
    return outputs


def enqueue(call: BasicCall, routing_point: str, now: float) -> Outputs:
    call.routed = True
    call.server.routing.arrived(call, routing_point, now)
    return []


def offer(call: BasicCall, number: str, now: float) -> Outputs:
    """To an agent, or to any other number that the strategy names."""
    call.offered_to = number
    event, argument = call.server.classify(number)
    if event is Event.TO_ECHO:
        return open_echo(call, None, now)
    if event is not Event.TO_PHONE:
        return call.refused(argument if isinstance(argument, int) else TEMPORARILY_UNAVAILABLE, now)
    if call.terms.after_routing_timeout:
        call.arm(Event.NO_ANSWER, now + call.terms.after_routing_timeout)
    call.offered_to = str(argument)
    return invite_destination(call, call.offered_to, now)


def take_back(call: BasicCall, status: int, now: float) -> Outputs:
    call.server.routing.refused(call, call.offered_to, status, now)
    return []


def overflow(call: BasicCall, _: object, now: float) -> Outputs:
    call.server.routing.not_answered(call, call.offered_to, now)
    return []


def punish_no_answer(call: BasicCall, _: object, now: float) -> Outputs:
    return call.server.no_answer(call.offered_to, call.terms.action, now)


CELLS: Cells = {
    (State.NEW, Event.TO_QUEUE): (State.QUEUED, (report_dialing, enqueue)),
    (State.QUEUED, Event.AGENT_SELECTED): (State.OFFERED, (offer,)),
    (State.OFFERED, Event.AGENT_REFUSED): (State.QUEUED, (drop_destination, take_back)),
    (State.OFFERED, Event.NO_ANSWER): (State.QUEUED, (drop_destination, punish_no_answer, overflow)),
    (State.RINGING, Event.AGENT_REFUSED): (State.QUEUED, (drop_destination, take_back)),
    (State.RINGING, Event.NO_ANSWER): (State.QUEUED, (drop_destination, punish_no_answer, overflow)),
    (State.RINGING, Event.RINGS_ON): (State.RINGING, (punish_no_answer,)),
}
