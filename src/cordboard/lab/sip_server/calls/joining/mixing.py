"""Conferences by central mixing (reference: SIP Server 2.5, D5).

A leg is opened at the media server for every party, offerless; only when all of them are open the parties are
re-INVITEd, each with the offer of its leg, and their answers go to the legs. If one leg fails, nothing has happened.
A phone that is on hold by its own doing is asked by NOTIFY to come back; its re-INVITE is answered from its leg.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cordboard.lab.media_server_port import Service
from cordboard.lab.sip_server.calls.flow import asking
from cordboard.lab.sip_server.calls.joining.adding import Adding
from cordboard.lab.sip_server.calls.leg import MediaSession, Outputs, Phase, Phone, Side
from cordboard.lab.sip_server.calls.media import add_job, link
from cordboard.lab.sip_server.calls.mix import Gathering, Mix
from cordboard.lab.sip_server.calls.negotiation import Then
from cordboard.lab.sip_server.calls.sources import Asked, Calling, Opened, Source
from cordboard.lab.sip_server.calls.vocabulary import Job, JobKind
from cordboard.lab.telephony import CallEventName

if TYPE_CHECKING:
    from cordboard.lab.sip_server.calls.flow.basic import BasicCall


def gather(call: BasicCall, phones: Iterable[Phone], then: Then, now: float) -> Outputs:
    """Open a leg for each of these phones that has none, and move them all there; `then` hears how it went."""
    mixed = call.mix.legs if call.mix is not None else {}
    missing = [phone for phone in phones if phone.session not in mixed]
    if not missing:
        return then(True, now)
    legs = {phone.session: call.new_media(Service.CONFERENCE, call.uuid) for phone in missing}
    gathering = Gathering(legs, _moving(call, legs, missing, then), {leg.session for leg in legs.values()})
    call.gatherings.append(gathering)
    return [output for leg in legs.values() for output in leg.offer("")]


def _moving(call: BasicCall, legs: dict[str, MediaSession], phones: list[Phone], then: Then) -> Then:
    def opened(success: bool, now: float) -> Outputs:
        if not success:
            return then(False, now)
        call.mix = call.mix or Mix(call.uuid)
        call.mix.legs.update(legs)
        outputs: Outputs = []
        for phone in phones:
            if phone.phase is Phase.ENDED:
                outputs += call.mix.drop(phone)
                continue
            outputs += move(call, phone, Opened(legs[phone.session]), now)
        return outputs + add_job(call, Job(JobKind.THEN, then=then), now)

    return opened


def leg_replied(call: BasicCall, leg: MediaSession, sdp: str, now: float) -> Outputs:
    """One of the legs is open (`sdp`), or cannot be (empty)."""
    gathering = next((each for each in call.gatherings if leg.session in each.waiting), None)
    if gathering is None:
        return []
    if not sdp:
        call.gatherings.remove(gathering)
        for each in gathering.legs.values():
            call.server.drop(each)
        return gathering.close() + gathering.then(False, now)
    leg.description = sdp
    gathering.waiting.discard(leg.session)
    if gathering.waiting:
        return []
    call.gatherings.remove(gathering)
    return gathering.then(True, now)


def move(call: BasicCall, phone: Phone, source: Source, now: float) -> Outputs:
    """This phone to its leg, from `source`: the leg's offer, or the phone itself."""
    if phone.on_hold and not phone.held_by_server:
        return asking.retrieve(call, phone, now)
    assert call.mix is not None
    sink: Side = phone if isinstance(source, Opened) else call.mix.legs[phone.session]

    def moved(success: bool, at: float) -> Outputs:
        """A phone that has come to hold by itself meanwhile stays on hold."""
        outputs = call.close_music(phone) if success else []
        if not success or not phone.held_by_server:
            return outputs
        phone.on_hold = phone.held_by_server = False
        return outputs + call.report(CallEventName.RETRIEVED, phone, at)

    return link(call, source, sink, moved, now)


def add_leg(call: BasicCall, phone: Phone, then: Then, now: float) -> Outputs:
    """A leg for one more phone of a call that is mixed already."""
    leg = call.new_media(Service.CONFERENCE, call.uuid)

    def opened(success: bool, at: float) -> Outputs:
        if not success or call.mix is None:
            return then(False, at)
        call.mix.legs[phone.session] = leg
        return link(call, Opened(leg), phone, then, at)

    call.gatherings.append(Gathering({phone.session: leg}, opened, {leg.session}))
    return leg.offer("")


def seat(call: BasicCall, adding: Adding, offer: str, now: float) -> Outputs:
    """The phone that is being added: first the call is mixed, then its offer goes to a leg of its own."""

    def mixed(success: bool, at: float) -> Outputs:
        if not success or call.mix is None:
            return adding.linked(False, at)
        leg = call.mix.legs[adding.phone.session] = call.new_media(Service.CONFERENCE, call.uuid)
        return link(call, Calling(adding.phone, offer), leg, seated, at)

    def seated(success: bool, at: float) -> Outputs:
        dropped = call.mix.drop(adding.phone) if call.mix is not None and not success else []
        return dropped + adding.linked(success, at)

    return gather(call, call.parties(), mixed, now)


def mix_by_asking(call: BasicCall, then: Then, now: float) -> Outputs:
    """Every party gets an offerless re-INVITE, and its offer goes to its leg: the way of recordings (2.8)."""
    if call.mix is not None:
        return then(True, now)
    call.mix = Mix(call.uuid)
    outputs: Outputs = []
    parties = call.parties()
    for phone in parties:
        call.mix.legs[phone.session] = call.new_media(Service.CONFERENCE, call.uuid)
    for phone in parties:
        if phone.on_hold and not phone.held_by_server:
            continue  # comes to its leg when it retrieves
        outputs += move(call, phone, Asked(phone), now)
    return outputs + add_job(call, Job(JobKind.THEN, then=then), now)


def tell_added(call: BasicCall, added: Phone, now: float) -> Outputs:
    outputs: Outputs = []
    for phone in call.parties():
        if phone is not added:
            outputs += call.report(CallEventName.PARTY_ADDED, phone, now, {"ThirdPartyDN": added.number})
    return outputs
