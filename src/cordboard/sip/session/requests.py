"""Requests of the peer in the dialog, as events of the session's table (RFC 3261 section 12.2.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordboard.sip.dialog import cseq_of, tag_of
from cordboard.sip.message import Request
from cordboard.sip.session import timer
from cordboard.sip.session.effects import Answer, Effects
from cordboard.sip.session.states import Event, State

if TYPE_CHECKING:
    from cordboard.sip.session.inputs import Asked
    from cordboard.sip.session.usage import Session


def asked(session: Session, asked: Asked, now: float) -> Effects:
    """Any request but ACK and CANCEL; raises RemoteProtocolError where a header it depends on is malformed."""
    request = asked.request
    dialog = session.dialog_with(tag_of(request.headers.get("From", "")))
    if dialog is None:
        return [Answer(asked.transaction, 481)]
    if not dialog.in_order(cseq_of(request).number):
        return [Answer(asked.transaction, 500)]
    terms = session.terms.session_timer
    if terms is not None and request.method in timer.METHODS and timer.is_too_small(terms, request):
        return [Answer(asked.transaction, 422, "", (("Min-SE", str(terms.minimum)),))]
    if request.method == "PRACK" and not (session.reliable and session.reliable.matches(request)):
        return [Answer(asked.transaction, 481)]
    return session.step(_event_of(session, request), asked, now)


def ack_came(session: Session, request: Request, now: float) -> Effects:
    """An ACK for one of our 2xx; any other is of no interest."""
    number = cseq_of(request).number
    if not session.acceptances or all(acceptance.cseq != number for acceptance in session.acceptances):
        return []
    awaited = session.state in (State.ACCEPTED, State.HANGUP_WAITING, State.REACCEPTED)
    newest = awaited and session.acceptances[-1].cseq == number
    return session.step(Event.ACK if newest else Event.LATE_ACK, request, now)


def _event_of(session: Session, request: Request) -> Event:
    match request.method:
        case "BYE":
            return Event.BYE
        case "PRACK":
            return Event.PRACK
        case "INVITE" if session.terms.yields and session.state is State.REINVITING:
            return Event.REINVITE_PREFERRED
        case "INVITE":
            return Event.REINVITE_CLASHED if session.our_offer_is_unacknowledged else Event.REINVITE_CAME
        case "UPDATE" if request.body and session.offer_is_open:
            return Event.UPDATE_CLASHED
    return Event.REQUEST
