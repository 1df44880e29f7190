"""How a session is kept alive (RFC 4028): what is asked and agreed, and the refresh by UPDATE or re-INVITE."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cordboard.sip import events
from cordboard.sip.session.effects import Effect, RefreshSent
from cordboard.sip.session.states import Event
from cordboard.sip.session.timer import Agreement, agreed_by_answer, answer_to, asked_headers

if TYPE_CHECKING:
    from cordboard.sip.events import Header
    from cordboard.sip.message import Request, Response
    from cordboard.sip.session.usage import Session

SHORTEST_WAIT = 2.0  # seconds between two tries


def refresh(session: Session, _: object, now: float) -> Iterable[Effect]:
    """An UPDATE without SDP touches no offer, so it can go at any time; who knows no UPDATE gets a re-INVITE."""
    _try_again_later(session, now)
    dialog = session.dialog
    if not session.peer_updates or dialog is None:
        return (events.RefreshDue(session.name),)
    update = dialog.request("UPDATE", session.request_headers("UPDATE", ()))
    return (session.start(RefreshSent(), dialog, update),)


def _try_again_later(session: Session, now: float) -> None:
    """Half of what is left, again and again: a refresh that failed is tried once more before the session is over."""
    over = session.time_of(Event.EXPIRED)
    if over is not None and over - now > 2 * SHORTEST_WAIT:
        session.arm(Event.REFRESH, now + (over - now) / 2)


def note_abilities(session: Session, message: Request | Response) -> None:
    """Learn from Allow whether a refresh can be an UPDATE."""
    if session.terms.session_timer is None:
        return
    allow = message.headers.get_all("Allow")
    if allow:
        session.peer_updates = "UPDATE" in ",".join(allow).replace(" ", "").split(",")


def timer_headers(session: Session) -> tuple[Header, ...]:
    """What an INVITE or UPDATE of ours says of the session timer."""
    terms = session.terms.session_timer
    return asked_headers(terms, session.shortest_interval, session.agreed) if terms else ()


def take_timer_answer(session: Session, response: Response, now: float) -> None:
    """The 2xx to an INVITE or UPDATE of ours agrees, or does not."""
    if session.terms.session_timer is not None:
        agree(session, agreed_by_answer(session.terms.session_timer, response.headers), now)


def take_update_answer(session: Session, response: Response, now: float) -> None:
    """An UPDATE of our user's succeeded."""
    note_update(session)
    if session.dialog is not None and session.dialog.confirmed:
        take_timer_answer(session, response, now)


def note_update(session: Session) -> None:
    """After an UPDATE, the SDP of an earlier reliable response is out of date."""
    for progress in session.progress.values():
        progress.current = False


def answer_timer(session: Session, request: Request, now: float) -> tuple[Header, ...]:
    """Agree to what their INVITE or UPDATE asks for; the headers for the 2xx."""
    if session.terms.session_timer is None or session.dialog is None or not session.dialog.confirmed:
        return ()
    agreement, headers = answer_to(session.terms.session_timer, request)
    agree(session, agreement, now)
    return headers


def agree(session: Session, agreement: Agreement | None, now: float) -> None:
    """From now on, and until the next 2xx; None ends what was agreed."""
    session.agreed = agreement
    session.disarm(Event.REFRESH, Event.EXPIRED)
    if agreement is not None:
        session.arm(Event.EXPIRED, now + agreement.over_after)
        if agreement.ours:
            session.arm(Event.REFRESH, now + agreement.refresh_after)
