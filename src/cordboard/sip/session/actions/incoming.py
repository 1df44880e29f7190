"""Actions about their INVITE and re-INVITE: our responses, the ACK, CANCEL (RFC 3261 sections 9.2, 13.3, 14.2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cordboard.sip import events
from cordboard.sip.dialog import cseq_of
from cordboard.sip.events import Header
from cordboard.sip.message import Request
from cordboard.sip.session.acceptance import Acceptance
from cordboard.sip.session.actions.refresh import answer_timer, note_abilities
from cordboard.sip.session.effects import Answer, Effect
from cordboard.sip.style import with_defaults

if TYPE_CHECKING:
    from cordboard.sip.session.inputs import Asked
    from cordboard.sip.session.usage import Session

RETRY_AFTER = "1"  # seconds; section 14.2 asks for a random 0 to 10


def accept(session: Session, command: events.Accept, now: float) -> Iterable[Effect]:
    """The 2xx: it confirms the dialog and, for a re-INVITE, makes the new remote target valid."""
    invite, dialog = session.their_invite, session.dialog
    assert invite is not None
    assert dialog is not None
    settled = session.settled_by_prack
    session.contact, session.their_invite = command.contact, None
    dialog.confirmed = True
    dialog.refresh(invite.request)
    note_abilities(session, invite.request)
    if session.reliable is not None:
        session.reliable.stop()
    session.acceptances.append(
        Acceptance.begin(
            invite.transaction,
            cseq_of(invite.request).number,
            invite.initial,
            not invite.request.body and not settled,
            session.repeats,
            session.terms.timers,
            now,
        )
    )
    sdp = "" if settled and not invite.request.body else command.sdp  # an offer is not made twice
    return (
        Answer(invite.transaction, 200, "", _success_headers(session, command, invite.request, sdp, now), sdp.encode()),
    )


def _success_headers(
    session: Session, command: events.Accept, request: Request, sdp: str, now: float
) -> tuple[Header, ...]:
    headers = answer_headers(session, command.headers, sdp)
    timer = answer_timer(session, request, now)
    supported = session.terms.supported if timer else ""
    return tuple(with_defaults(headers, ("Allow", session.terms.allow), ("Supported", supported), *timer))


def reject(session: Session, command: events.Reject, now: float) -> Iterable[Effect]:
    return _refuse_invite(session, command.status, command.reason, command.headers)


def reject_by_hangup(session: Session, command: events.Hangup, now: float) -> Iterable[Effect]:
    return _refuse_invite(session, command.status, "", command.headers)


def terminate_invite(session: Session, _: object, now: float) -> Iterable[Effect]:
    """487 to an INVITE that is overtaken by CANCEL or BYE (sections 9.2 and 15.1.2)."""
    return _refuse_invite(session, 487, "", ())


def _refuse_invite(session: Session, status: int, reason: str, headers: tuple[Header, ...]) -> Iterable[Effect]:
    invite, session.their_invite = session.their_invite, None
    return (Answer(invite.transaction, status, reason, headers),) if invite else ()


def report_cancelled(session: Session, request: Request, now: float) -> Iterable[Effect]:
    return (events.Cancelled(session.name, request),)


def report_cancelled_by_bye(session: Session, asked: Asked, now: float) -> Iterable[Effect]:
    return (events.Cancelled(session.name, asked.request),)


def report_acknowledged(session: Session, ack: Request, now: float) -> Iterable[Effect]:
    acceptance = session.take_acceptance(cseq_of(ack).number)
    return (events.Acknowledged(session.name, ack, acceptance.initial),) if acceptance else ()


def take_reinvite(session: Session, asked: Asked, now: float) -> Iterable[Effect]:
    session.take_invite(asked.transaction, asked.request, initial=False)
    return (events.Reinvited(session.name, asked.request),)


def refuse_as_pending(session: Session, asked: Asked, now: float) -> Iterable[Effect]:
    """491: our own INVITE, or an offer in our 2xx, is open (section 14.2, RFC 3311 section 5.2)."""
    return (Answer(asked.transaction, 491),)


def refuse_update(session: Session, asked: Asked, now: float) -> Iterable[Effect]:
    """491 while an offer of ours is open, 500 while theirs is (RFC 3311 section 5.2)."""
    theirs = session.their_invite is not None and session.their_invite.request.body
    return refuse_as_busy(session, asked, now) if theirs else refuse_as_pending(session, asked, now)


def refuse_as_busy(session: Session, asked: Asked, now: float) -> Iterable[Effect]:
    """500 with Retry-After: their earlier INVITE is not answered yet (section 14.2)."""
    return (Answer(asked.transaction, 500, "", (("Retry-After", RETRY_AFTER),)),)


def answer_headers(session: Session, headers: tuple[Header, ...], sdp: str) -> tuple[Header, ...]:
    content_type = "application/sdp" if sdp else ""
    return tuple(with_defaults(headers, ("Contact", session.contact), ("Content-Type", content_type)))
