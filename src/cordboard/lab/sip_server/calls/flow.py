"""The basic call: what happens between its origin and its destination, as one table (reference: SIP Server section 2).

    inbound, 1st-party   NEW -> OFFERED -> RINGING -> CONNECTED -> ENDED
    routed               NEW -> QUEUED -> OFFERED -> RINGING -> CONNECTED -> ENDED
    3rd-party MakeCall   NEW -> CALLING_AGENT -> as one of the above

A routed call goes back to QUEUED when the agent does not take it.

MakeCall is RFC 3725 flow I: the agent's phone gets an offerless INVITE and `NOTIFY Event: talk` right after its 180;
its 200 carries the offer for the callee and is acknowledged only when the callee has answered. After 32 seconds SIP
Server gives up: an ACK that leads nowhere, BYE, and CANCEL to the callee. A refused callee's status goes into the
Reason of the BYE.

A DN that answered a call is asked for a fresh offer 12 ms after the ACK, on every call; that is a job of `media`.
"""

from __future__ import annotations

from typing import Any

from cordboard.genesys.dialect import EVENT_HOLD, EVENT_TALK
from cordboard.lab.media_server_port import Service
from cordboard.lab.sip_server.calls.call import Call, Event, Job, JobKind, State
from cordboard.lab.sip_server.calls.leg import (
    FULL_SUPPORT,
    TIMER_SUPPORT,
    Broken,
    MediaSession,
    Outputs,
    Phase,
    Phone,
)
from cordboard.lab.sip_server.calls.media import add_job
from cordboard.lab.sip_server.calls.session_description import dummy
from cordboard.lab.telephony import CallEventName, CallState
from cordboard.sip.machine import Cell

MAKE_CALL_GUARD = 32.0
TEMPORARILY_UNAVAILABLE = 480
ERROR_INTERNAL = 52

Actions = dict[tuple[State, Event], Cell[State, Any]]


# --- setting up -------------------------------------------------------------------------------------------------------


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
    """The agent has picked up: go on as with any call, but not for longer than the phone can wait for its ACK."""
    call.caller.phase, call.caller.description = Phase.UNACKNOWLEDGED, offer
    call.arm(Event.GUARD, now + MAKE_CALL_GUARD)
    return call.step(*call.server.classify(call.dnis), now)


def report_dialing(call: BasicCall, _: object, now: float) -> Outputs:
    return call.report(CallEventName.DIALING, call.caller, now)


def invite_destination(call: BasicCall, number: str, now: float) -> Outputs:
    call.offered_to = number
    route = call.server.route(number, call.ani, call.asserted)
    if route is None:
        return call.refused(TEMPORARILY_UNAVAILABLE, now)
    phone = call.new_phone(call.server.new_session(), number, route.is_dn, call.ani, Phase.OUTGOING, now)
    call.destination = phone
    from_uri = call.server.address_of(call.ani)
    headers = (FULL_SUPPORT, *route.headers)
    return phone.invite(route.flow, route.target, from_uri, route.to_uri, call.caller.description, headers)


def open_echo(call: BasicCall, _: object, now: float) -> Outputs:
    call.destination = call.new_media(Service.ECHO)
    return call.destination.offer(call.caller.description)


def enqueue(call: BasicCall, _: object, now: float) -> Outputs:
    call.routed = True
    call.server.enqueue(call, now)
    music = call.music[call.caller.session] = call.new_media(Service.MUSIC)
    return music.offer(call.caller.description)


def play_music(call: BasicCall, sdp: str, now: float) -> Outputs:
    """The first music of a queued call is what answers the caller."""
    music = call.music.get(call.caller.session)
    if music is None or call.caller.phase not in (Phase.INCOMING, Phase.UNACKNOWLEDGED):
        return []
    music.description = sdp
    call.disarm(Event.GUARD)
    return call.caller.answer_setup(sdp) + _report_answered(call, now)


def relay_ringing(call: BasicCall, provisional: tuple[int, str], now: float) -> Outputs:
    callee, (status, sdp) = call.callee, provisional
    first, callee.phase = callee.phase is Phase.OUTGOING, Phase.RINGING
    outputs = call.caller.ring(status, sdp) if call.caller.phase is Phase.INCOMING and (first or sdp) else []
    if first:
        outputs += call.report(CallEventName.RINGING, callee, now, call.ringing_extensions())
        if call.routed:
            call.arm(Event.NO_ANSWER, now + call.server.settings.no_answer_timeout)
    return outputs


def connect(call: BasicCall, answer: str, now: float) -> Outputs:
    """The destination has answered: tell the origin, each by what its phase asks for."""
    call.disarm(Event.GUARD, Event.NO_ANSWER)
    callee = call.destination
    assert callee is not None
    callee.description = answer
    if call.caller.phase in (Phase.INCOMING, Phase.UNACKNOWLEDGED):
        outputs = call.close_music(call.caller) + call.caller.answer_setup(answer)
    else:
        outputs = add_job(call, Job(JobKind.CONNECT, call.caller, answer), now)
    if isinstance(callee, Phone):
        callee.phase = Phase.CONNECTED if call.caller.description else Phase.UNACKNOWLEDGED
        outputs += call.report(CallEventName.ESTABLISHED, callee, now, call.established_extensions())
        if callee.is_dn:
            call.arm(Event.REFRESH, now + call.server.settings.refresh_after)
    return outputs + _report_answered(call, now)


