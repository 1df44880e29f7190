"""An in-memory SIP Server as GWS sees it: records what it is asked, and lets a test make things happen.

    telephony = ScriptedTelephony(["5001", "5002"])
    telephony.register("5001")                                  # its phone is in service
    call = telephony.ring("5001", "+15550100", user_data={"Segment": "Gold"})
    telephony.request(AnswerCall("5001", call.call_uuid))       # established at once
    telephony.silent.add(HoldCall)                              # from now on asked for in vain
    telephony.release(call.call_uuid)

Outcomes are told while `request` runs: the earliest that they can come, so a test meets events before answers.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from cordboard.genesys.call_uuid import call_uuid, connection_id
from cordboard.lab.telephony import (
    AgentLogin,
    AgentLogout,
    AgentSetNotReady,
    AgentSetReady,
    AgentState,
    AnswerCall,
    CallEvent,
    CallEventName,
    CallState,
    CallType,
    CallView,
    ChangeUserData,
    ClearCall,
    DnEvent,
    DnView,
    Error,
    HoldCall,
    MakeCall,
    ReleaseCall,
    RetrieveCall,
    SendDtmf,
    SetDoNotDisturb,
    SetForward,
    TelephonyEvent,
    TelephonyRequest,
)

RUN = bytes(range(16))

ANNEX = {
    "contact": "*",
    "make-call-rfc3725-flow": "1",
    "refer-enabled": "false",
    "sip-cti-control": "talk,hold",
}


class ScriptedTelephony:
    """Implements `cordboard.lab.telephony.Telephony`. `clock` gives seconds of the Unix epoch."""

    def __init__(self, dns: Iterable[str] = ("5001", "5002"), clock: Callable[[], float] = lambda: 1_700_000_000.0):
        self.requests: list[TelephonyRequest] = []
        self.silent: set[type[TelephonyRequest]] = set()  # kinds of requests that nothing comes of
        self.available = True  # the connection to SIP Server
        self._dns = {dn: DnView(dn, False, "", AgentState.LOGGED_OUT) for dn in dns}
        self._calls: dict[str, CallView] = {}
        self._listeners: list[Callable[[TelephonyEvent], None]] = []
        self._clock = clock
        self._numbers = itertools.count(1)

    # --- Telephony ----------------------------------------------------------------------------------------------------

    def request(self, request: TelephonyRequest) -> None:
        self.requests.append(request)
        if type(request) not in self.silent:
            OUTCOMES.get(type(request), ScriptedTelephony._nothing)(self, request)

    def subscribe(self, listener: Callable[[TelephonyEvent], None]) -> None:
        self._listeners.append(listener)

    def calls(self, dn: str) -> list[CallView]:
        return [call for call in self._calls.values() if call.dn == dn]

    def dn(self, dn: str) -> DnView | None:
        return self._dns.get(dn)

    def annex(self, dn: str) -> dict[str, str]:
        return dict(ANNEX) if dn in self._dns else {}

    # --- what a test does ---------------------------------------------------------------------------------------------

    def emit(self, event: TelephonyEvent) -> None:
        for listener in self._listeners:
            listener(event)

    def register(self, dn: str) -> None:
        self.change_dn(dn, in_service=True)

    def unregister(self, dn: str) -> None:
        self.change_dn(dn, in_service=False)

    def change_dn(self, dn: str, reference: int = 0, **changes: Any) -> None:
        self._dns[dn] = replace(self._dns[dn], **changes)
        self.emit(DnEvent(self._dns[dn], reference))

    def ring(
        self, dn: str, caller: str, user_data: dict[str, Any] | None = None, type: CallType = CallType.INBOUND
    ) -> CallView:
        """A call comes in for a DN."""
        number = next(self._numbers)
        call = CallView(
            call_uuid=call_uuid(RUN, number),
            connection_id=connection_id(RUN, number),
            state=CallState.RINGING,
            call_type=type,
            dn=dn,
            ani=caller,
            dnis=dn,
            participants=(caller,),
            user_data=dict(user_data or {}),
            established=None,
            begun=self._clock(),
        )
        return self.change_call(call, CallEventName.RINGING, {"BusinessCall": 1, "OriginationDN": caller})

    def establish(self, call_uuid: str) -> CallView:
        call = replace(self._calls[call_uuid], state=CallState.ESTABLISHED, established=self._clock())
        return self.change_call(call, CallEventName.ESTABLISHED, {"BusinessCall": 1, "WrapUpTime": 20})

    def release(self, call_uuid: str, name: CallEventName = CallEventName.RELEASED) -> CallView:
        return self.change_call(replace(self._calls[call_uuid], state=CallState.RELEASED), name)

    def abandon(self, call_uuid: str) -> CallView:
        return self.release(call_uuid, CallEventName.ABANDONED)

    def change_call(
        self, call: CallView, name: CallEventName, extensions: dict[str, Any] | None = None, reference: int = 0
    ) -> CallView:
        """Make a call so, and tell it."""
        if call.state is CallState.RELEASED:
            self._calls.pop(call.call_uuid, None)
        else:
            self._calls[call.call_uuid] = call
        self.emit(CallEvent(name, call, extensions or {}, reference))
        return call

    # --- what comes of requests ---------------------------------------------------------------------------------------

    def _nothing(self, request: TelephonyRequest) -> None:
        """Recorded, and nothing comes of it here."""

    def _log_in(self, request: AgentLogin) -> None:
        self.change_dn(request.dn, request.reference, agent=request.agent, state=AgentState.NOT_READY)

    def _log_out(self, request: AgentLogout) -> None:
        self.change_dn(request.dn, request.reference, agent="", state=AgentState.LOGGED_OUT, work_mode="", reason="")

    def _ready(self, request: AgentSetReady) -> None:
        self.change_dn(request.dn, request.reference, state=AgentState.READY, work_mode="", reason="")

    def _not_ready(self, request: AgentSetNotReady) -> None:
        self.change_dn(
            request.dn,
            request.reference,
            state=AgentState.NOT_READY,
            work_mode=request.work_mode,
            reason=request.reason,
        )

    def _do_not_disturb(self, request: SetDoNotDisturb) -> None:
        self.change_dn(request.dn, request.reference, do_not_disturb=request.on)

    def _forward(self, request: SetForward) -> None:
        self.change_dn(request.dn, request.reference, forward_to=request.destination)

    def _make_call(self, request: MakeCall) -> None:
        number = next(self._numbers)
        call = CallView(
            call_uuid=call_uuid(RUN, number),
            connection_id=connection_id(RUN, number),
            state=CallState.DIALING,
            call_type=CallType.INTERNAL if request.destination in self._dns else CallType.OUTBOUND,
            dn=request.dn,
            ani=request.dn,
            dnis=request.destination,
            participants=(request.destination,),
            user_data=dict(request.user_data),
            established=None,
            begun=self._clock(),
        )
        self.change_call(call, CallEventName.DIALING, None, request.reference)

    def _answer(self, request: AnswerCall) -> None:
        self.establish(request.call_uuid)

    def _hold(self, request: HoldCall) -> None:
        call = replace(self._calls[request.call_uuid], state=CallState.HELD)
        self.change_call(call, CallEventName.HELD, None, request.reference)

    def _retrieve(self, request: RetrieveCall) -> None:
        call = replace(self._calls[request.call_uuid], state=CallState.ESTABLISHED)
        self.change_call(call, CallEventName.RETRIEVED, None, request.reference)

    def _release(self, request: ReleaseCall | ClearCall) -> None:
        self.release(request.call_uuid)

    def _send_dtmf(self, request: SendDtmf) -> None:
        self.change_call(self._calls[request.call_uuid], CallEventName.DTMF_SENT, None, request.reference)

    def _change_user_data(self, request: ChangeUserData) -> None:
        call = self._calls[request.call_uuid]
        kept = {} if request.clear else call.user_data
        data = {key: value for key, value in {**kept, **request.pairs}.items() if key not in request.delete}
        self.change_call(replace(call, user_data=data), CallEventName.ATTACHED_DATA_CHANGED, None, request.reference)

    def fail(self, dn: str, message: str, code: int = 41) -> None:
        """The latest request fails after all."""
        self.emit(Error(dn, self.requests[-1].reference, code, message))


OUTCOMES: dict[type[TelephonyRequest], Callable[[ScriptedTelephony, Any], None]] = {
    AgentLogin: ScriptedTelephony._log_in,
    AgentLogout: ScriptedTelephony._log_out,
    AgentSetReady: ScriptedTelephony._ready,
    AgentSetNotReady: ScriptedTelephony._not_ready,
    SetDoNotDisturb: ScriptedTelephony._do_not_disturb,
    SetForward: ScriptedTelephony._forward,
    MakeCall: ScriptedTelephony._make_call,
    AnswerCall: ScriptedTelephony._answer,
    HoldCall: ScriptedTelephony._hold,
    RetrieveCall: ScriptedTelephony._retrieve,
    ReleaseCall: ScriptedTelephony._release,
    ClearCall: ScriptedTelephony._release,
    SendDtmf: ScriptedTelephony._send_dtmf,
    ChangeUserData: ScriptedTelephony._change_user_data,
}
