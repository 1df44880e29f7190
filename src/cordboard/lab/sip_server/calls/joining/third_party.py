"""The party of a consult call on its way into the parent, while a transfer or a conference is being completed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordboard.lab.sip_server.calls.leg import Outputs, Phone
from cordboard.lab.sip_server.calls.media import phone_gone
from cordboard.lab.sip_server.calls.sources import acknowledge_as_before

if TYPE_CHECKING:
    from cordboard.lab.sip_server.calls.flow.basic import BasicCall


def bring(call: BasicCall, third: Phone) -> Outputs:
    """The third party's dialog belongs to this call from now on; an offer of its that the consult call has got, and has
    not yet answered, is acknowledged."""
    call.joining, third.call_uuid = third, call.uuid
    call.server.adopt(call, third)
    return acknowledge_as_before(third) if third.asked and not third.offering else []


def give_back(call: BasicCall, consult: BasicCall) -> None:
    third, call.joining = call.joining, None
    if third is not None:
        third.call_uuid = consult.uuid
        consult.server.adopt(consult, third)


def left(call: BasicCall, third: Phone, now: float) -> Outputs:
    """In the middle of it: it is the consult call that ends, the parent stays held."""
    consult = call.consult
    outputs = phone_gone(call, third, now)
    if consult is None:
        return outputs
    give_back(call, consult)
    return outputs + consult.ended_by(third, now)
