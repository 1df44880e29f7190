"""What happens to the media of an established call: hold, retrieve, music, fresh offers, and links of any other kind
(reference: SIP Server 2.1, 2.4).

Every such thing is a job; a call does one after the other, because a phone can take part in one offer/answer exchange
at a time. A job is judged when its turn comes, not when it was asked for: music for a caller who has been retrieved
meanwhile is not played any more.

Hold. A phone that re-INVITEs with `sendonly`, `inactive` or 0.0.0.0 gets an inactive answer at once, and the other
party a re-INVITE with the media server's music. When the phone re-INVITEs with an active description, that is carried
to the other party, and the music ends. Without a media server the call goes on silently. A phone without `hold` in its
DN's `sip-cti-control` is held by re-INVITE, and retrieved by one without description.
"""

from __future__ import annotations

from collections.abc import Callable

from cordboard.lab.media_server_port import Service
from cordboard.lab.sip_server.calls.call import Call
from cordboard.lab.sip_server.calls.leg import NOT_NOW, MediaSession, Outputs, Phase, Phone, Side
from cordboard.lab.sip_server.calls.negotiation import Negotiation, Step, Then
from cordboard.lab.sip_server.calls.session_description import hold_answer, is_hold
from cordboard.lab.sip_server.calls.sources import Asked, Known, Playing, Source, Waiting
from cordboard.lab.sip_server.calls.vocabulary import ErrorCode, Job, JobKind
from cordboard.lab.telephony import CallEventName, CallState
from cordboard.sdp.errors import SdpError


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
        job = _next(call)
        outputs += HANDLERS[job.kind](call, job, now)


def _next(call: Call) -> Job:
    """A phone that waits for the answer to its re-INVITE comes first: any other job would have to refuse it."""
    job = next((job for job in call.jobs if job.kind is JobKind.REINVITED), call.jobs[0])
    call.jobs.remove(job)
    return job


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


def phone_gone(call: Call, phone: Phone, now: float) -> Outputs:
    """This phone is no longer in the call; what was to happen to it does not."""
    outputs: Outputs = []
    mine = [job for job in call.jobs if job.concerns(phone)]
    for job in mine:
        call.jobs.remove(job)
        outputs += job.then(False, now) if job.then is not None else []
    if call.negotiation is not None:
        outputs += call.negotiation.gone(phone.session, now)
    return outputs + work(call, now)


def link(call: Call, source: Source, sink: Side, then: Then, now: float) -> Outputs:
    """Carry this source's offer to this sink when the jobs before are done."""
    return add_job(call, Job(JobKind.LINK, source=source, sink=sink, then=then), now)


# --- the jobs ---------------------------------------------------------------------------------------------------------


def _connect(call: Call, job: Job, now: float) -> Outputs:
    phone = _phone(job)
    return _negotiate(call, Known(job.sdp), phone, lambda at: call.close_music(phone))


def _refresh(call: Call, job: Job, now: float) -> Outputs:
    phone = _phone(job)
    other = call.other(phone)
    if other is None or phone.on_hold or phone.phase is Phase.LENT or (isinstance(other, Phone) and other.on_hold):
        return []
    return _negotiate(call, Asked(phone), other)


def _music(call: Call, job: Job, now: float) -> Outputs:
    """While two talk through a mixer, the one still hears music when the other holds."""
    phone = _phone(job)
    other = next((each for each in call.talkers() if each is not phone), None)
    if phone.on_hold or phone.session in call.music or other is None or not other.on_hold or len(call.talkers()) > 2:
        return []
    media = call.music[phone.session] = call.new_media(Service.MUSIC)
    return _negotiate(call, Playing(media), phone)


def _link(call: Call, job: Job, now: float) -> Outputs:
    assert job.source is not None
    assert job.sink is not None
    assert job.then is not None
    call.negotiation = Negotiation(job.source, job.sink, job.then)
    return []


def _then(call: Call, job: Job, now: float) -> Outputs:
    return job.then(True, now) if job.then is not None else []


def _session(call: Call, job: Job, now: float) -> Outputs:
    """The same description once more; there is none yet where the setup is not over."""
    phone = _phone(job)
    return _negotiate(call, Known(phone.told), phone) if phone.told and phone.settled else []


def _hold_by_server(call: Call, job: Job, now: float) -> Outputs:
    phone = _phone(job)

    def held(at: float) -> Outputs:
        phone.on_hold = phone.held_by_server = True
        other = call.other(phone)
        if isinstance(other, MediaSession):
            return now_held(call, phone, at) + other.point(phone.description)
        return now_held(call, phone, at) + play_to_other(call, phone)

    return _negotiate(call, Known(phone.hold_offer()), phone, held)


