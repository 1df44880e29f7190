"""The SIP Server look-alike without sockets and clock.

Inputs are the outputs of a `UserAgentCore`, the requests of CTI, the replies of the media server, `CallExpected` and
`Tick`; outputs are commands to that core, CTI events and requests to the media server. `Stack` joins machine and
core.

An error in one call ends that call (`Broken`); the others do not notice.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from cordboard.genesys import dialect
from cordboard.lab.media_server_port import MediaDigit, MediaFailed, MediaOpened, MediaReply
from cordboard.lab.sip_server import dn_requests
from cordboard.lab.sip_server.calls import requests, sip_events
from cordboard.lab.sip_server.calls.flow import referring
from cordboard.lab.sip_server.calls.flow.basic import BasicCall
from cordboard.lab.sip_server.calls.leg import Broken, MediaSession, Outputs, Phase
from cordboard.lab.sip_server.calls.routing import distributing
from cordboard.lab.sip_server.calls.vocabulary import ErrorCode, Event, State
from cordboard.lab.sip_server.settings import SipServerSettings
from cordboard.lab.sip_server.switch import Switch
from cordboard.lab.telephony import (
    CallEventName,
    CallState,
    CancelMonitoring,
    Error,
    MakeCall,
    MonitorNextCall,
    TelephonyRequest,
    UserData,
)
from cordboard.sip import events as sip
from cordboard.sip.address import NameAddress
from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.session.timer import supports
from cordboard.sip.uri import Uri

EXPECTED_CALLS = 1000
FORBIDDEN = 403
BUSY_HERE = 486
SERVICE_UNAVAILABLE = 503
METHOD_NOT_ALLOWED = 405

ALLOW = ("ACK", "BYE", "CANCEL", "INFO", "INVITE", "MESSAGE", "NOTIFY", "OPTIONS", "PRACK", "REFER", "UPDATE")


@dataclass(frozen=True, slots=True)
class CallExpected:
    """A call with this Call-ID will come; what the routing strategy will attach to it."""

    call_id: str
    user_data: UserData


@dataclass(frozen=True, slots=True)
class DnsOutOfService:
    """These DNs, and no others, are out of service."""

    dns: frozenset[str]


@dataclass(frozen=True, slots=True)
class CommandRefused:
    """The core would not carry out a command about this session."""

    session: str
    error: Exception


MachineInput = sip.Output | TelephonyRequest | MediaReply | CallExpected | DnsOutOfService | CommandRefused | sip.Tick


class SipServerMachine:
    """See the module; `switch` may be read for views."""

    def __init__(self, settings: SipServerSettings, *, run: bytes, secret: bytes, wall_clock: float) -> None:
        self.switch = Switch(settings, run, secret, wall_clock)
        self._settings = settings
        self._expected: OrderedDict[str, UserData] = OrderedDict()

    @property
    def deadline(self) -> float | None:
        return self.switch.deadline

    def handle(self, input: MachineInput, now: float) -> Outputs:
        handler = HANDLERS.get(type(input))
        outputs = handler(self, input, now) if handler else []
        return outputs + self._route(now)

    # --- time and routing ---

    def _time(self, _: sip.Tick, now: float) -> Outputs:
        outputs: Outputs = []
        for dn in self.switch.registrar.expire(now):
            outputs += self.switch.dn_event(dn)
        for agent in self.switch.agents.values():
            if agent.expire(now):
                outputs += self.switch.dn_event(agent.dn)
        for call in list(self.switch.calls.values()):
            if call.deadline is not None and call.deadline <= now:
                outputs += self._guarded(call, partial(call.tick, now), now)
        return outputs

    def _route(self, now: float) -> Outputs:
        """Carry out what the router decides, as long as it decides something."""
        outputs: Outputs = []
        while (decision := self.switch.routing.next(now)) is not None:
            call = self.switch.calls.get(decision.call)
            if call is not None:
                outputs += self._guarded(call, partial(distributing.carry_out, call, decision, now), now)
        return outputs

    # --- SIP ---

    def _in_call(self, event: Any, now: float) -> Outputs:
        """An event of a session goes to its call; one of a session that is over means nothing any more."""
        found = self.switch.find(event.session)
        if found is None:
            return sip_events.orphaned(event)
        call, side = found
        return self._guarded(call, lambda: sip_events.handle(call, side, event, now), now)

    def _invited(self, event: sip.Invited, now: float) -> Outputs:
        if len(self.switch.calls) >= self._settings.maximum_calls:
            return [sip.Reject(event.session, SERVICE_UNAVAILABLE)]
        try:
            caller = NameAddress.parse(event.request.headers.get("From") or "").uri.user or "anonymous"
            number = Uri.parse(event.request.uri).user
        except RemoteProtocolError as error:
            return [sip.Reject(event.session, error.status_hint)]
        is_dn = caller in self.switch.dns
        binding = self.switch.registrar.binding(caller)
        if is_dn and (binding is None or not binding.came_from(event.flow.remote)):
            return [sip.Reject(event.session, FORBIDDEN)]
        if is_dn and caller == number:
            return [sip.Reject(event.session, BUSY_HERE)]
        if (refusal := self.switch.refusal(event, caller, number, now)) is not None:
            return [refusal]
        call = self._call_for(event, caller, number)
        options = self.switch.options_of(caller)
        former = call.origin
        phone = call.new_phone(event.session, caller, is_dn, number, Phase.INCOMING, now, options)
        phone.description = event.request.body.decode("utf-8", "replace")
        phone.reliable = supports(event.request.headers, "100rel", ("Supported",))
        call.origin = phone
        if call.state is State.REFERRED and former is not None:
            phone.references = former.references
            return self._guarded(call, lambda: call.step(Event.REFERRED_CALLS, None, now), now)
        if call.previous is not None:
            phone.state = CallState.ESTABLISHED
        return self._guarded(call, lambda: call.step(*self.switch.classify(number), now), now)

    def _call_for(self, event: sip.Invited, caller: str, number: str) -> BasicCall:
        """A new call, unless the phone was told by REFER to call: then the one it was told in, or its successor."""
        referred = self.switch.referred(caller, number)
        if referred is not None:
            make_call = referred.state is State.REFERRED
            return referred if make_call else self.switch.successor(referred, caller, number)
        headers = event.request.headers
        call = self.switch.new_call(caller, number, self._expected.pop(headers.get("Call-ID") or "", {}))
        if caller not in self.switch.dns:
            call.from_outside = True
            call.asserted = headers.get("P-Asserted-Identity") or self.switch.contact_of(caller)
        return call

    def _refer_replied(self, event: sip.OutOfDialogReplied, now: float) -> Outputs:
        call = self.switch.calls.get(event.key)
        if call is None:
            return []
        return self._guarded(call, lambda: referring.refer_replied(call, event.status, now), now)

    def _requested(self, event: sip.OutOfDialogRequested, now: float) -> Outputs:
        method = event.request.method
        if method == "REGISTER":
            registration = self.switch.registrar.register(event.transaction, event.flow, event.request, now)
            answer: Outputs = [registration.answer] if registration.answer else []
            return answer + (self.switch.dn_event(registration.changed) if registration.changed else [])
        if method == "OPTIONS":
            return [sip.Respond(event.transaction, 200, headers=(("Allow", ", ".join(ALLOW)),))]
        return [sip.Respond(event.transaction, METHOD_NOT_ALLOWED, headers=(("Allow", ", ".join(ALLOW)),))]

    def _command_refused(self, refused: CommandRefused, now: float) -> Outputs:
        found = self.switch.find(refused.session)
        return found[0].broken(refused.error, now) if found else []

    # --- media server ---

    def _media_reply(self, reply: MediaReply, now: float) -> Outputs:
        found = self.switch.find(reply.session)
        if found is None:
            return []
        call, side = found
        assert isinstance(side, MediaSession)
        return self._guarded(call, lambda: sip_events.media_replied(call, side, reply, now), now)

    # --- CTI ---

    def _dn_request(self, request: dn_requests.DnRequest, now: float) -> Outputs:
        if request.dn not in self.switch.dns:
            return [_unknown_dn(request)]
        return dn_requests.handle(self.switch, request, now)

    def _make_call(self, request: MakeCall, now: float) -> Outputs:
        wrong = self._why_no_call(request)
        if wrong is not None:
            return [wrong]
        call = self.switch.new_call(request.dn, request.destination, request.user_data)
        session, options = self.switch.new_session(), self.switch.options_of(request.dn)
        call.origin = call.new_phone(session, request.dn, True, request.destination, Phase.OUTGOING, now, options)
        call.origin.references[CallEventName.DIALING] = request.reference
        event = Event.MAKE_CALL_BY_REFER if call.origin.has(dialect.REFER_ENABLED) else Event.MAKE_CALL
        return self._guarded(call, lambda: call.step(event, None, now), now)

    def _why_no_call(self, request: MakeCall) -> Error | None:
        dn, number = request.dn, request.destination
        if dn not in self.switch.dns:
            return _unknown_dn(request)
        if self.switch.route(dn, number, "") is None:
            return Error(dn, request.reference, ErrorCode.OUT_OF_SERVICE, "DN is out of service: it is not registered")
        if self.switch.classify(number) == (Event.TO_NOBODY, 404) or number == dn:
            return Error(dn, request.reference, ErrorCode.INVALID_CALLED_DN, "invalid called DN")
        if any(view.state != "Held" for view in self.switch.views(dn)) or len(self.switch.calls) >= (
            self._settings.maximum_calls
        ):
            return Error(dn, request.reference, ErrorCode.WRONG_STATE, "the DN has a call that is not on hold")
        return None

    def _call_request(self, request: Any, now: float) -> Outputs:
        if request.dn not in self.switch.dns:
            return [_unknown_dn(request)]
        call = self.switch.calls.get(request.call_uuid)
        phone = call.phone_of(request.dn) if call else None
        if call is None or phone is None:
            message = "the DN has no such call"
            return [Error(request.dn, request.reference, ErrorCode.INVALID_CONNECTION_ID, message)]
        return self._guarded(call, lambda: requests.handle(call, phone, request, now), now)

    def _monitor(self, request: MonitorNextCall | CancelMonitoring, now: float) -> Outputs:
        if request.dn not in self.switch.dns or request.target not in self.switch.dns:
            return [_unknown_dn(request)]
        if isinstance(request, CancelMonitoring):
            wrong = "" if self.switch.supervision.cancel(request) else "the DN is not supervised by this one"
        else:
            busy = request.dn == request.target or self.switch.calls_of(request.dn)
            wrong = "the supervisor's DN has a call, or is the one to be supervised" if busy else ""
        if wrong or isinstance(request, CancelMonitoring):
            return [Error(request.dn, request.reference, ErrorCode.WRONG_STATE, wrong)] if wrong else []
        return self.switch.supervision.want(request, self.switch.calls_of(request.target), now)

    def _expect(self, expected: CallExpected, now: float) -> Outputs:
        self._expected[expected.call_id] = expected.user_data
        while len(self._expected) > EXPECTED_CALLS:
            self._expected.popitem(last=False)
        return []

    def _guarded(self, call: BasicCall, act: Callable[[], Outputs], now: float) -> Outputs:
        """One broken call ends only that call."""
        try:
            return act()
        except Exception as error:
            try:
                return call.broken(error, now)
            except Exception as second:
                self.switch.finish(call, now)
                return [Broken(call.uuid, second)]


def _unknown_dn(request: TelephonyRequest) -> Error:
    return Error(request.dn, request.reference, ErrorCode.DN_NOT_CONFIGURED, "DN is not configured")


Handler = Callable[[SipServerMachine, Any, float], Outputs]

HANDLERS: dict[type, Handler] = {
    sip.Tick: SipServerMachine._time,
    sip.Invited: SipServerMachine._invited,
    sip.OutOfDialogRequested: SipServerMachine._requested,
    CallExpected: SipServerMachine._expect,
    CommandRefused: SipServerMachine._command_refused,
    MediaOpened: SipServerMachine._media_reply,
    MediaFailed: SipServerMachine._media_reply,
    MediaDigit: SipServerMachine._media_reply,
    DnsOutOfService: lambda machine, input, now: dn_requests.take_out_of_service(machine.switch, input.dns),
    MakeCall: SipServerMachine._make_call,
    **dict.fromkeys(sip_events.EVENTS, SipServerMachine._in_call),
    **dict.fromkeys(dn_requests.HANDLERS, SipServerMachine._dn_request),
    **dict.fromkeys(requests.HANDLERS, SipServerMachine._call_request),
    MonitorNextCall: SipServerMachine._monitor,
    CancelMonitoring: SipServerMachine._monitor,
    sip.OutOfDialogReplied: SipServerMachine._refer_replied,
}
