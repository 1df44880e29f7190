"""Completing a two-step transfer: the two who are left are put through to each other, the agent's legs end
(reference: SIP Server 2.5).

The parent call survives, and with it its X-Genesys-CallUUID: the third party's dialog belonged to the consult call and
hears of the other UUID in the re-INVITE. Nothing is hung up before the two have agreed. With `sip-replaces-mode` 1 or
2 on the third party's DN it gets an INVITE with Replaces instead (RFC 3891).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordboard.genesys import dialect
from cordboard.lab.sip_server.calls.flow import leaving
from cordboard.lab.sip_server.calls.flow.ending import end
from cordboard.lab.sip_server.calls.joining import dialogs, mixing
from cordboard.lab.sip_server.calls.joining.adding import Adding
from cordboard.lab.sip_server.calls.joining.third_party import bring, give_back
from cordboard.lab.sip_server.calls.leg import Noted, Outputs, Phase, Phone
from cordboard.lab.sip_server.calls.media import back_to_the_mix, link, phone_gone, work
from cordboard.lab.sip_server.calls.sources import Asked, Calling
from cordboard.lab.sip_server.calls.vocabulary import Cells, ErrorCode, Event, State
from cordboard.lab.telephony import CallEventName, CompleteTransfer, Error

if TYPE_CHECKING:
    from cordboard.lab.sip_server.calls.flow.basic import BasicCall


def complete(call: BasicCall, request: CompleteTransfer, now: float) -> Outputs:
    """The call here is the parent."""
    consult = call.consult
    assert consult is not None
    third = consult.callee
    if third.dialog is not None and third.options.get(dialect.SIP_REPLACES_MODE) in ("1", "2") and call.mix is None:
        return _replace(call, consult, third, request, now)
    return _put_through(call, consult, third, request, now)


def _put_through(call: BasicCall, consult: BasicCall, third: Phone, request: CompleteTransfer, now: float) -> Outputs:
    outputs = phone_gone(consult, third, now) + bring(call, third)

    def then(success: bool, at: float) -> Outputs:
        if success:
            return _completed(call, consult, third, at)
        give_back(call, consult)
        return [_failed(request)]

    if call.mix is not None:
        return outputs + mixing.add_leg(call, third, then, now)
    other = _customer(call, consult)
    return outputs + link(call, Asked(third), other, then, now)


def _customer(call: BasicCall, consult: BasicCall) -> Phone:
    """The party of the parent that is not the agent."""
    agent = consult.caller.number
    return next(each for each in call.talkers() if each.number != agent)


def _completed(call: BasicCall, consult: BasicCall, third: Phone, now: float) -> Outputs:
    agent = call.phone_of(consult.caller.number)
    assert agent is not None
    customers = [each for each in call.talkers() if each is not agent]
    return _agent_out(call, consult, agent, third, now) + _tell(call, [third, *customers], now)


def _agent_out(call: BasicCall, consult: BasicCall, agent: Phone, successor: Phone, now: float) -> Outputs:
    """The agent leaves both calls; the successor has its place in the parent."""
    call.joining, call.rearranged, call.previous_connection_id = None, True, consult.connection_id
    call.user_data.update(consult.user_data)
    if agent.twin is not None and agent.phase is Phase.LENT:
        dialogs.take_back(call, agent)
    outputs = call.report(CallEventName.RELEASED, agent, now)
    if agent in call.others:
        call.others.append(successor)
        call.others.remove(agent)
    else:
        call.replace(agent, successor)
    outputs += back_from_music(call, agent, now)
    consult.replace(successor, None)
    consult.state = State.ENDED
    outputs += end(consult, [], now) + dialogs.hang_up(call, agent, now)
    if call.mix is not None:
        outputs += call.mix.drop(agent)
    call.server.drop(agent)
    return outputs + work(call, now) + leaving.unmix(call, now)


def back_from_music(call: BasicCall, agent: Phone, now: float) -> Outputs:
    """Who heard music while the agent held talks to the successor now, or to the mixer."""
    if call.mix is not None:
        back_to_the_mix(call, agent)
        return []
    return [output for each in call.talkers() for output in call.close_music(each)]


def _tell(call: BasicCall, phones: list[Phone], now: float) -> Outputs:
    outputs: Outputs = []
    for phone in phones:
        outputs += call.report(CallEventName.PARTY_CHANGED, phone, now)
    return outputs


def _failed(request: CompleteTransfer) -> Error:
    return Error(request.dn, request.reference, ErrorCode.INTERNAL, "the two parties could not be put through")


# --- INVITE with Replaces ---------------------------------------------------------------------------------------------


def _replace(call: BasicCall, consult: BasicCall, third: Phone, request: CompleteTransfer, now: float) -> Outputs:
    """The third party gets a new dialog in the place of its old one, which ends when the two have agreed."""
    dialog, other = third.dialog, _customer(call, consult)
    assert dialog is not None
    value = f"{dialog.call_id};to-tag={dialog.remote_tag};from-tag={dialog.local_tag}"

    def join(adding: Adding, offer: str, at: float) -> Outputs:
        return link(call, Calling(adding.phone, offer), other, adding.linked, at)

    def done(adding: Adding, at: float) -> Outputs:
        phone = adding.phone
        phone.state, phone.established, third.state = third.state, third.established, None
        agent = call.phone_of(consult.caller.number)
        assert agent is not None
        customers = [each for each in call.talkers() if each is not agent]
        return _agent_out(call, consult, agent, phone, at) + _tell(call, [phone, *customers], at)

    def failed(adding: Adding, status: int, at: float) -> Outputs:
        if call.consult is not consult or consult.state is not State.CONNECTED:
            return [_failed(request)]
        note = Noted(call.uuid, f"INVITE with Replaces refused with {status}: the dialog is re-INVITEd instead")
        return [note, *_put_through(call, consult, third, request, at)]

    headers = (("Replaces", value), ("Require", "replaces"))
    adding = Adding(call, third.number, other.number, join, done, failed, headers=headers, silent=True)
    return adding.start(now)


CELLS: Cells = {
    (State.CONNECTED, Event.COMPLETE_TRANSFER): (State.CONNECTED, (complete,)),
}
