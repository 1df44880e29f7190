"""REFER, for DNs with `refer-enabled=true` (reference: SIP Server 2.2, 2.5, D4).

MakeCall: the agent's phone gets a REFER outside any dialog and places the call itself. Single-step transfer: the
*other* party's phone gets a REFER in its dialog, as if the agent's had sent it, and calls the target itself. A phone
that refuses is served the other way, by INVITE, and the log says so.

The phone's INVITE is known by its number and its target. In a transfer it becomes a call with the same UUID, beside
the one that it takes over; that one ends when the two talk, or when the phone reports success by NOTIFY (RFC 3515). The
DN option `lab-refer-release=202` ends it as soon as the REFER is accepted.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cordboard.lab.sip_server.calls.flow import ending
from cordboard.lab.sip_server.calls.leg import Noted, Outputs, Phone
from cordboard.lab.sip_server.calls.vocabulary import Cells, ErrorCode, Event, State
from cordboard.lab.telephony import CallEventName, Error, SingleStepTransfer
from cordboard.sip.events import SendInDialog, SendRequest
from cordboard.sip.message import Request

if TYPE_CHECKING:
    from cordboard.lab.sip_server.calls.flow.basic import BasicCall

REFER = "refer"
LAB_REFER_RELEASE = "lab-refer-release"
MAKE_CALL_GUARD = 32.0
_STATUS_LINE = re.compile(rb"SIP/2\.0 (\d{3})(?: |\r|\n|$)")


# --- MakeCall ---------------------------------------------------------------------------------------------------------


def refer_agent(call: BasicCall, _: object, now: float) -> Outputs:
    """REFER outside dialogs; its outcome comes with the call's UUID as key."""
    agent = call.caller
    route = call.server.route(agent.number, call.dnis, "")
    if route is None:
        return call.step(Event.REFER_REFUSED, 480, now)
    call.arm(Event.GUARD, now + MAKE_CALL_GUARD)
    call.server.expect_referred(call, agent.number, call.dnis)
    own = call.server.address_of(agent.number)
    headers = (
        ("Refer-To", f"<{call.server.address_of(call.dnis)}>"),
        ("Referred-By", f"<{own}>"),
        ("Contact", call.server.contact_of(agent.number)),
        agent.uuid_header,
    )
    return [SendRequest(call.uuid, route.flow, "REFER", route.target, own, route.to_uri, headers)]


def refer_replied(call: BasicCall, status: int, now: float) -> Outputs:
    """The final response to that REFER."""
    if status < 300 or call.state is not State.REFERRED:
        return []
    call.server.forget_referred(call)
    note = Noted(call.uuid, f"REFER refused with {status}: MakeCall by INVITE instead")
    return [note, *call.step(Event.REFER_REFUSED, status, now)]


# --- transfer ---------------------------------------------------------------------------------------------------------


def refer_other(call: BasicCall, asked: tuple[Phone, SingleStepTransfer], other: Phone, now: float) -> Outputs:
    agent, request = asked
    call.referral = asked
    call.server.expect_referred(call, other.number, request.destination)
    headers = (
        ("Refer-To", f"<{call.server.address_of(request.destination)}>"),
        ("Referred-By", f"<{call.server.address_of(agent.number)}>"),
        other.uuid_header,
    )
    return [SendInDialog(other.session, call.key(other, REFER), "REFER", headers)]


def answered(call: BasicCall, other: Phone, status: int, now: float) -> Outputs:
    """The final response to the REFER in the other party's dialog."""
    asked = call.referral
    if asked is None:
        return []
    if status < 300:
        call.awaits_following = other.options.get(LAB_REFER_RELEASE) == "202"
        return finish(call, now) if call.awaits_following else []
    call.server.forget_referred(call)
    call.referral = None
    note = Noted(call.uuid, f"REFER refused with {status}: transfer by re-INVITE instead")
    return [note, *call.step(Event.REFER_REFUSED, asked, now)]


def progress(call: BasicCall, request: Request, now: float) -> Outputs:
    """NOTIFY with a fragment of the answer that the phone's own call got."""
    match = _STATUS_LINE.match(request.body)
    status = int(match[1]) if match else 0
    asked = call.referral
    if asked is None or status < 200:
        return []
    if status < 300:
        return finish(call, now)
    call.referral = None
    call.server.forget_referred(call)
    message = f"the target could not be had: {status}"
    return [Error(asked[1].dn, asked[1].reference, ErrorCode.INTERNAL, message)]


def finish(call: BasicCall, now: float) -> Outputs:
    """The other party talks to the target, or will: this call is over, and the other party in another of its UUID."""
    asked, call.referral = call.referral, None
    if asked is None or call.state is State.ENDED:
        return []
    agent, request = asked
    agent.references[CallEventName.RELEASED] = request.reference
    call.state = State.ENDED
    return ending.end(call, [], now)


def taken_over(call: BasicCall, now: float) -> Outputs:
    """The call that the phone placed has come about."""
    previous, call.previous = call.previous, None
    outputs = finish(previous, now) if previous is not None else []
    if previous is not None:
        outputs += call.report(CallEventName.PARTY_CHANGED, call.caller, now)
    return outputs


CELLS: Cells = {
    (State.NEW, Event.MAKE_CALL_BY_REFER): (State.REFERRED, (refer_agent,)),
}
