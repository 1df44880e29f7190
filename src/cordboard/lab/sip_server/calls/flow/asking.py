"""Hold and retrieve, as CTI asks for them: by NOTIFY where the DN's `sip-cti-control` has the word, by re-INVITE where
it has not (reference: SIP Server 2.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordboard.genesys.dialect import EVENT_HOLD, EVENT_TALK, SIP_CTI_CONTROL
from cordboard.lab.sip_server.calls.leg import Outputs, Phone
from cordboard.lab.sip_server.calls.media import add_job, retrieve_by_server
from cordboard.lab.sip_server.calls.vocabulary import Cells, Event, Job, JobKind, State

if TYPE_CHECKING:
    from cordboard.lab.sip_server.calls.flow.basic import BasicCall


def hold(call: BasicCall, phone: Phone, now: float) -> Outputs:
    if phone.twin is None and EVENT_HOLD in phone.listed(SIP_CTI_CONTROL):
        return phone.notify(call.key(phone, EVENT_HOLD), EVENT_HOLD)
    return add_job(call, Job(JobKind.HOLD, phone), now)


def retrieve(call: BasicCall, phone: Phone, now: float) -> Outputs:
    if not phone.held_by_server and EVENT_TALK in phone.listed(SIP_CTI_CONTROL):
        return phone.notify(call.key(phone, EVENT_TALK), EVENT_TALK)
    return retrieve_by_server(call, phone, now)


CELLS: Cells = {
    (State.CONNECTED, Event.HOLD): (State.CONNECTED, (hold,)),
    (State.CONNECTED, Event.RETRIEVE): (State.CONNECTED, (retrieve,)),
}
