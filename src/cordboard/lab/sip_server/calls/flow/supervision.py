"""A supervisor in a call: listens in (`mute`), whispers to the agent (`coach`), or takes part (`connect`) (reference:
SIP Server 6.5).

The supervisor's phone gets an INVITE; when it has answered all parties are re-INVITEd to the mixer, which lets those
hear the supervisor whom the mode says. The supervisor and the agent are told by EventPrivateInfo, the other party by
nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordboard.lab.sip_server.calls.joining import mixing
from cordboard.lab.sip_server.calls.joining.adding import Adding
from cordboard.lab.sip_server.calls.leg import Monitor, Outputs, Phone
from cordboard.lab.sip_server.calls.vocabulary import Cells, ErrorCode, Event, State
from cordboard.lab.telephony import CallEventName, Error, MonitorNextCall, SetMonitorMode

if TYPE_CHECKING:
    from cordboard.lab.sip_server.calls.flow.basic import BasicCall


def supervise(call: BasicCall, request: MonitorNextCall, now: float) -> Outputs:
    """Call the supervisor; an EventPrivateInfo with the request's reference tells that it is in the call."""
    monitor = Monitor(request.target, request.mode, request.scope)

    def join(adding: Adding, offer: str, at: float) -> Outputs:
        return mixing.seat(call, adding, offer, at)

    def done(adding: Adding, at: float) -> Outputs:
        supervisor = adding.phone
        call.others.append(supervisor)
        supervisor.references[CallEventName.PRIVATE_INFO] = request.reference
        outputs = _let_hear(call, supervisor)
        outputs += call.report(CallEventName.ESTABLISHED, supervisor, at, {"MonitorMode": str(monitor.mode)})
        return outputs + tell(call, supervisor, at)

    def failed(adding: Adding, status: int, at: float) -> Outputs:
        message = f"the supervisor's phone did not take the call: {status}"
        return [Error(request.dn, request.reference, ErrorCode.INTERNAL, message)]

    return Adding(call, request.dn, request.target, join, done, failed, monitor=monitor).start(now)


def set_mode(call: BasicCall, asked: tuple[Phone, SetMonitorMode], now: float) -> Outputs:
    supervisor, request = asked
    assert supervisor.monitor is not None
    supervisor.monitor.mode = request.mode
    supervisor.references[CallEventName.PRIVATE_INFO] = request.reference
    return _let_hear(call, supervisor) + tell(call, supervisor, now)


def _let_hear(call: BasicCall, supervisor: Phone) -> Outputs:
    assert supervisor.monitor is not None
    target = call.phone_of(supervisor.monitor.target)
    return call.mix.set_audience(supervisor, target) if call.mix is not None else []


def tell(call: BasicCall, supervisor: Phone, now: float) -> Outputs:
    monitor = supervisor.monitor
    assert monitor is not None
    extensions = {"MonitorMode": str(monitor.mode)}
    target = call.phone_of(monitor.target)
    outputs = call.report(CallEventName.PRIVATE_INFO, supervisor, now, extensions)
    return outputs + call.report(CallEventName.PRIVATE_INFO, target, now, extensions)


CELLS: Cells = {
    (State.CONNECTED, Event.SUPERVISE): (State.CONNECTED, (supervise,)),
    (State.CONNECTED, Event.SET_MONITOR_MODE): (State.CONNECTED, (set_mode,)),
}
