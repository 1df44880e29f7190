"""Setting up a call between its origin and its destination (reference: SIP Server 2.1 to 2.3).

    inbound, 1st-party   NEW -> OFFERED -> RINGING -> CONNECTED
    routed               NEW -> QUEUED -> OFFERED -> RINGING -> CONNECTED   (see `calls.routing`)
    3rd-party MakeCall   NEW -> CALLING_AGENT -> as one of the above

The agent of a MakeCall gets an offerless INVITE and `NOTIFY Event: talk` right after its 180; its 200 carries the offer
for the callee. The DN's `make-call-rfc3725-flow` says when that 200 is acknowledged:

    1   when the callee has answered, with the callee's description; after 32 seconds SIP Server gives up
    2   at once, with the media server's ringback or a description at rest; the callee's comes in a re-INVITE

A DN that answered a call is asked for a fresh offer 12 ms after the ACK, on every call; that is a job of `media`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordboard.genesys import dialect
from cordboard.genesys.dialect import EVENT_TALK
from cordboard.lab.contact_center.people import NONE
from cordboard.lab.media_server_port import Service
from cordboard.lab.sip_server.calls.leg import FULL_SUPPORT, TIMER_SUPPORT, Outputs, Phase, Phone
from cordboard.lab.sip_server.calls.media import add_job
from cordboard.lab.sip_server.calls.vocabulary import Cells, Event, Job, JobKind, State
from cordboard.lab.telephony import CallEventName, CallState

if TYPE_CHECKING:
    from cordboard.lab.sip_server.calls.flow.basic import BasicCall

MAKE_CALL_GUARD = 32.0
TEMPORARILY_UNAVAILABLE = 480


# --- the agent first --------------------------------------------------------------------------------------------------


def call_agent(call: BasicCall, _: object, now: float) -> Outputs:
    """The first leg of a MakeCall: an offerless INVITE in the name of the number that was dialled."""
    agent = call.caller
    route = call.server.route(agent.number, call.dnis, "")
    if route is None:
        return call.step(Event.ORIGIN_REFUSED, TEMPORARILY_UNAVAILABLE, now)
    call.arm(Event.GUARD, now + MAKE_CALL_GUARD)
    from_uri = call.server.address_of(call.dnis)
    return agent.invite(route.flow, route.target, from_uri, route.to_uri, "", (TIMER_SUPPORT, *route.headers))


def talk_to_origin(call: BasicCall, _: object, now: float) -> Outputs:
    if call.caller.phase is not Phase.OUTGOING:
        return []
    call.caller.phase = Phase.RINGING
    return call.caller.notify(call.key(call.caller, EVENT_TALK), EVENT_TALK)


def take_origins_offer(call: BasicCall, offer: str, now: float) -> Outputs:
    """The agent has picked up: go on as with any call. Flow 1 does so for no longer than a phone waits for its ACK."""
    call.caller.phase, call.caller.description = Phase.UNACKNOWLEDGED, offer
    event, argument = call.server.classify(call.dnis)
    outputs: Outputs = []
    if event is Event.TO_PHONE and uses_flow_2(call):
        call.disarm(Event.GUARD)
        outputs = _ring_back(call)
    else:
        call.arm(Event.GUARD, now + MAKE_CALL_GUARD)
    return outputs + call.step(event, argument, now)


def uses_flow_2(call: BasicCall) -> bool:
    """A consultation on the agent's one dialog always does: that dialog must not end for want of an ACK."""
    return call.caller.twin is not None or call.caller.options.get(dialect.MAKE_CALL_RFC3725_FLOW) == "2"


def _ring_back(call: BasicCall) -> Outputs:
    if not call.caller.has(dialect.RING_TONE_ON_MAKE_CALL):
        return call.caller.answer_setup(call.caller.hold_offer())
    media = call.music[call.caller.session] = call.new_media(Service.RINGBACK)
    return media.offer(call.caller.description)


