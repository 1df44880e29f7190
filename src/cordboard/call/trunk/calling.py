"""The trunk leg's own INVITE to SIP Server: ringing, early media, forks, 302.

Early media changes as it likes: each provisional response with SDP re-points the trunk, the page hears what comes (and
gets its own one description, unchanged). The answer of the fork that picks up counts in the end.

A 3xx is followed only where it leads to SIP Server again, to no place twice, and not for ever.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cordboard.call.events import Connect, Fail, Header, Ring, Try
from cordboard.call.leg import LegState, Purpose
from cordboard.call.outputs import LegOutput, description
from cordboard.call.trunk.targets import contacts_by_preference, is_own, request_uri
from cordboard.genesys import dialect
from cordboard.sip import events as sip
from cordboard.sip.message import Response
from cordboard.sip.uri import Uri

if TYPE_CHECKING:
    from cordboard.call.trunk.leg import TrunkLeg

NOT_FOLLOWED = 480  # what the caller learns of a 3xx that leads elsewhere


def attempt(leg: TrunkLeg, event: Try) -> list[LegOutput]:
    """Call `leg.target`, or the dialled number at SIP Server."""
    leg.state = LegState.PREPARING
    leg.target = leg.target or str(replace(Uri.parse(f"sip:{leg.domain}"), user=event.dialled))
    leg.note_description()
    return [leg.make_offer(Purpose.INVITE)]


def invite(leg: TrunkLeg, offer: str) -> list[LegOutput]:
    """Send the INVITE, in the DN's own name."""
    leg.state = LegState.CALLING
    leg.tried.append(leg.target)
    own = f"<{replace(Uri.parse(f'sip:{leg.domain}'), user=leg.dn)}>"
    to = f"<{leg.target}>"
    command = sip.Invite(leg.session, leg.flow, leg.target, own, to, leg.contact, offer, leg.invite_headers)
    return [leg.send(command)]


def provisional(leg: TrunkLeg, event: sip.Provisional) -> list[LegOutput]:
    """SIP Server's side rings; the first words of a call name it."""
    leg.identify(event.response)
    body = description(event.response)
    leg.early_answer = body or leg.early_answer
    taken = leg.take_answer(body) if leg.plays_early_media and not leg.stale else []
    return [*taken, Ring(early_media=bool(body), headers=identity(leg))]


def listen(leg: TrunkLeg) -> list[LegOutput]:
    """Play early media from now on, what is there already too."""
    leg.plays_early_media = True
    return [] if leg.stale else leg.take_answer(leg.early_answer)


def accepted(leg: TrunkLeg, event: sip.Accepted) -> list[LegOutput]:
    """SIP Server's side answered."""
    leg.state = LegState.CONNECTED
    leg.identify(event.response)
    return [*leg.take_answer(description(event.response)), Connect(identity(leg)), *leg.renegotiate()]


def rejected(leg: TrunkLeg, event: sip.Rejected) -> list[LegOutput]:
    """The end, unless SIP Server names another place of its own."""
    if 300 <= event.status <= 399:
        target = redirection(leg, event.response)
        if target:
            return call_again(leg, target)
    leg.state = LegState.ENDED
    reason = event.response.reason if event.response else ""
    reasons = event.response.headers.get_all("Reason") if event.response else []
    status = event.status if event.status >= 400 else NOT_FOLLOWED
    return [Fail(status, reason if status == event.status else "", tuple(("Reason", value) for value in reasons))]


def redirection(leg: TrunkLeg, response: Response | None) -> str:
    """Where a 3xx leads, empty if it is not to be followed."""
    if response is None or response.status not in (301, 302) or len(leg.tried) > leg.settings.redirects:
        return ""
    targets = (request_uri(uri) for uri in contacts_by_preference(response.headers) if is_own(uri, leg.hosts))
    return next((target for target in targets if target not in leg.tried), "")


def call_again(leg: TrunkLeg, target: str) -> list[LegOutput]:
    """By a session of its own: the refused one is over."""
    leg.session = f"{leg.session.split('#', 1)[0]}#{len(leg.tried) + 1}"
    leg.target, leg.state = target, LegState.PREPARING
    leg.early_answer = ""
    leg.forget_peer()
    leg.note_description()
    return [leg.make_offer(Purpose.INVITE)]


def identity(leg: TrunkLeg) -> tuple[Header, ...]:
    """What names the call to the page."""
    return ((dialect.CALL_UUID, leg.call_uuid),) if leg.call_uuid else ()
