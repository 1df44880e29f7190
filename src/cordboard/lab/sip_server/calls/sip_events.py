"""What the events of the SIP core and the replies of the media server mean for the call they belong to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cordboard.lab.media_server_port import MediaDigit, MediaOpened, MediaReply
from cordboard.lab.sip_server.calls import digits, media, refreshing, requests
from cordboard.lab.sip_server.calls.flow import referring
from cordboard.lab.sip_server.calls.flow.basic import BasicCall
from cordboard.lab.sip_server.calls.joining import mixing
from cordboard.lab.sip_server.calls.leg import NOT_NOW, DialogId, MediaSession, Outputs, Phase, Phone, Side
from cordboard.lab.sip_server.calls.sources import acknowledge_as_before
from cordboard.lab.sip_server.calls.vocabulary import Event, Job, JobKind, State
from cordboard.sip import events as sip
from cordboard.sip.address import NameAddress
from cordboard.sip.dialog import tag_of
from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.message import Request, Response

MEDIA_UNAVAILABLE = 503
NOT_IMPLEMENTED = 501
DTMF_RELAY = "application/dtmf-relay"
ANSWERED_METHODS = ("INFO", "MESSAGE", "NOTIFY", "OPTIONS", "PRACK", "UPDATE")


def handle(call: BasicCall, side: Side, event: Any, now: float) -> Outputs:
    """An event of this side's session."""
    assert isinstance(side, Phone)
    return EVENTS[type(event)](call, side, event, now)


def orphaned(event: Any) -> Outputs:
    """An event of a session whose call is over; only a request wants an answer."""
    return [sip.Respond(event.transaction, 481)] if isinstance(event, sip.Requested) else []


def media_replied(call: BasicCall, session: MediaSession, reply: MediaReply, now: float) -> Outputs:
    """A media session was opened, or could not be, or heard a digit."""
    if isinstance(reply, MediaDigit):
        return _pressed(call, session, reply.digit, now)
    sdp = reply.sdp if isinstance(reply, MediaOpened) else ""
    if any(session.session in gathering.waiting for gathering in call.gatherings):
        return mixing.leg_replied(call, session, sdp, now)
    if call.negotiation is not None and session.session in (
        call.negotiation.sink.session,
        call.negotiation.source.session,
    ):
        if isinstance(reply, MediaOpened):
            return media.described(call, session.session, reply.sdp, now)
        return media.failed(call, session.session, now)
    if session is call.destination:
        if isinstance(reply, MediaOpened):
            return call.step(Event.DESTINATION_ANSWERED, reply.sdp, now)
        return call.refused(MEDIA_UNAVAILABLE, now)
    return call.step(Event.MUSIC_READY, sdp, now) if sdp else call.step(Event.MUSIC_FAILED, None, now)


def _pressed(call: BasicCall, session: MediaSession, digit: str, now: float) -> Outputs:
    """The caller's digits are the strategy's, whichever way they come."""
    if call.routed and call.origin is not None and call.music.get(call.origin.session) is session:
        call.server.routing.pressed(call, digit, now)
    return []


def _provisional(call: BasicCall, phone: Phone, event: sip.Provisional, now: float) -> Outputs:
    """Where the phone took up the offer of 100rel, the core has sent the PRACK."""
    response = event.response
    if phone.session in call.additions:
        return call.additions[phone.session].rings(now)
    if phone is call.origin:
        return call.step(Event.ORIGIN_RINGS, None, now)
    return call.step(Event.DESTINATION_RINGS, (response.status, _text(response)), now)


def _accepted(call: BasicCall, phone: Phone, event: sip.Accepted, now: float) -> Outputs:
    sdp = _text(event.response)
    if not sdp:
        raise RemoteProtocolError("2xx to an INVITE without description")
    refreshing.schedule(phone, event.response, now)
    phone.offering = False
    if event.initial:
        phone.dialog = _dialog_of(event.response, ours="From", theirs="To")
    elif call.state is State.CALLING_AGENT:
        return call.step(Event.ORIGIN_ANSWERED, sdp, now)
    else:
        return _redescribed(call, phone, sdp, now)
    if phone.session in call.additions:
        return call.additions[phone.session].answered(sdp, now)
    step = Event.ORIGIN_ANSWERED if phone is call.origin else Event.DESTINATION_ANSWERED
    return call.step(step, sdp, now)


def _redescribed(call: BasicCall, phone: Phone, sdp: str, now: float) -> Outputs:
    """The 2xx to a re-INVITE; an offer that nobody waits for any more leaves the phone with the far side it has."""
    awaited = call.negotiation is not None and call.negotiation.awaits(phone.session)
    if phone.asked and not awaited:
        phone.description = sdp
        return acknowledge_as_before(phone) + media.work(call, now)
    return media.described(call, phone.session, sdp, now)


def _dialog_of(message: Request | Response, ours: str, theirs: str) -> DialogId | None:
    """The dialog by the fields that carry our tag and theirs."""
    tags = [tag_of(message.headers.get(name) or "") for name in (ours, theirs)]
    return DialogId(message.headers.get("Call-ID") or "", tags[0], tags[1]) if all(tags) else None