def go_without_ringback(call: BasicCall, _: object, now: float) -> Outputs:
    """No media server: the agent of flow 2 is acknowledged all the same."""
    media = call.music.get(call.caller.session)
    if media is None or media.service is not Service.RINGBACK or call.caller.phase is not Phase.UNACKNOWLEDGED:
        return []
    return call.close_music(call.caller) + call.caller.answer_setup(call.caller.hold_offer())


def take_referred_call(call: BasicCall, _: object, now: float) -> Outputs:
    """The agent's phone calls as REFER told it to: from here on it is any call of a phone."""
    call.disarm(Event.GUARD)
    return call.step(*call.server.classify(call.dnis), now)


# --- the destination --------------------------------------------------------------------------------------------------


def report_dialing(call: BasicCall, _: object, now: float) -> Outputs:
    return call.report_dialing(now)


def invite_destination(call: BasicCall, number: str, now: float) -> Outputs:
    if not call.routed:
        call.offered_to, call.terms = number, call.server.routing.direct_terms(number)
    route = call.server.route(number, call.ani, call.asserted)
    if route is None:
        return call.refused(TEMPORARILY_UNAVAILABLE, now)
    session = call.server.new_session()
    phone = call.new_phone(session, number, route.is_dn, call.ani, Phase.OUTGOING, now, route.options)
    call.destination = phone
    from_uri = call.server.address_of(call.ani)
    headers = (FULL_SUPPORT, *route.headers)
    return phone.invite(route.flow, route.target, from_uri, route.to_uri, call.caller.description, headers)


def open_echo(call: BasicCall, _: object, now: float) -> Outputs:
    call.destination = call.new_media(Service.ECHO)
    return call.destination.offer(call.caller.description)


def relay_ringing(call: BasicCall, provisional: tuple[int, str], now: float) -> Outputs:
    callee, (status, sdp) = call.callee, provisional
    first, callee.phase = callee.phase is Phase.OUTGOING, Phase.RINGING
    hears = call.caller.phase is Phase.INCOMING and not call.caller.previewed
    outputs = call.caller.ring(status, sdp) if hears and (first or sdp) else []
    if first:
        outputs += call.report(CallEventName.RINGING, callee, now, call.ringing_extensions())
        if call.terms.no_answer_timeout and callee.is_dn:
            _limit_ringing(call, now + call.terms.no_answer_timeout)
    return outputs


def _limit_ringing(call: BasicCall, at: float) -> None:
    if call.terms.no_answer_overflow == (NONE,):
        return call.arm(Event.RINGS_ON, at)
    routed_until = call.time_of(Event.NO_ANSWER)
    call.arm(Event.NO_ANSWER, at if routed_until is None else min(at, routed_until))


def connect(call: BasicCall, answer: str, now: float) -> Outputs:
    """The destination has answered: tell the origin, each by what its phase asks for."""
    call.disarm(Event.GUARD, Event.NO_ANSWER, Event.RINGS_ON)
    callee = call.destination
    assert callee is not None
    callee.description = answer
    if call.caller.previewed and call.caller.phase is Phase.INCOMING:
        outputs = call.caller.answer_setup(call.caller.told)
        outputs += add_job(call, Job(JobKind.CONNECT, call.caller, answer), now)
    elif call.caller.phase in (Phase.INCOMING, Phase.UNACKNOWLEDGED):
        outputs = call.close_music(call.caller) + call.caller.answer_setup(answer)
    else:
        outputs = add_job(call, Job(JobKind.CONNECT, call.caller, answer), now)
    if isinstance(callee, Phone):
        callee.phase = Phase.CONNECTED if call.caller.description else Phase.UNACKNOWLEDGED
        outputs += call.report(CallEventName.ESTABLISHED, callee, now, call.established_extensions(callee))
        if callee.is_dn:
            call.arm(Event.REFRESH, now + call.server.settings.refresh_after)
    return outputs + report_answered(call, now) + call.came_about(now)


