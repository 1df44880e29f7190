"""A consultation: the call is held and a second one begun beside it (reference: SIP Server 2.5).

The DN's `dual-dialog-enabled` says what the agent's phone sees: a second dialog, which comes like a MakeCall
(`true`), or its one dialog re-INVITEd to the party that is consulted (`false`). The consult call is a call like any
other, with a parent; whether it ends in a transfer or in a conference is said when it is completed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordboard.genesys import dialect
from cordboard.lab.sip_server.calls.flow import asking
from cordboard.lab.sip_server.calls.flow.ending import report_refusal
from cordboard.lab.sip_server.calls.joining import dialogs
from cordboard.lab.sip_server.calls.leg import Outputs, Phase, Phone
from cordboard.lab.sip_server.calls.media import now_held, play_to_other, retrieve_by_server, work
from cordboard.lab.sip_server.calls.vocabulary import Cells, ErrorCode, Event, State
from cordboard.lab.telephony import CallEventName, CompleteTransfer, Error, InitiateTransfer

if TYPE_CHECKING:
    from cordboard.lab.sip_server.calls.flow.basic import BasicCall


def initiate(call: BasicCall, asked: tuple[Phone, InitiateTransfer], now: float) -> Outputs:
    """Hold first; the consult call begins when that is so."""
    phone, request = asked

    def then(success: bool, at: float) -> Outputs:
        if not success:
            return [Error(request.dn, request.reference, ErrorCode.INTERNAL, "the call could not be held")]
        return begin(call, phone, request, at)

    if phone.on_hold:
        return then(True, now)
    call.when_held = (phone, then)
    return asking.hold(call, phone, now) if phone.has(dialect.DUAL_DIALOG_ENABLED) else _park(call, phone, now)


def _park(call: BasicCall, phone: Phone, now: float) -> Outputs:
    """On the one dialog nothing is said of a hold: the next re-INVITE takes the phone elsewhere."""
    phone.on_hold = phone.held_by_server = True
    return play_to_other(call, phone) + now_held(call, phone, now) + work(call, now)


def begin(call: BasicCall, phone: Phone, request: InitiateTransfer, now: float) -> Outputs:
    user_data = {**call.user_data, **request.user_data}
    consult = call.server.consult(phone.number, request.destination, user_data)
    consult.parent, consult.is_consult, call.consult = call, True, consult
    if phone.has(dialect.DUAL_DIALOG_ENABLED):
        session = call.server.new_session()
        agent = consult.new_phone(session, phone.number, True, request.destination, Phase.OUTGOING, now, phone.options)
        event = Event.MAKE_CALL
    else:
        agent, event = dialogs.lend(phone, consult), Event.CONSULT
    consult.origin = agent
    agent.references[CallEventName.DIALING] = request.reference
    return consult.step(event, None, now)


def ask_agent(call: BasicCall, _: object, now: float) -> Outputs:
    """The agent's one dialog: an offerless re-INVITE in the name of the consult call."""
    return call.caller.offer("")


def alternate(call: BasicCall, request: CompleteTransfer, now: float) -> Outputs:
    """Hold the one of the two that is active, then retrieve the other. The call here is the parent."""
    consult = call.consult
    assert consult is not None
    pairs = [(call, _agent(call, consult)), (consult, consult.caller)]
    (held_call, held), (active_call, active) = pairs if pairs[0][1].on_hold else reversed(pairs)
    held.references[CallEventName.RETRIEVED] = request.reference
    if held.twin is not None:
        outputs = _park(active_call, active, now)
        dialogs.take_back(held_call, held)
        return outputs + retrieve_by_server(held_call, held, now)

    def then(success: bool, at: float) -> Outputs:
        if not success:
            return held_call.fail(held, CallEventName.RETRIEVED, ErrorCode.INTERNAL, "the other call could not be held")
        return asking.retrieve(held_call, held, at)

    active_call.when_held = (active, then)
    return asking.hold(active_call, active, now)


def reconnect(call: BasicCall, request: CompleteTransfer, now: float) -> Outputs:
    """The consult call is over, the parent goes on. The call here is the parent."""
    consult = call.consult
    assert consult is not None
    agent = _agent(call, consult)
    agent.references[CallEventName.RETRIEVED] = request.reference
    one_dialog = agent.twin is not None
    outputs = consult.step(Event.RELEASE, None, now)
    if not agent.on_hold:
        return outputs
    return outputs + (retrieve_by_server(call, agent, now) if one_dialog else asking.retrieve(call, agent, now))


def _agent(call: BasicCall, consult: BasicCall) -> Phone:
    agent = call.phone_of(consult.caller.number)
    assert agent is not None
    return agent


CELLS: Cells = {
    (State.CONNECTED, Event.INITIATE): (State.CONNECTED, (initiate,)),
    (State.NEW, Event.CONSULT): (State.CALLING_AGENT, (ask_agent,)),
    (State.CALLING_AGENT, Event.RELEASE): (State.ENDED, (report_refusal,)),
    (State.CONNECTED, Event.ALTERNATE): (State.CONNECTED, (alternate,)),
    (State.CONNECTED, Event.RECONNECT): (State.CONNECTED, (reconnect,)),
}
