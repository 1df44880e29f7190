"""Actions that end a session, and those of other requests in its dialog (RFC 3261 section 15, RFC 5057)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cordboard.sip import events
from cordboard.sip.fields import Reason
from cordboard.sip.session.effects import Answer, ByeSent, Effect, RequestSent

if TYPE_CHECKING:
    from cordboard.sip.session.inputs import Asked
    from cordboard.sip.session.usage import Session


def remember_hangup(session: Session, command: events.Hangup, now: float) -> Iterable[Effect]:
    session.hangup_headers = command.headers
    return ()


def send_bye(session: Session, _: object, now: float) -> Iterable[Effect]:
    dialog = session.dialog
    assert dialog is not None
    bye = dialog.request("BYE", session.request_headers("BYE", session.hangup_headers))
    return (session.start(ByeSent(), dialog, bye),)


def answer_bye(session: Session, asked: Asked, now: float) -> Iterable[Effect]:
    return (Answer(asked.transaction, 200),)


def report_bye(session: Session, asked: Asked, now: float) -> Iterable[Effect]:
    return (events.Ended(session.name, events.EndCause.BYE, asked.request),)


def report_no_ack(session: Session, _: object, now: float) -> Iterable[Effect]:
    return (events.Ended(session.name, events.EndCause.NO_ACK, None),)


def give_expiry_as_reason(session: Session, _: object, now: float) -> Iterable[Effect]:
    session.hangup_headers = (("Reason", str(Reason("SIP", 408, "Session Timer Expired"))),)
    return ()


def report_expired(session: Session, _: object, now: float) -> Iterable[Effect]:
    return (events.Ended(session.name, events.EndCause.EXPIRED, None),)


def report_dialog_gone(session: Session, _: object, now: float) -> Iterable[Effect]:
    return (events.Ended(session.name, events.EndCause.DIALOG_GONE, None),)


def send_in_dialog(session: Session, command: events.SendInDialog, now: float) -> Iterable[Effect]:
    dialog = session.dialog
    if dialog is None or not session.peer_knows_dialog:
        return refuse_to_send(session, command, now)
    headers = session.request_headers(command.method, command.headers, command.content_type if command.body else "")
    request = dialog.request(command.method, headers, command.body)
    return (session.start(RequestSent(command.key, command.method), dialog, request),)


def refuse_to_send(session: Session, command: events.SendInDialog, now: float) -> Iterable[Effect]:
    """There is no dialog (any more) to send in: the user learns it as if the peer had said so."""
    return (events.Replied(session.name, command.key, 481, None),)


def deliver_request(session: Session, asked: Asked, now: float) -> Iterable[Effect]:
    return (events.Requested(session.name, asked.transaction, asked.request),)


def refuse_as_gone(session: Session, asked: Asked, now: float) -> Iterable[Effect]:
    return (Answer(asked.transaction, 481),)
