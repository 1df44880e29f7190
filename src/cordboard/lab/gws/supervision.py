"""Supervisors who listen in, coach and barge in: what each has asked for, and asking SIP Server for it call by call.

GWS is asked for an agent's next call or for all of them; SIP Server knows only the call that is or the next one. For
all calls it is therefore asked again when a call begins at the agent, but for the one that the supervisor has left.
Source: HTCC API, ListenIn, Coach, BargeIn, CancelSupervisorMonitoring.
"""

from __future__ import annotations

from dataclasses import dataclass

from cordboard.genesys.capabilities import DeviceCapability
from cordboard.genesys.resources import Monitoring
from cordboard.lab.gws.directory import device_id
from cordboard.lab.telephony import (
    CallEvent,
    CallState,
    CancelMonitoring,
    MonitorMode,
    MonitorNextCall,
    MonitorScope,
    Telephony,
)

MODES: dict[str, MonitorMode] = {
    DeviceCapability.LISTEN_IN: MonitorMode.MUTE,
    DeviceCapability.COACH: MonitorMode.COACH,
    DeviceCapability.BARGE_IN: MonitorMode.CONNECT,
}
SCOPES: dict[str, MonitorScope] = {"Call": MonitorScope.CALL, "Agent": MonitorScope.AGENT}
ALL_CALLS = "AllCalls"
NEXT_CALL = "NextCall"


@dataclass(slots=True)
class _Wanted:
    target: str
    operation: DeviceCapability
    scope: str
    mode: str
    asked: bool = True  # SIP Server has been asked and the supervisor is not yet in a call
    left: str = ""  # the call that the supervisor was in last


class Supervision:
    """By the supervisor's DN."""

    def __init__(self, telephony: Telephony) -> None:
        self._telephony = telephony
        self._wanted: dict[str, _Wanted] = {}

    def of(self, dn: str) -> Monitoring | None:
        wanted = self._wanted.get(dn)
        if wanted is None:
            return None
        return Monitoring(wanted.operation, wanted.mode, wanted.scope, device_id(wanted.target))

    def ask(self, dn: str, target: str, operation: DeviceCapability, scope: str, mode: str, reference: int) -> None:
        """A new wish takes the place of an earlier one."""
        self.cancel(dn, reference)
        self._wanted[dn] = _Wanted(target, operation, scope, mode)
        self._request(dn, self._wanted[dn], reference)

    def cancel(self, dn: str, reference: int = 0) -> None:
        """A supervisor who is in a call stays in it; hanging up ends that."""
        wanted = self._wanted.pop(dn, None)
        if wanted is not None and wanted.asked:
            self._telephony.request(CancelMonitoring(dn, wanted.target, reference))

    def hear(self, event: CallEvent) -> str:
        """Follow a call; the DN of the supervisor whose wish has been fulfilled for good, or ""."""
        call = event.call
        if call.is_supervisor:
            return self._in_call(call.dn, call.call_uuid, call.state is CallState.RELEASED)
        if call.state is not CallState.RELEASED:
            for dn, wanted in list(self._wanted.items()):
                if wanted.target == call.dn and not wanted.asked and wanted.left != call.call_uuid:
                    self._again(dn, wanted)
        return ""

    def _in_call(self, dn: str, call_uuid: str, is_over: bool) -> str:
        wanted = self._wanted.get(dn)
        if wanted is None:
            return ""
        wanted.asked, wanted.left = False, call_uuid
        if wanted.mode != NEXT_CALL or not is_over:
            return ""
        del self._wanted[dn]
        return dn

    def _again(self, dn: str, wanted: _Wanted) -> None:
        if all(call.state is CallState.RELEASED for call in self._telephony.calls(dn)):
            wanted.asked = True
            self._request(dn, wanted, 0)

    def _request(self, dn: str, wanted: _Wanted, reference: int) -> None:
        mode, scope = MODES[wanted.operation], SCOPES[wanted.scope]
        self._telephony.request(MonitorNextCall(dn, wanted.target, mode, scope, reference))