def _reinvited(call: Call, job: Job, now: float) -> Outputs:
    phone = _phone(job)
    if phone.waiting != job.sdp:  # refused meanwhile
        return []
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
        return media or other
    if other is None or other.phase not in (Phase.CONNECTED, Phase.LENT):
        return media
    return media or (other if phone.on_hold else None) if other.on_hold else other


def _hold(call: Call, phone: Phone, heard: Phone | MediaSession, offer: str, now: float) -> Outputs:
    again = phone.on_hold
    outputs = phone.accept(hold_answer(offer, phone.host))
    phone.on_hold, phone.description = True, offer
    if again:
        return outputs
    outputs += now_held(call, phone, now)
    if isinstance(heard, MediaSession):
        outputs += heard.point(offer)
    return outputs + play_to_other(call, phone)


def now_held(call: Call, phone: Phone, now: float) -> Outputs:
    """Tell CTI, and do what waited for it."""
    outputs = call.report(CallEventName.HELD, phone, now) if phone.state is not CallState.HELD else []
    if call.when_held is not None and call.when_held[0] is phone:
        (_, then), call.when_held = call.when_held, None
        outputs += then(True, now)
    return outputs


def play_to_other(call: Call, phone: Phone) -> Outputs:
    """Music for the one other talker; next, before whatever else waits."""
    others = [each for each in call.talkers() if each is not phone]
    if len(others) == 1:
        call.jobs.appendleft(Job(JobKind.MUSIC, others[0]))
    return []


def _carry(call: Call, phone: Phone, heard: Phone | MediaSession, offer: str, now: float) -> Outputs:
    """An active offer: a retrieve if the phone was holding, else a change of address or codecs."""
    outputs: Outputs = []
    if isinstance(heard, Phone) and heard.on_hold:
        outputs = call.close_music(phone)
        heard = call.music[phone.session] = call.new_media(Service.MUSIC)
    return outputs + _negotiate(call, Waiting(phone, offer), heard, lambda at: retrieved(call, phone, heard, at))


def retrieve_by_server(call: Call, phone: Phone, now: float) -> Outputs:
    """An offerless re-INVITE, because a phone may come back with another port (reference: SIP Server 2.4)."""
    other = call.other(phone)
    if other is None:
        return []
    outputs: Outputs = []
    if isinstance(other, Phone) and other.on_hold:
        outputs = call.close_music(phone)
        other = call.music[phone.session] = call.new_media(Service.MUSIC)
    heard = other

    def then(success: bool, at: float) -> Outputs:
        if success:
            return retrieved(call, phone, heard, at)
        return call.fail(phone, CallEventName.RETRIEVED, ErrorCode.INTERNAL, "the call could not be retrieved")

    return outputs + link(call, Asked(phone), heard, then, now)


def retrieved(call: Call, phone: Phone, heard: Phone | MediaSession, now: float) -> Outputs:
    """The phone talks to `heard` again, which hears no music any more."""
    was_on_hold, phone.on_hold, phone.held_by_server = phone.on_hold, False, False
    outputs = call.close_music(heard) + call.close_music(phone) if isinstance(heard, Phone) else []
    if was_on_hold:
        back_to_the_mix(call, phone)
        outputs += call.report(CallEventName.RETRIEVED, phone, now)
    return outputs


def back_to_the_mix(call: Call, phone: Phone) -> None:
    """Whoever but this phone heard music beside a mix goes back to its leg; `work` does it."""
    for other in call.talkers():
        leg = call.mix.legs.get(other.session) if call.mix is not None else None
        if other is not phone and leg is not None and other.session in call.music:
            then = _close_music_of(call, other)
            call.jobs.append(Job(JobKind.LINK, source=Asked(other), sink=leg, then=then))


def _close_music_of(call: Call, phone: Phone) -> Then:
    return lambda success, at: call.close_music(phone) if success else []


def _negotiate(call: Call, source: Source, sink: Side, taken: Callable[[float], Outputs] | None = None) -> Outputs:
    def then(success: bool, at: float) -> Outputs:
        return taken(at) if success and taken is not None else []

    call.negotiation = Negotiation(source, sink, then)
    return []


def _phone(job: Job) -> Phone:
    assert job.phone is not None
    return job.phone


Handler = Callable[[Call, Job, float], Outputs]

HANDLERS: dict[JobKind, Handler] = {
    JobKind.CONNECT: _connect,
    JobKind.REFRESH: _refresh,
    JobKind.REINVITED: _reinvited,
    JobKind.MUSIC: _music,
    JobKind.LINK: _link,
    JobKind.HOLD: _hold_by_server,
    JobKind.SESSION: _session,
    JobKind.THEN: _then,
}
