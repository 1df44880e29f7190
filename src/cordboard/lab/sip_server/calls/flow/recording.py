"""Recording: both legs are re-INVITEd to the media server, which mixes and keeps what it hears (reference: SIP Server
2.8). A DN with `record=true` has all its calls recorded; `lab-recording=true` lets CTI ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordboard.lab.media_server_port import Tape
from cordboard.lab.sip_server.calls.flow import leaving
from cordboard.lab.sip_server.calls.joining import mixing
from cordboard.lab.sip_server.calls.leg import Outputs, Phone
from cordboard.lab.sip_server.calls.vocabulary import Cells, Event, State
from cordboard.lab.telephony import CallEventName, RecordCall, RecordingAction

if TYPE_CHECKING:
    from cordboard.lab.sip_server.calls.flow.basic import BasicCall

TAPES = {
    RecordingAction.START: Tape.RUN,
    RecordingAction.PAUSE: Tape.PAUSE,
    RecordingAction.RESUME: Tape.RUN,
    RecordingAction.STOP: Tape.STOP,
}


def record(call: BasicCall, asked: tuple[Phone, RecordCall], now: float) -> Outputs:
    phone, request = asked
    phone.references[CallEventName.RECORDING_CHANGED] = request.reference
    tape = TAPES[request.action]

    def then(success: bool, at: float) -> Outputs:
        if call.mix is None:
            return []
        outputs = call.mix.record(tape)
        for each in call.talkers():
            outputs += call.report(CallEventName.RECORDING_CHANGED, each, at)
        return outputs + leaving.unmix(call, at)

    return mixing.mix_by_asking(call, then, now)


CELLS: Cells = {
    (State.CONNECTED, Event.RECORD): (State.CONNECTED, (record,)),
}
