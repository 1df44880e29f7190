"""What CTI is told when SIP Server is gone: its calls are over, its DNs are out of service, nobody is logged in."""

from __future__ import annotations

from dataclasses import replace

from cordboard.lab.sip_server.calls.vocabulary import ErrorCode
from cordboard.lab.sip_server.switch import Switch
from cordboard.lab.telephony import (
    AgentState,
    CallEvent,
    CallEventName,
    CallState,
    DnEvent,
    Error,
    TelephonyEvent,
    TelephonyRequest,
)


def forgotten(switch: Switch) -> list[TelephonyEvent]:
    """The events by which everything that the switch knows of is taken back."""
    events: list[TelephonyEvent] = []
    for dn in switch.dns:
        for call in switch.views(dn):
            events.append(CallEvent(CallEventName.RELEASED, replace(call, state=CallState.RELEASED), {}))
    for dn in switch.dns:
        view = switch.dn_view(dn)
        if view is not None:
            gone = replace(view, in_service=False, agent="", state=AgentState.LOGGED_OUT, work_mode="", reason="")
            events.append(DnEvent(gone))
    return events


def refused(request: TelephonyRequest) -> Error:
    """The answer to a request while SIP Server is gone."""
    return Error(request.dn, request.reference, ErrorCode.OUT_OF_SERVICE, "SIP Server is not there")