def _report_answered(call: BasicCall, now: float) -> Outputs:
    """A DN that called is told once, be it music or a person who answered."""
    if call.caller.state is not CallState.DIALING:
        return []
    return call.report(CallEventName.ESTABLISHED, call.caller, now, call.established_extensions())


def refresh(call: BasicCall, _: object, now: float) -> Outputs:
    return add_job(call, Job(JobKind.REFRESH, call.callee), now)


# --- what CTI asks for ------------------------------------------------------------------------------------------------


def talk(call: BasicCall, phone: Phone, now: float) -> Outputs:
    return phone.notify(call.key(phone, EVENT_TALK), EVENT_TALK)


def hold(call: BasicCall, phone: Phone, now: float) -> Outputs:
    return phone.notify(call.key(phone, EVENT_HOLD), EVENT_HOLD)


# --- not getting through ----------------------------------------------------------------------------------------------


def drop_destination(call: BasicCall, _: object, now: float) -> Outputs:
    """The agent did not take the call; its side is over, the call is not."""
    call.disarm(Event.NO_ANSWER)
    callee, call.destination = call.destination, None
    if not isinstance(callee, Phone):
        return []
    outputs = callee.hang_up()
    if callee.state is CallState.RINGING:
        outputs += call.report(CallEventName.RELEASED, callee, now)
    call.server.drop(callee)
    return outputs + call.server.call_ended(callee.number, False, now)


def requeue(call: BasicCall, _: object, now: float) -> Outputs:
    call.server.take_back(call, call.offered_to, now)
    return []


def punish_no_answer(call: BasicCall, _: object, now: float) -> Outputs:
    return call.server.no_answer(call.offered_to, now)


def report_refusal(call: BasicCall, status: int | None, now: float) -> Outputs:
    """The agent's own phone refused the MakeCall, or rang for too long."""
    message = f"the phone of the DN refused: {status}" if status else "the phone of the DN did not answer"
    return end(call, call.fail(call.caller, CallEventName.DIALING, ERROR_INTERNAL, message), now)


def report_dead_dialing(call: BasicCall, _: object, now: float) -> Outputs:
    """A MakeCall to nobody has a phone off the hook; a 1st-party call to nobody never was a call."""
    return report_dialing(call, None, now) if call.caller.phase is Phase.UNACKNOWLEDGED else []


def refuse_origin(call: BasicCall, status: int, now: float) -> Outputs:
    """The destination cannot be had: its status is the origin's, one way or the other."""
    return end(call, call.caller.hang_up(status, cause=status), now)


def give_up(call: BasicCall, _: object, now: float) -> Outputs:
    """32 seconds have gone by since the agent picked up (traced: the ACK leads nowhere, the BYE has no Reason)."""
    return leave(call, call.caller.hang_up(last_answer=dummy(call.server.sdp_id(now))), now)


# --- the end ----------------------------------------------------------------------------------------------------------


def release(call: BasicCall, _: object, now: float) -> Outputs:
    """Somebody hung up, or asked SIP Server to."""
    return leave(call, [], now)


def leave(call: BasicCall, first: Outputs, now: float) -> Outputs:
    callee = call.destination
    ringing = isinstance(callee, Phone) and callee.state is CallState.RINGING
    return end(call, first + (call.report(CallEventName.ABANDONED, callee, now) if ringing else []), now)


def end(call: BasicCall, first: Outputs, now: float) -> Outputs:
    """Everything that is still there goes: phones, music, timers, jobs; then CTI is told."""
    call.disarm_all()
    call.jobs.clear()
    call.negotiation = None
    outputs = list(first)
    for phone in call.phones():
        outputs += phone.hang_up()
    if isinstance(call.destination, MediaSession):
        outputs += call.destination.close()
    for media in call.music.values():
        outputs += media.close()
    for phone in call.phones():
        outputs += _last_words(call, phone, now)
    call.server.finish(call)
    return outputs


def _last_words(call: BasicCall, phone: Phone, now: float) -> Outputs:
    if not phone.is_dn:
        return []
    known = phone.state not in (None, CallState.RELEASED)
    outputs = call.report(CallEventName.RELEASED, phone, now) if known else []
    return outputs + call.server.call_ended(phone.number, phone.established is not None, now)


