"""One dialog for two calls of a DN (`dual-dialog-enabled=false`): each call has a phone for it, its twins; one of the
two holds the dialog, the other is lent out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cordboard.lab.sip_server.calls.leg import Outputs, Phase, Phone
from cordboard.lab.sip_server.calls.media import add_job
from cordboard.lab.sip_server.calls.vocabulary import Job, JobKind

if TYPE_CHECKING:
    from cordboard.lab.sip_server.calls.flow.basic import BasicCall


def lend(phone: Phone, to: BasicCall) -> Phone:
    """A twin of this phone in the other call, which has the dialog from now on."""
    twin = replace(
        phone, call_uuid=to.uuid, state=None, established=None, references={}, on_hold=False, held_by_server=False
    )
    phone.twin, twin.twin = twin, phone
    phone.phase, twin.phase = Phase.LENT, Phase.CONNECTED
    to.server.adopt(to, twin)
    return twin


def take_back(call: BasicCall, phone: Phone) -> None:
    """The dialog is this call's phone's again."""
    twin = phone.twin
    assert twin is not None
    phone.phase, twin.phase = Phase.CONNECTED, Phase.LENT
    phone.told, phone.description, phone.asked = twin.told, twin.description, twin.asked
    phone.offering, phone.waiting = twin.offering, twin.waiting
    call.server.adopt(call, phone)


def hang_up(call: BasicCall, phone: Phone, now: float) -> Outputs:
    """End this phone's side of the call; a dialog that its twin needs stays, at rest."""
    twin, phone.twin = phone.twin, None
    if twin is None:
        return phone.hang_up()
    twin.twin = None
    outputs: Outputs = []
    if phone.phase is Phase.UNACKNOWLEDGED:
        outputs += phone.answer_setup(phone.hold_offer())
    other_call = call.parent or call.consult
    if twin.phase is Phase.LENT and other_call is not None:
        twin.told, twin.description, twin.asked = phone.told, phone.description, phone.asked
        twin.offering, twin.waiting = phone.offering, phone.waiting
        twin.phase = Phase.ENDED if phone.phase is Phase.ENDED else Phase.CONNECTED
        call.server.adopt(other_call, twin)
        if twin.phase is Phase.ENDED:
            outputs += other_call.ended_by(twin, now)
        elif twin.on_hold:
            outputs += add_job(other_call, Job(JobKind.HOLD, twin), now)
    phone.phase = Phase.ENDED
    return outputs