def report_answered(call: BasicCall, now: float) -> Outputs:
    """A DN that called is told once, be it music or a person who answered."""
    if call.caller.state is not CallState.DIALING:
        return []
    return call.report(CallEventName.ESTABLISHED, call.caller, now, call.established_extensions(call.caller))


def refresh(call: BasicCall, _: object, now: float) -> Outputs:
    callee = call.destination
    return add_job(call, Job(JobKind.REFRESH, callee), now) if isinstance(callee, Phone) else []


# --- elsewhere --------------------------------------------------------------------------------------------------------


def drop_destination(call: BasicCall, _: object, now: float) -> Outputs:
    """The one who was called did not take the call; its side is over, the call is not."""
    call.disarm(Event.NO_ANSWER, Event.RINGS_ON)
    callee, call.destination = call.destination, None
    if not isinstance(callee, Phone):
        return []
    outputs = callee.hang_up()
    if callee.state is CallState.RINGING:
        outputs += call.report(CallEventName.RELEASED, callee, now)
    call.server.drop(callee)
    return outputs + (call.server.call_ended(call, callee.number, False, now) if callee.is_dn else [])


def send_elsewhere(call: BasicCall, number: str, now: float) -> Outputs:
    """RedirectCall, or a 302 of the phone that was called. A number that is no phone's is a refusal."""
    event, argument = call.server.classify(number)
    call.redirections += 1
    if event is not Event.TO_PHONE or call.redirections > call.server.settings.maximum_redirections:
        return call.refused(argument if isinstance(argument, int) else TEMPORARILY_UNAVAILABLE, now)
    call.server.routing.ended(call, now, redirected=True)
    call.routed = False
    call.dnis = number
    return invite_destination(call, str(argument), now)


def talk(call: BasicCall, phone: Phone, now: float) -> Outputs:
    return phone.notify(call.key(phone, EVENT_TALK), EVENT_TALK)


CELLS: Cells = {
    (State.NEW, Event.MAKE_CALL): (State.CALLING_AGENT, (call_agent,)),
    (State.NEW, Event.TO_PHONE): (State.OFFERED, (report_dialing, invite_destination)),
    (State.NEW, Event.TO_ECHO): (State.OFFERED, (report_dialing, open_echo)),
    (State.CALLING_AGENT, Event.ORIGIN_RINGS): (State.CALLING_AGENT, (talk_to_origin,)),
    (State.CALLING_AGENT, Event.ORIGIN_ANSWERED): (State.NEW, (take_origins_offer,)),
    (State.REFERRED, Event.REFERRED_CALLS): (State.NEW, (take_referred_call,)),
    (State.REFERRED, Event.REFER_REFUSED): (State.CALLING_AGENT, (call_agent,)),
    (State.OFFERED, Event.MUSIC_FAILED): (State.OFFERED, (go_without_ringback,)),
    (State.OFFERED, Event.DESTINATION_RINGS): (State.RINGING, (relay_ringing,)),
    (State.OFFERED, Event.DESTINATION_ANSWERED): (State.CONNECTED, (connect,)),
    (State.OFFERED, Event.REDIRECT): (State.OFFERED, (drop_destination, send_elsewhere)),
    (State.RINGING, Event.MUSIC_FAILED): (State.RINGING, (go_without_ringback,)),
    (State.RINGING, Event.DESTINATION_RINGS): (State.RINGING, (relay_ringing,)),
    (State.RINGING, Event.DESTINATION_ANSWERED): (State.CONNECTED, (connect,)),
    (State.RINGING, Event.ANSWER): (State.RINGING, (talk,)),
    (State.RINGING, Event.REDIRECT): (State.OFFERED, (drop_destination, send_elsewhere)),
    (State.CONNECTED, Event.REFRESH): (State.CONNECTED, (refresh,)),
}
