"""What is to happen to a call once it has come about: DNs that are recorded, supervisors who wait for a DN."""

from __future__ import annotations

from dataclasses import replace

from cordboard.genesys import dialect
from cordboard.lab.sip_server.calls.flow.basic import BasicCall
from cordboard.lab.sip_server.calls.leg import Outputs
from cordboard.lab.sip_server.calls.vocabulary import Event, State
from cordboard.lab.telephony import CancelMonitoring, MonitorNextCall, RecordCall


class Supervision:
    """Who supervises which DN: one supervisor per DN, until cancelled."""

    def __init__(self) -> None:
        self._wanted: dict[str, MonitorNextCall] = {}

    def established(self, call: BasicCall, now: float) -> Outputs:
        outputs: Outputs = []
        for phone in call.talkers() if call.has_two else []:
            recorded = phone.has(dialect.RECORD) and call.recording_of(phone) == "Stopped"
            if phone.is_dn and recorded and call.state is State.CONNECTED:
                outputs += call.step(Event.RECORD, (phone, RecordCall(phone.number, call.uuid)), now)
            wanted = self._wanted.get(phone.number) if phone.is_dn else None
            if wanted is not None and call.phone_of(wanted.dn) is None:
                outputs += call.step(Event.SUPERVISE, wanted, now)
                self._wanted[phone.number] = replace(wanted, reference=0)
        return outputs

    def want(self, request: MonitorNextCall, calls: list[BasicCall], now: float) -> Outputs:
        """From now on; a call that the DN has is joined at once (`intrusion-enabled`)."""
        self._wanted[request.target] = request
        outputs: Outputs = []
        for call in calls:
            phone = call.phone_of(request.target)
            if call.state is State.CONNECTED and call.has_two and phone in call.talkers():
                outputs += call.step(Event.SUPERVISE, request, now)
                self._wanted[request.target] = replace(request, reference=0)
        return outputs

    def cancel(self, request: CancelMonitoring) -> bool:
        """Whether there was anything to cancel."""
        wanted = self._wanted.get(request.target)
        if wanted is None or wanted.dn != request.dn:
            return False
        del self._wanted[request.target]
        return True