class BasicCall(Call):
    """A call between two parties; `step` takes the events of the table."""

    TABLE: Actions = {
        (State.NEW, Event.MAKE_CALL): (State.CALLING_AGENT, (call_agent,)),
        (State.NEW, Event.TO_PHONE): (State.OFFERED, (report_dialing, invite_destination)),
        (State.NEW, Event.TO_QUEUE): (State.QUEUED, (report_dialing, enqueue)),
        (State.NEW, Event.TO_ECHO): (State.OFFERED, (report_dialing, open_echo)),
        (State.NEW, Event.TO_NOBODY): (State.ENDED, (report_dead_dialing, refuse_origin)),
        (State.CALLING_AGENT, Event.ORIGIN_RINGS): (State.CALLING_AGENT, (talk_to_origin,)),
        (State.CALLING_AGENT, Event.ORIGIN_ANSWERED): (State.NEW, (take_origins_offer,)),
        (State.CALLING_AGENT, Event.ORIGIN_REFUSED): (State.ENDED, (report_refusal,)),
        (State.CALLING_AGENT, Event.GUARD): (State.ENDED, (report_refusal,)),
        (State.QUEUED, Event.MUSIC_READY): (State.QUEUED, (play_music,)),
        (State.QUEUED, Event.AGENT_SELECTED): (State.OFFERED, (invite_destination,)),
        (State.QUEUED, Event.ORIGIN_LEFT): (State.ENDED, (release,)),
        (State.QUEUED, Event.RELEASE): (State.ENDED, (release,)),
        (State.QUEUED, Event.GUARD): (State.ENDED, (give_up,)),
        (State.OFFERED, Event.MUSIC_READY): (State.OFFERED, (play_music,)),
        (State.OFFERED, Event.DESTINATION_RINGS): (State.RINGING, (relay_ringing,)),
        (State.OFFERED, Event.DESTINATION_ANSWERED): (State.CONNECTED, (connect,)),
        (State.OFFERED, Event.DESTINATION_REFUSED): (State.ENDED, (refuse_origin,)),
        (State.OFFERED, Event.AGENT_REFUSED): (State.QUEUED, (drop_destination, requeue)),
        (State.OFFERED, Event.ORIGIN_LEFT): (State.ENDED, (release,)),
        (State.OFFERED, Event.RELEASE): (State.ENDED, (release,)),
        (State.OFFERED, Event.GUARD): (State.ENDED, (give_up,)),
        (State.RINGING, Event.MUSIC_READY): (State.RINGING, (play_music,)),
        (State.RINGING, Event.DESTINATION_RINGS): (State.RINGING, (relay_ringing,)),
        (State.RINGING, Event.DESTINATION_ANSWERED): (State.CONNECTED, (connect,)),
        (State.RINGING, Event.DESTINATION_REFUSED): (State.ENDED, (refuse_origin,)),
        (State.RINGING, Event.AGENT_REFUSED): (State.QUEUED, (drop_destination, requeue)),
        (State.RINGING, Event.NO_ANSWER): (State.QUEUED, (drop_destination, punish_no_answer, requeue)),
        (State.RINGING, Event.ANSWER): (State.RINGING, (talk,)),
        (State.RINGING, Event.ORIGIN_LEFT): (State.ENDED, (release,)),
        (State.RINGING, Event.RELEASE): (State.ENDED, (release,)),
        (State.RINGING, Event.GUARD): (State.ENDED, (give_up,)),
        (State.CONNECTED, Event.REFRESH): (State.CONNECTED, (refresh,)),
        (State.CONNECTED, Event.HOLD): (State.CONNECTED, (hold,)),
        (State.CONNECTED, Event.RETRIEVE): (State.CONNECTED, (talk,)),
        (State.CONNECTED, Event.ORIGIN_LEFT): (State.ENDED, (release,)),
        (State.CONNECTED, Event.DESTINATION_LEFT): (State.ENDED, (release,)),
        (State.CONNECTED, Event.RELEASE): (State.ENDED, (release,)),
    }

    offered_to = ""

    @property
    def caller(self) -> Phone:
        assert self.origin is not None
        return self.origin

    @property
    def callee(self) -> Phone:
        assert isinstance(self.destination, Phone)
        return self.destination

    def refused(self, status: int, now: float) -> Outputs:
        """The destination did not take the call, or cannot be reached: a routed call goes on without it."""
        return self.step(Event.AGENT_REFUSED if self.routed else Event.DESTINATION_REFUSED, status, now)

    def ended_by(self, phone: Phone, now: float) -> Outputs:
        """This phone hung up, cancelled or was lost."""
        phone.phase = Phase.ENDED
        return self.step(Event.ORIGIN_LEFT if phone is self.origin else Event.DESTINATION_LEFT, None, now)

    def broken(self, error: Exception, now: float) -> Outputs:
        """Something went wrong in this call: end it, whatever its state."""
        self.state = State.ENDED
        return [Broken(self.uuid, error), *end(self, [], now)]

    def ringing_extensions(self) -> dict[str, Any]:
        extensions: dict[str, Any] = {"BusinessCall": 1, "OriginationDN": self.ani}
        if self.routed:
            settings = self.server.settings
            extensions["NO_ANSWER_TIMEOUT"] = round(settings.no_answer_timeout)
            extensions["NO_ANSWER_ACTION"] = settings.no_answer_action
            extensions["NO_ANSWER_OVERFLOW"] = "recall"
        return extensions

    def established_extensions(self) -> dict[str, Any]:
        wrap_up = self.server.settings.wrap_up_time
        return {"BusinessCall": 1, **({"WrapUpTime": round(wrap_up)} if wrap_up else {})}
