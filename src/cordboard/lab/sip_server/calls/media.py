"""What happens to the media of an established call: hold, retrieve, music, fresh offers (reference: SIP Server 2.1,
2.4).

Every such thing is a job; a call does one after the other, because a phone can take part in one offer/answer exchange
at a time. A job is judged when its turn comes, not when it was asked for: music for a caller who has been retrieved
meanwhile is not played any more.

Hold. A phone that re-INVITEs with `sendonly`, `inactive` or 0.0.0.0 gets an inactive answer at once, and the other
party a re-INVITE with the media server's music. When the phone re-INVITEs with an active description, that is carried
to the other party, and the music ends. Without a media server the call goes on silently.
"""

from __future__ import annotations

from collections.abc import Callable

from cordboard.lab.media_server_port import Service
from cordboard.lab.sip_server.calls.call import Call, Handler, Job, JobKind
from cordboard.lab.sip_server.calls.leg import MediaSession, Outputs, Phone, Side
from cordboard.lab.sip_server.calls.negotiation import Asked, Known, Negotiation, Playing, Source, Step, Waiting
from cordboard.lab.sip_server.calls.session_description import hold_answer, is_hold
from cordboard.lab.telephony import CallEventName
from cordboard.sdp.errors import SdpError

NOT_NOW = 491


def add_job(call: Call, job: Job, now: float) -> Outputs:
    """Let the call do this when those before it are done."""
    call.jobs.append(job)
    return work(call, now)


def work(call: Call, now: float) -> Outputs:
    """Go on with the call's jobs as far as that is possible now; call it whenever something may have become
    possible."""
    outputs: Outputs = []
    while True:
        if call.negotiation is not None:
            if call.negotiation.can_start:
                outputs += call.negotiation.step(Step.START, None, now)
            if not call.negotiation.done:
                return outputs
            call.negotiation = None
        if not call.jobs:
            return outputs
        job = call.jobs.popleft()
        outputs += HANDLERS[job.kind](call, job, now)


def described(call: Call, session: str, sdp: str, now: float) -> Outputs:
    """A phone or the media server answered, or offered where it was asked."""
    if call.negotiation is None:
        return []
    return call.negotiation.described(session, sdp, now) + work(call, now)


def failed(call: Call, session: str, now: float) -> Outputs:
    """A phone or the media server refused."""
    if call.negotiation is None:
        return []
    return call.negotiation.failed(session, now) + work(call, now)


# --- the jobs ---------------------------------------------------------------------------------------------------------


def _connect(call: Call, job: Job, now: float) -> Outputs:
    return _negotiate(call, Known(job.sdp), job.phone, lambda: call.close_music(job.phone))


def _refresh(call: Call, job: Job, now: float) -> Outputs:
    other = call.other(job.phone)
    if other is None or job.phone.on_hold or (isinstance(other, Phone) and other.on_hold):
        return []
    return _negotiate(call, Asked(job.phone), other)


def _music(call: Call, job: Job, now: float) -> Outputs:
    other = call.other(job.phone)
    if job.phone.on_hold or job.phone.session in call.music or not (isinstance(other, Phone) and other.on_hold):
        return []
    media = call.music[job.phone.session] = call.new_media(Service.MUSIC)
    return _negotiate(call, Playing(media), job.phone)


def _reinvited(call: Call, job: Job, now: float) -> Outputs:
    phone = job.phone
    heard = _heard_by(call, phone)
    if heard is None:
        return phone.refuse(NOT_NOW)
    if not job.sdp:
        return phone.accept(heard.description)
    try:
        held = is_hold(job.sdp)
        return _hold(call, phone, heard, job.sdp, now) if held else _carry(call, phone, heard, job.sdp, now)
    except SdpError as error:
        return phone.refuse(error.status_hint)


def _heard_by(call: Call, phone: Phone) -> Phone | MediaSession | None:
    """Whom this phone hears: the media server while the other party holds or the call waits, else the other party."""
    media, other = call.music.get(phone.session), call.other(phone)
    if isinstance(other, MediaSession):
        return other
    if other is None or not other.settled:
        return media
    return media or (other if phone.on_hold else None) if other.on_hold else other


def _hold(call: Call, phone: Phone, heard: Phone | MediaSession, offer: str, now: float) -> Outputs:
    again = phone.on_hold
    outputs = phone.accept(hold_answer(offer, phone.host))
    phone.on_hold, phone.description = True, offer
    if again:
        return outputs
    outputs += call.report(CallEventName.HELD, phone, now)
    if isinstance(heard, MediaSession):
        return outputs + heard.point(offer)
    call.jobs.appendleft(Job(JobKind.MUSIC, heard))
    return outputs


def _carry(call: Call, phone: Phone, heard: Phone | MediaSession, offer: str, now: float) -> Outputs:
    """An active offer: a retrieve if the phone was holding, else a change of address or codecs."""
    if isinstance(heard, Phone) and heard.on_hold:
        heard = call.music[phone.session] = call.new_media(Service.MUSIC)

    def taken() -> Outputs:
        was_on_hold, phone.on_hold = phone.on_hold, False
        outputs = call.close_music(heard) + call.close_music(phone) if isinstance(heard, Phone) else []
        return outputs + (call.report(CallEventName.RETRIEVED, phone, now) if was_on_hold else [])

    return _negotiate(call, Waiting(phone, offer), heard, taken)


def _negotiate(call: Call, source: Source, sink: Side, taken: Callable[[], Outputs] | None = None) -> Outputs:
    def then(success: bool) -> Outputs:
        return taken() if success and taken is not None else []

    call.negotiation = Negotiation(source, sink, then)
    return []


HANDLERS: dict[JobKind, Handler] = {
    JobKind.CONNECT: _connect,
    JobKind.REFRESH: _refresh,
    JobKind.REINVITED: _reinvited,
    JobKind.MUSIC: _music,
}
