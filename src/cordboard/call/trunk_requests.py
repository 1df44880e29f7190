"""SIP Server's requests in a dialog that are no re-INVITE: NOTIFY talk and hold, INFO, UPDATE and the rest.

NOTIFY is answered before anything else is done (reference: SIP Server 2.1: NOTIFY and its 200 share a millisecond;
one that stays unanswered costs the call). It comes without any subscription.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from cordboard.call.events import WORDS_TYPE, Info, Update
from cordboard.call.leg import LegState, Purpose
from cordboard.call.outputs import LegOutput, words
from cordboard.genesys import dialect
from cordboard.sip import events as sip

if TYPE_CHECKING:
    from cordboard.call.trunk_leg import TrunkLeg


def requested(leg: TrunkLeg, event: sip.Requested) -> list[LegOutput]:
    """Answer one request and do what it asks."""
    action = REQUESTS.get(event.request.method)
    return action(leg, event) if action else [leg.respond(event, 405)]


def _notify(leg: TrunkLeg, event: sip.Requested) -> list[LegOutput]:
    package = (event.request.headers.get("Event") or "").split(";")[0].strip().lower()
    action = EVENTS.get(package)
    return [leg.respond(event, 200), *action(leg)] if action else [leg.respond(event, 489)]


def _talk(leg: TrunkLeg) -> list[LegOutput]:
    """Answer a ringing call, retrieve a held one (reference 2.1: `Event: talk` on a held call means retrieve)."""
    if leg.state is not LegState.CONNECTED:
        return [words(do="answer")]
    return [*leg.hold(False), Update(held=False)] if leg.held else []


def _hold(leg: TrunkLeg) -> list[LegOutput]:
    if leg.state is not LegState.CONNECTED or leg.held:
        return []
    return [*leg.hold(True), Update(held=True)]


def _info(leg: TrunkLeg, event: sip.Requested) -> list[LegOutput]:
    content_type = event.request.headers.get("Content-Type") or ""
    answered = leg.respond(event, 200)
    if not content_type or content_type.lower().startswith(WORDS_TYPE):
        return [answered]
    return [answered, Info(content_type, event.request.body)]


def _update(leg: TrunkLeg, event: sip.Requested) -> list[LegOutput]:
    told: list[LegOutput] = [Update(call_uuid=leg.call_uuid)] if leg.identify(event.request) else []
    if not event.request.body:
        return [leg.respond(event, 200), *told]
    return [*leg.collect(event.request, Purpose.ACCEPT_UPDATE, event.transaction), *told]


def _granted(leg: TrunkLeg, event: sip.Requested) -> list[LegOutput]:
    return [leg.respond(event, 200)]


def _declined(leg: TrunkLeg, event: sip.Requested) -> list[LegOutput]:
    return [leg.respond(event, 603)]


EVENTS: dict[str, Callable[[TrunkLeg], list[LegOutput]]] = {dialect.EVENT_TALK: _talk, dialect.EVENT_HOLD: _hold}

REQUESTS: dict[str, Callable[[TrunkLeg, sip.Requested], list[LegOutput]]] = {
    "NOTIFY": _notify,
    "INFO": _info,
    "UPDATE": _update,
    "MESSAGE": _granted,
    "OPTIONS": _granted,
    "REFER": _declined,
}
