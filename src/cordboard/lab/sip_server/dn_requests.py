"""What CTI asks of a DN and of the agent on it: log in and out, Ready and Not Ready, do not disturb, forward."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cordboard.lab.sip_server.agents import AgentRequest
from cordboard.lab.sip_server.calls.leg import Outputs
from cordboard.lab.sip_server.calls.vocabulary import ErrorCode, Event
from cordboard.lab.sip_server.switch import NOT_FOUND, Switch
from cordboard.lab.telephony import (
    AgentLogin,
    AgentLogout,
    AgentSetNotReady,
    AgentSetReady,
    Error,
    SetDoNotDisturb,
    SetForward,
)

DnRequest = AgentRequest | SetDoNotDisturb | SetForward


def handle(switch: Switch, request: DnRequest, now: float) -> Outputs:
    """A request about a DN that there is: its new state, or an error."""
    return HANDLERS[type(request)](switch, request, now) or switch.dn_event(request.dn, request.reference)


def take_out_of_service(switch: Switch, dns: frozenset[str]) -> Outputs:
    """These DNs, and no others, are out of service though their phones are registered."""
    changed = switch.out_of_service ^ dns
    switch.out_of_service = dns
    return [event for dn in sorted(changed) for event in switch.dn_event(dn)]


def _change_agent(switch: Switch, request: AgentRequest, now: float) -> Outputs:
    wrong = switch.agents[request.dn].handle(request, now)
    return [Error(request.dn, request.reference, ErrorCode.WRONG_STATE, wrong)] if wrong else []


def _set_do_not_disturb(switch: Switch, request: SetDoNotDisturb, now: float) -> Outputs:
    switch.agents[request.dn].do_not_disturb = request.on
    return []


def _set_forward(switch: Switch, request: SetForward, now: float) -> Outputs:
    to = request.destination
    if to and (to == request.dn or switch.classify(to) == (Event.TO_NOBODY, NOT_FOUND)):
        return [Error(request.dn, request.reference, ErrorCode.INVALID_CALLED_DN, "calls cannot be forwarded there")]
    switch.agents[request.dn].forward_to = to
    return []


HANDLERS: dict[type, Callable[[Switch, Any, float], Outputs]] = {
    AgentLogin: _change_agent,
    AgentLogout: _change_agent,
    AgentSetReady: _change_agent,
    AgentSetNotReady: _change_agent,
    SetDoNotDisturb: _set_do_not_disturb,
    SetForward: _set_forward,
}
