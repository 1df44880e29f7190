"""The page's requests in a dialog that are no re-INVITE: INFO (digits of a plain page), UPDATE and the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from cordboard.call.events import WORDS_TYPE, Info
from cordboard.call.leg import Purpose
from cordboard.call.outputs import LegOutput
from cordboard.call.page.offers import reoffered
from cordboard.sip import events as sip
from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.message import Request
from cordboard.sip.uri import Uri

if TYPE_CHECKING:
    from cordboard.call.page.leg import PageLeg


def dialled(request: Request) -> str:
    """The number in the Request-URI, empty if it has none."""
    try:
        return Uri.parse(request.uri).user
    except RemoteProtocolError:
        return ""


def requested(leg: PageLeg, event: sip.Requested, now: float) -> list[LegOutput]:
    """Answer one request and do what it asks."""
    action = REQUESTS.get(event.request.method)
    return action(leg, event) if action else [leg.respond(event, 405)]


def _info(leg: PageLeg, event: sip.Requested) -> list[LegOutput]:
    """Digits sent as INFO reach SIP Server as they are (reference: SIP Server 2.6); our own words go no further."""
    content_type = event.request.headers.get("Content-Type") or ""
    answered = leg.respond(event, 200)
    if not content_type or content_type.lower().startswith(WORDS_TYPE):
        return [answered]
    return [answered, Info(content_type, event.request.body)]


def _update(leg: PageLeg, event: sip.Requested) -> list[LegOutput]:
    """JsSIP refreshes its session by UPDATE without SDP (RFC 4028 section 7.4), and can hold by one with SDP."""
    if not event.request.body:
        return [leg.respond(event, 200)]
    return [*leg.collect(event.request, Purpose.ACCEPT_UPDATE, event.transaction), *reoffered(leg, event.request)]


def _granted(leg: PageLeg, event: sip.Requested) -> list[LegOutput]:
    return [leg.respond(event, 200)]


def _declined(leg: PageLeg, event: sip.Requested) -> list[LegOutput]:
    return [leg.respond(event, 603)]


REQUESTS: dict[str, Callable[[PageLeg, sip.Requested], list[LegOutput]]] = {
    "INFO": _info,
    "UPDATE": _update,
    "MESSAGE": _granted,
    "OPTIONS": _granted,
    "REFER": _declined,
}
