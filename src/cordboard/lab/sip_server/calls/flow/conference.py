"""Completing a two-step conference (reference: SIP Server 2.5, D5); how a call is mixed is in `joining.mixing`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordboard.lab.sip_server.calls.flow import leaving
from cordboard.lab.sip_server.calls.flow.ending import end
from cordboard.lab.sip_server.calls.joining import dialogs, mixing
from cordboard.lab.sip_server.calls.joining.third_party import bring, give_back
from cordboard.lab.sip_server.calls.leg import Outputs, Phase, Phone
from cordboard.lab.sip_server.calls.media import phone_gone
from cordboard.lab.sip_server.calls.vocabulary import Cells, ErrorCode, Event, State
from cordboard.lab.telephony import CallEventName, CompleteTransfer, Error

if TYPE_CHECKING:
    from cordboard.lab.sip_server.calls.flow.basic import BasicCall


def complete(call: BasicCall, request: CompleteTransfer, now: float) -> Outputs:
    """The party of the consult call comes into the parent, which is the call here; the consult call is over."""
    consult = call.consult
    assert consult is not None
    third, agent = consult.callee, call.phone_of(consult.caller.number)
    assert agent is not None
    outputs = phone_gone(consult, third, now) + bring(call, third)
    if agent.twin is not None and agent.phase is Phase.LENT:
        dialogs.take_back(call, agent)

    def then(success: bool, at: float) -> Outputs:
        if success and call.joining is third:
            return _completed(call, consult, third, request, at)
        give_back(call, consult)
        failed = Error(request.dn, request.reference, ErrorCode.INTERNAL, "the conference could not be made")
        return [failed, *leaving.unmix(call, at)]

    return outputs + mixing.gather(call, [*call.parties(), third], then, now)


def _completed(call: BasicCall, consult: BasicCall, third: Phone, request: CompleteTransfer, now: float) -> Outputs:
    call.joining, call.rearranged, call.previous_connection_id = None, True, consult.connection_id
    call.others.append(third)
    call.user_data.update(consult.user_data)
    consult.replace(third, None)
    consult.state = State.ENDED
    agent = call.phone_of(consult.caller.number)
    outputs = end(consult, [], now)
    if agent is not None:
        agent.references[CallEventName.PARTY_ADDED] = request.reference
    outputs += call.report(CallEventName.PARTY_CHANGED, third, now)
    return outputs + mixing.tell_added(call, third, now)


CELLS: Cells = {
    (State.CONNECTED, Event.COMPLETE_CONFERENCE): (State.CONNECTED, (complete,)),
}
