"""One of several parties leaves a call that goes on (reference: SIP Server 2.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordboard.lab.sip_server.calls.flow.ending import last_words
from cordboard.lab.sip_server.calls.joining import dialogs
from cordboard.lab.sip_server.calls.leg import Outputs, Phone
from cordboard.lab.sip_server.calls.media import link, phone_gone
from cordboard.lab.sip_server.calls.sources import Asked
from cordboard.lab.sip_server.calls.vocabulary import Cells, Event, State
from cordboard.lab.telephony import CallEventName, MonitorScope

if TYPE_CHECKING:
    from cordboard.lab.sip_server.calls.flow.basic import BasicCall


def others_stay(call: BasicCall, phone: Phone) -> bool:
    """Whether the call goes on without this phone: two who talk are left."""
    if call.state is not State.CONNECTED or call.mix is None:
        return False
    return len([each for each in call.talkers() if each is not phone]) >= 2


def party_left(call: BasicCall, phone: Phone, now: float) -> Outputs:
    """It hung up, released the call by CTI, or was deleted; a supervisor of scope `agent` goes with its agent."""
    outputs = drop(call, phone, now)
    for each in call.parties():
        outputs += call.report(CallEventName.PARTY_DELETED, each, now, {"ThirdPartyDN": phone.number})
    for supervisor in call.supervisors():
        monitor = supervisor.monitor
        if monitor is not None and monitor.scope is MonitorScope.AGENT and monitor.target == phone.number:
            outputs += drop(call, supervisor, now)
    return outputs + unmix(call, now)


def drop(call: BasicCall, phone: Phone, now: float) -> Outputs:
    """Take this phone out of the call and hang it up."""
    call.rearranged = True
    outputs = dialogs.hang_up(call, phone, now) + phone_gone(call, phone, now) + call.close_music(phone)
    call.remove(phone)
    if call.mix is not None:
        outputs += call.mix.drop(phone)
    outputs += last_words(call, phone, now)
    call.server.drop(phone)
    return outputs


def unmix(call: BasicCall, now: float) -> Outputs:
    """The last two talk to each other directly again, unless something needs the mixer or they are to stay in it."""
    parties = call.parties()
    if call.mix is None or call.mix.recording or call.server.settings.stay_mixed:
        return []
    if len(parties) != 2 or call.additions or call.gatherings or any(each.on_hold for each in parties):
        return []

    def then(success: bool, at: float) -> Outputs:
        mix = call.mix
        if not success or mix is None:
            return []
        call.mix = None
        return mix.close()

    return link(call, Asked(parties[0]), parties[1], then, now)


CELLS: Cells = {
    (State.CONNECTED, Event.PARTY_LEFT): (State.CONNECTED, (party_left,)),
    (State.CONNECTED, Event.DELETE_PARTY): (State.CONNECTED, (party_left,)),
}