def _rejected(call: BasicCall, phone: Phone, event: sip.Rejected, now: float) -> Outputs:
    phone.phase = Phase.ENDED
    if phone.session in call.additions:
        return call.additions[phone.session].over(event.status, now)
    if phone is call.origin:
        return call.step(Event.ORIGIN_REFUSED, event.status, now)
    if event.response is not None and 300 <= event.status < 400:
        return call.step(Event.REDIRECT, _moved_to(event.response), now)
    return call.refused(event.status, now)


def _moved_to(response: Response) -> str:
    """The number in the first Contact of a 3xx, empty for none."""
    try:
        return NameAddress.parse((response.headers.get_list("Contact") or [""])[0]).uri.user or ""
    except RemoteProtocolError:
        return ""


def _reinvite_rejected(call: BasicCall, phone: Phone, event: sip.ReinviteRejected, now: float) -> Outputs:
    phone.asked = phone.offering = False
    if call.state is State.CALLING_AGENT:
        return call.step(Event.ORIGIN_REFUSED, event.status, now)
    return media.failed(call, phone.session, now)


def _acknowledged(call: BasicCall, phone: Phone, event: sip.Acknowledged, now: float) -> Outputs:
    """The ACK of our 200; with a body where our 200 carried the offer, which goes on to the other side."""
    sdp, outputs = _text(event.request), []
    if phone.phase is Phase.ACCEPTED:
        phone.phase = Phase.CONNECTED
        phone.dialog = _dialog_of(event.request, ours="To", theirs="From")
    if sdp:
        phone.description = sdp
        outputs = _answer_arrived(call, phone, sdp, event.initial, now)
    return outputs + media.work(call, now)


def _answer_arrived(call: BasicCall, phone: Phone, sdp: str, initial: bool, now: float) -> Outputs:
    music, other = call.music.get(phone.session), call.other(phone)
    if music is not None:
        return music.point(sdp)
    if isinstance(other, MediaSession):
        return other.point(sdp)
    if not isinstance(other, Phone):
        return []
    if initial and other.phase is Phase.UNACKNOWLEDGED:
        return other.answer_setup(sdp)
    return [] if initial else media.add_job(call, Job(JobKind.CONNECT, other, sdp), now)


def _gone(call: BasicCall, phone: Phone, event: sip.Cancelled | sip.Ended, now: float) -> Outputs:
    return call.ended_by(phone, now)


def _reinvited(call: BasicCall, phone: Phone, event: sip.Reinvited, now: float) -> Outputs:
    """One that comes while ours is put off would wait for it, and ours for this one."""
    if phone.offering:
        return phone.refuse(NOT_NOW)
    phone.waiting = _text(event.request)
    return media.add_job(call, Job(JobKind.REINVITED, phone, phone.waiting), now)


def _requested(call: BasicCall, phone: Phone, event: sip.Requested, now: float) -> Outputs:
    """Requests in the dialog are answered; digits in INFO go on to the other party."""
    request = event.request
    if request.method not in ANSWERED_METHODS or (request.method == "UPDATE" and request.body):
        return [sip.Respond(event.transaction, NOT_IMPLEMENTED)]
    answer: Outputs = [sip.Respond(event.transaction, 200)]
    if request.method == "NOTIFY" and (request.headers.get("Event") or "").partition(";")[0].strip() == referring.REFER:
        return answer + referring.progress(call, request, now)
    content = (request.headers.get("Content-Type") or "").strip().lower()
    if request.method != "INFO" or content != DTMF_RELAY:
        return answer
    other = call.other(phone)
    if call.state is State.QUEUED and phone is call.origin:
        call.server.routing.pressed(call, digits.signal(_text(request)), now)
    elif isinstance(other, Phone) and call.state is State.CONNECTED:
        key = call.key(other, "relay")
        answer.append(sip.SendInDialog(other.session, key, "INFO", (other.uuid_header,), DTMF_RELAY, request.body))
    return answer


def _replied(call: BasicCall, phone: Phone, event: sip.Replied, now: float) -> Outputs:
    if event.key.startswith("update-") and event.response is not None and event.status < 300:
        refreshing.schedule(phone, event.response, now)
    return requests.replied(call, event.key, event.status, now)


def _text(message: Request | Response) -> str:
    return message.body.decode("utf-8", "replace")


EventHandler = Callable[[BasicCall, Phone, Any, float], Outputs]

EVENTS: dict[type, EventHandler] = {
    sip.Provisional: _provisional,
    sip.Accepted: _accepted,
    sip.Rejected: _rejected,
    sip.ReinviteRejected: _reinvite_rejected,
    sip.Acknowledged: _acknowledged,
    sip.Cancelled: _gone,
    sip.Ended: _gone,
    sip.Reinvited: _reinvited,
    sip.Requested: _requested,
    sip.Replied: _replied,
}
