"""Transfer and conference in a single step (reference: SIP Server 2.5).

Without REFER the target gets an offerless INVITE; what it offers goes to the other party (transfer) or to the mixer
(conference). The agent stays until that has come about, so that a target who refuses costs nothing. A call can be
transferred to the routing point too: it goes back to the queue, with music.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from cordboard.genesys import dialect
from cordboard.lab.sip_server.calls.flow import leaving, referring
from cordboard.lab.sip_server.calls.flow.transfer import back_from_music
from cordboard.lab.sip_server.calls.joining import mixing
from cordboard.lab.sip_server.calls.joining.adding import Adding
from cordboard.lab.sip_server.calls.leg import Outputs, Phone
from cordboard.lab.sip_server.calls.media import link
from cordboard.lab.sip_server.calls.sources import Calling
from cordboard.lab.sip_server.calls.vocabulary import Cells, ErrorCode, Event, State
from cordboard.lab.telephony import CallEventName, Error, SingleStepTransfer

if TYPE_CHECKING:
    from cordboard.lab.sip_server.calls.flow.basic import BasicCall


Asked = tuple[Phone, SingleStepTransfer]


def transfer(call: BasicCall, asked: Asked, now: float) -> Outputs:
    agent, request = asked
    call.user_data.update(request.user_data)
    event, _ = call.server.classify(request.destination)
    other = call.other(agent)
    if event is Event.TO_QUEUE and isinstance(other, Phone):
        return call.step(Event.TO_QUEUE, asked, now)
    if isinstance(other, Phone) and other.has(dialect.REFER_ENABLED):
        return referring.refer_other(call, asked, other, now)
    return invite_target(call, asked, now)


def invite_target(call: BasicCall, asked: Asked, now: float) -> Outputs:
    agent, request = asked
    other = call.other(agent)

    def join(adding: Adding, offer: str, at: float) -> Outputs:
        if isinstance(other, Phone):
            return link(call, Calling(adding.phone, offer), other, adding.linked, at)
        return mixing.seat(call, adding, offer, at)

    def done(adding: Adding, at: float) -> Outputs:
        return _transferred(call, agent, adding.phone, request, at)

    far_number = other.number if isinstance(other, Phone) else agent.number
    return Adding(call, request.destination, far_number, join, done, _failing(request)).start(now)


def _transferred(call: BasicCall, agent: Phone, target: Phone, request: SingleStepTransfer, now: float) -> Outputs:
    agent.references[CallEventName.RELEASED] = request.reference
    call.others.append(target)
    outputs = call.report(CallEventName.ESTABLISHED, target, now, call.established_extensions(target))
    stayed = [each for each in call.talkers() if each not in (agent, target)]
    outputs += back_from_music(call, agent, now)
    outputs += leaving.drop(call, agent, now)
    for each in stayed:
        outputs += call.report(CallEventName.PARTY_CHANGED, each, now)
    return outputs + leaving.unmix(call, now)


def add_party(call: BasicCall, asked: Asked, now: float) -> Outputs:
    """Conference in a single step."""
    agent, request = asked
    call.user_data.update(request.user_data)

    def join(adding: Adding, offer: str, at: float) -> Outputs:
        return mixing.seat(call, adding, offer, at)

    def done(adding: Adding, at: float) -> Outputs:
        call.others.append(adding.phone)
        call.rearranged = True
        agent.references[CallEventName.PARTY_ADDED] = request.reference
        outputs = call.report(CallEventName.ESTABLISHED, adding.phone, at, call.established_extensions(adding.phone))
        return outputs + mixing.tell_added(call, adding.phone, at)

    return Adding(call, request.destination, agent.number, join, done, _failing(request)).start(now)


def _failing(request: SingleStepTransfer) -> Callable[[Adding, int, float], Outputs]:
    def failed(adding: Adding, status: int, now: float) -> Outputs:
        if adding.call.state is State.ENDED:
            return []
        message = f"the target could not be had: {status}"
        return [Error(request.dn, request.reference, ErrorCode.INTERNAL, message)]

    return failed


def to_queue(call: BasicCall, asked: Asked, now: float) -> Outputs:
    """The other party waits again, and hears music; the agent is out."""
    agent, request = asked
    other = call.other(agent)
    assert isinstance(other, Phone)
    agent.references[CallEventName.RELEASED] = request.reference
    call.dnis, call.routed = request.destination, True
    call.origin, call.destination = other, agent
    outputs = leaving.drop(call, agent, now)
    call.rearranged = False
    call.ani = other.number
    call.server.routing.arrived(call, call.dnis, now)
    return outputs


CELLS: Cells = {
    (State.CONNECTED, Event.SINGLE_STEP_TRANSFER): (State.CONNECTED, (transfer,)),
    (State.CONNECTED, Event.SINGLE_STEP_CONFERENCE): (State.CONNECTED, (add_party,)),
    (State.CONNECTED, Event.REFER_REFUSED): (State.CONNECTED, (invite_target,)),
    (State.CONNECTED, Event.TO_QUEUE): (State.QUEUED, (to_queue,)),
}
