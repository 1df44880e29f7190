"""What became of our requests, as events of the session's table (RFC 3261 sections 8.1.3, 13.2.2, 22; RFC 5057)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordboard.sip import events
from cordboard.sip.dialog import TARGET_REFRESH, cseq_of, tag_of, uri_of
from cordboard.sip.headers import Headers
from cordboard.sip.message import Request, Response
from cordboard.sip.session import timer
from cordboard.sip.session.actions.refresh import take_timer_answer, take_update_answer, timer_headers
from cordboard.sip.session.authentication import HEADERS, Authentication
from cordboard.sip.session.effects import (
    ByeSent,
    Effects,
    InviteSent,
    Outcome,
    PrackSent,
    RefreshSent,
    RequestSent,
    Start,
)
from cordboard.sip.session.reliable import reliable_number
from cordboard.sip.session.states import Event, State

if TYPE_CHECKING:
    from cordboard.sip.session.inputs import Heard
    from cordboard.sip.session.usage import Session

# Methods of other usages: a 481 or a timeout to these ends no session (RFC 5057 section 5; baresip says 481 to a NOTIFY
# without subscription, in a call that is well).
OTHER_USAGES = ("SUBSCRIBE", "NOTIFY", "REFER")
MOST_REPETITIONS = 4  # of one request, for whatever reasons
MOST_FORKS = 32  # of one INVITE; who makes more early dialogs is up to no good


def heard(session: Session, heard: Heard, now: float) -> Effects:
    """A response, or the end of a transaction without one."""
    purpose, outcome = heard.purpose, heard.outcome
    if isinstance(purpose, InviteSent):
        return _invite_answered(session, purpose.cseq, heard, now)
    if outcome.status < 200:
        return []
    if isinstance(purpose, (ByeSent, PrackSent, RequestSent, RefreshSent)):
        again = _repaired(session, heard)
        if again is not None:
            return [again]
    match purpose:
        case RequestSent():
            return _request_answered(session, purpose, outcome, now)
        case RefreshSent():
            return _refresh_answered(session, outcome, now)
        case ByeSent():
            return session.step(Event.BYE_DONE, None, now)
    return []


# --- INVITE ---


def _invite_answered(session: Session, cseq: int, heard: Heard, now: float) -> Effects:
    outcome, response = heard.outcome, heard.outcome.response
    if response is not None and response.status < 200:
        return _invite_progresses(session, cseq, response, now)
    if response is not None and response.status < 300:
        return session.step(_event_of_success(session, cseq, response), response, now)
    if session.our_invite is None or session.our_invite.cseq != cseq:
        return []
    if session.state in (State.CALLING, State.PROCEEDING, State.REINVITING):
        again = _repaired(session, heard)
        if again is not None:
            return session.step(Event.REPAIRABLE, again, now)
    return session.step(_event_of_failure(session, outcome.status), outcome, now)


def _invite_progresses(session: Session, cseq: int, response: Response, now: float) -> Effects:
    """Of reliable responses only the next in order counts; others come again (RFC 3262 section 4)."""
    if session.our_invite is None or session.our_invite.cseq != cseq:
        return []
    if len(session.early) >= MOST_FORKS and tag_of(response.headers.get("To", "")) not in session.early:
        return []
    number = reliable_number(response)
    tag = tag_of(response.headers.get("To", "")) if number else ""
    if number is None or not tag:
        return session.step(Event.PROVISIONAL, response, now)
    progress = session.progress.get((tag, cseq))
    if progress is not None and number != progress.number + 1:
        return []
    return session.step(Event.RELIABLE, response, now)


def _event_of_success(session: Session, cseq: int, response: Response) -> Event:
    invite, tag = session.our_invite, tag_of(response.headers.get("To", ""))
    if session.answered != cseq and invite is not None and invite.cseq == cseq:
        session.answered = cseq
        progress = session.progress.get((tag, cseq))
        settled = progress is not None and progress.settled
        return Event.SUCCESS_WITH_OFFER if invite.offerless and not settled else Event.SUCCESS
    known = (tag, cseq) in session.acks or (session.dialog is not None and tag == session.dialog.remote_tag)
    return Event.REPEATED if known else Event.FORKED


def _event_of_failure(session: Session, status: int) -> Event:
    if session.our_invite is not None and not session.our_invite.initial and not session.over:
        if status == 491:
            return Event.REQUEST_PENDING
        if status in (408, 481):
            return Event.NO_DIALOG
    return Event.FAILURE


# --- other requests ---


def _request_answered(session: Session, purpose: RequestSent, outcome: Outcome, now: float) -> Effects:
    effects: Effects = [events.Replied(session.name, purpose.key, outcome.status, outcome.response)]
    if outcome.response and outcome.status < 300 and purpose.method in TARGET_REFRESH and session.dialog:
        session.dialog.refresh(outcome.response)
        if purpose.method == "UPDATE":
            take_update_answer(session, outcome.response, now)
    if outcome.status in (408, 481) and purpose.method not in OTHER_USAGES:
        effects += session.step(Event.NO_DIALOG, None, now)
    return effects


def _refresh_answered(session: Session, outcome: Outcome, now: float) -> Effects:
    response = outcome.response
    if response is not None and outcome.status < 300 and session.dialog:
        session.dialog.refresh(response)
        take_timer_answer(session, response, now)
    elif outcome.status in (408, 481):
        return session.step(Event.NO_DIALOG, None, now)
    elif outcome.status in (405, 501):
        session.peer_updates = False
        return session.step(Event.REFRESH, None, now)
    return []  # another failure: the refresh timer runs and will try again


# --- refusals that can be answered ---


def _repaired(session: Session, heard: Heard) -> Start | None:
    """The same request, as its refusal asks for it: with credentials, or a longer session interval."""
    request, response = heard.request, heard.outcome.response
    if response is None or heard.repeated >= MOST_REPETITIONS or not _take_refusal(session, request, response, heard):
        return None
    dialog = session.dialog_with(tag_of(request.headers.get("To", "")))
    if dialog is None and request.method != "INVITE":
        return None
    number = cseq_of(request).number + 1 if dialog is None else dialog.next_number()
    changed = {"cseq": f"{number} {request.method}"}
    if timer.OPTION_HEADER in request.headers:
        changed |= {name.lower(): value for name, value in timer_headers(session)}
    fields = [(name, changed.get(name.lower(), value)) for name, value in request.headers.items() if name != "Via"]
    again = Request(request.method, request.uri, Headers(fields), request.body)
    purpose = InviteSent(number) if isinstance(heard.purpose, InviteSent) else heard.purpose
    return session.start(purpose, dialog, again, heard.repeated + 1)


def _take_refusal(session: Session, request: Request, response: Response, heard: Heard) -> bool:
    if response.status in HEADERS:
        dialog = session.dialog_with(tag_of(request.headers.get("To", "")))
        own = uri_of(request.headers.get("From", ""))
        if session.terms.credentials(session.flow_of(dialog), own) is None:
            return False
        session.authentication = session.authentication or Authentication(session.terms.cnonce)
        return session.authentication.take(request, response, heard.repeated)
    asked = timer.Interval.of(request.headers)
    if response.status != 422 or session.terms.session_timer is None or asked is None:
        return False
    session.shortest_interval = timer.minimum_of(response.headers)
    return session.shortest_interval > asked.seconds
