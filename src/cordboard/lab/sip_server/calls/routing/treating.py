"""What a caller hears at a routing point (reference: SIP Server 6.1).

There is no answer before a treatment is applied or somebody answers. A treatment answers with 200, or is heard by 183
with its description; the 200 that follows repeats that description, because an INVITE has one answer (RFC 3261 section
13.2.1), and a re-INVITE leads the caller to whoever answered. All treatments of a caller are one session at the media
server, which is told what to play.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordboard.lab.contact_center.strategy import MUSIC
from cordboard.lab.contact_center.words import Treat
from cordboard.lab.media_server_port import Service
from cordboard.lab.sip_server.calls.flow.setting_up import report_answered
from cordboard.lab.sip_server.calls.leg import MediaSession, Outputs, Phase
from cordboard.lab.sip_server.calls.media import link
from cordboard.lab.sip_server.calls.sources import Playing
from cordboard.lab.sip_server.calls.vocabulary import Cells, Event, State

if TYPE_CHECKING:
    from cordboard.lab.sip_server.calls.flow.basic import BasicCall


def treat(call: BasicCall, treatment: Treat, now: float) -> Outputs:
    caller, call.treatment = call.caller, treatment
    media = call.music.get(caller.session)
    if media is not None:
        return media.play(treatment.sound) + (_heard(call, media, now) if media.description else [])
    media = call.music[caller.session] = call.new_media(_service(treatment))
    media.sound = treatment.sound
    if caller.phase in (Phase.INCOMING, Phase.UNACKNOWLEDGED):
        return media.offer(caller.description)

    def then(success: bool, at: float) -> Outputs:
        call.server.routing.treated(call, success, at)
        return []

    return link(call, Playing(media), caller, then, now)


def _service(treatment: Treat) -> Service:
    return Service.MUSIC if treatment.sound is MUSIC else Service.TREATMENT


def play(call: BasicCall, sdp: str, now: float) -> Outputs:
    """The first treatment is what answers the caller, or what is heard before an answer; ringback answers the agent of
    flow 2."""
    media = call.music.get(call.caller.session)
    if media is None or call.caller.phase not in (Phase.INCOMING, Phase.UNACKNOWLEDGED):
        return []
    media.description = sdp
    if media.service is not Service.RINGBACK:
        return _heard(call, media, now)
    call.disarm(Event.GUARD)
    return call.caller.answer_setup(sdp)


def _heard(call: BasicCall, media: MediaSession, now: float) -> Outputs:
    """The caller hears it, if not yet, by the answer that the treatment asks for."""
    caller = call.caller
    call.server.routing.treated(call, True, now)
    if caller.phase not in (Phase.INCOMING, Phase.UNACKNOWLEDGED):
        return []
    if call.treatment is not None and call.treatment.early and caller.phase is Phase.INCOMING:
        return caller.preview(media.description) if not caller.previewed else []
    call.disarm(Event.GUARD)
    return caller.answer_setup(media.description) + report_answered(call, now)


def go_without_treatment(call: BasicCall, _: object, now: float) -> Outputs:
    """No media server: the strategy goes on in silence."""
    media = call.music.pop(call.caller.session, None)
    if media is not None:
        call.server.drop(media)
    call.server.routing.treated(call, False, now)
    return []


CELLS: Cells = {
    (State.QUEUED, Event.TREAT): (State.QUEUED, (treat,)),
    (State.QUEUED, Event.MUSIC_READY): (State.QUEUED, (play,)),
    (State.QUEUED, Event.MUSIC_FAILED): (State.QUEUED, (go_without_treatment,)),
    (State.OFFERED, Event.MUSIC_READY): (State.OFFERED, (play,)),
    (State.RINGING, Event.MUSIC_READY): (State.RINGING, (play,)),
}
