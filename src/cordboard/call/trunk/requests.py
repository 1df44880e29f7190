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
from cordboard.call.trunk.referral import ReferRefused, read_refer, report_of
from cordboard.genesys import dialect
from cordboard.sip import events as sip

if TYPE_CHECKING:
    from cordboard.call.trunk.leg import TrunkLeg


def requested(leg: TrunkLeg, event: sip.Requested) -> list[LegOutput]:
    """Answer one request and do what it asks; in a dialog that is replaced nothing is done any more."""
    if leg.state is LegState.REPLACED:
        return [leg.respond(event, REPLACED.get(event.request.method, 200))]
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
    """Told even if the trunk is held already: the page leg may have done that for want of a page."""
    if leg.state is not LegState.CONNECTED:
        return []
    return [*leg.hold(True), Update(held=True)]


def _info(leg: TrunkLeg, event: sip.Requested) -> list[LegOutput]:
    content_type = event.request.headers.get("Content-Type") or ""
    answered = leg.respond(event, 200)
    if not content_type or content_type.lower().startswith(WORDS_TYPE):
        return [answered]
    return [answered, Info(content_type, event.request.body)]


def _update(leg: TrunkLeg, event: sip.Requested) -> list[LegOutput]:
    described = bool(event.request.body)
    told = leg.identified_anew(described) if leg.identify(event.request) else []
    if not described:
        return [leg.respond(event, 200), *told]
    return [*told, *leg.collect(event.request, Purpose.ACCEPT_UPDATE, event.transaction)]


def _granted(leg: TrunkLeg, event: sip.Requested) -> list[LegOutput]:
    return [leg.respond(event, 200)]


def _refer(leg: TrunkLeg, event: sip.Requested) -> list[LegOutput]:
    """By setting: carried out by the gateway itself, never passed on to the page."""
    if not leg.settings.accepts_refer or leg.state is not LegState.CONNECTED:
        return [leg.respond(event, 603)]
    if leg.report is not None and not leg.report.over:
        return [leg.respond(event, 491)]
    try:
        asked = read_refer(event.request, leg.hosts)
    except ReferRefused as refused:
        return [leg.respond(event, refused.status)]
    leg.report = report_of(event.request, leg.session, first=not leg.refers)
    leg.refers += 1
    silent = () if leg.report.wanted else (("Refer-Sub", "false"),)
    return [leg.send(sip.Respond(event.transaction, 202, "", silent)), asked]


EVENTS: dict[str, Callable[[TrunkLeg], list[LegOutput]]] = {dialect.EVENT_TALK: _talk, dialect.EVENT_HOLD: _hold}

REPLACED = {"UPDATE": 488, "REFER": 603}

REQUESTS: dict[str, Callable[[TrunkLeg, sip.Requested], list[LegOutput]]] = {
    "NOTIFY": _notify,
    "INFO": _info,
    "UPDATE": _update,
    "PRACK": _update,  # only one that offers comes here
    "MESSAGE": _granted,
    "OPTIONS": _granted,
    "REFER": _refer,
}
