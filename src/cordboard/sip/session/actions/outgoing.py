"""Actions about our INVITE and re-INVITE: responses, ACK, CANCEL, forks and glare (RFC 3261 sections 9.1, 13.2,
14.1).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cordboard.sip import events
from cordboard.sip.dialog import Dialog, cseq_of, tag_of
from cordboard.sip.message import Response
from cordboard.sip.session.actions.refresh import note_abilities, take_timer_answer
from cordboard.sip.session.authentication import credentials_of
from cordboard.sip.session.effects import Abandon, Cancel, Effect, ForkByeSent, InviteSent, Outcome, SendAck, Start
from cordboard.sip.session.states import Event

if TYPE_CHECKING:
    from cordboard.sip.events import Header
    from cordboard.sip.session.invites import OurInvite
    from cordboard.sip.session.usage import Session

GLARE_WAIT_OWNER = 2.1  # seconds; section 14.1 asks for a random 2.1 to 4 s where we chose the Call-ID
GLARE_WAIT_OTHER = 0.9  # and 0 to 2 s where the peer did: the two ranges never meet, so fixed values serve as well
GLARE_TRIES = 10
ACKS_KEPT = 8


def report_provisional(session: Session, response: Response, now: float) -> Iterable[Effect]:
    note_early_dialog(session, response)
    return (events.Provisional(session.name, response),) if response.status > 100 else ()


def note_early_dialog(session: Session, response: Response) -> None:
    tag = tag_of(response.headers.get("To", ""))
    if response.status == 100 or not tag or session.our_invite is None:
        return
    if tag in session.early:
        session.early[tag].refresh(response)
    else:
        session.early[tag] = Dialog.from_response(session.our_invite.request, response)
    session.dialog = session.early[tag]


def send_cancel(session: Session, _: object, now: float) -> Iterable[Effect]:
    """Of the user's headers only Reason goes into a CANCEL (RFC 3326 section 2)."""
    assert session.our_invite is not None
    reasons = tuple(field for field in session.hangup_headers if field[0].lower() == "reason")
    return (Cancel(session.our_invite.request, reasons),)


def abandon_invite(session: Session, _: object, now: float) -> Iterable[Effect]:
    """A re-INVITE in progress when the session ends gets its final response, but is not waited for without limit."""
    return (Abandon(session.our_invite.request),) if session.our_invite else ()


def take_success(session: Session, response: Response, now: float) -> Iterable[Effect]:
    """The 2xx confirms the dialog of its tag; other early dialogs are over (section 13.2.2.4)."""
    invite = session.our_invite
    assert invite is not None
    if invite.initial:
        tag = tag_of(response.headers.get("To", ""))
        session.dialog = session.early.get(tag) or Dialog.from_response(invite.request, response)
        session.dialog.confirm(response)
        session.early = {tag: session.dialog}
    elif session.dialog is not None:
        session.dialog.refresh(response)
    note_abilities(session, response)
    take_timer_answer(session, response, now)
    return ()


def report_accepted(session: Session, response: Response, now: float) -> Iterable[Effect]:
    """A 2xx need not repeat the SDP answer of a reliable provisional response: the user gets it once more."""
    assert session.our_invite is not None
    progress = session.progress_of(session.our_invite.cseq)
    if progress is not None and not response.body and progress.current and not session.our_invite.offerless:
        response.body = progress.description
        response.headers.set("Content-Type", "application/sdp")
    session.progress.clear()
    return (events.Accepted(session.name, response, session.our_invite.initial),)


def send_ack(session: Session, _: object, now: float) -> Iterable[Effect]:
    """The ACK that needs no answer from the user; it repeats what the style says of the INVITE's headers."""
    invite = session.our_invite
    assert invite is not None
    names = session.terms.repeated_in_ack
    headers = tuple(field for field in invite.headers if field[0].lower() in names)
    return _acknowledge(session, invite, headers, "")


def send_answering_ack(session: Session, command: events.Acknowledge, now: float) -> Iterable[Effect]:
    assert session.our_invite is not None
    return _acknowledge(session, session.our_invite, command.headers, command.sdp)


def _acknowledge(session: Session, invite: OurInvite, headers: tuple[Header, ...], sdp: str) -> Iterable[Effect]:
    dialog = session.dialog
    assert dialog is not None
    session.our_invite = None
    answers = credentials_of(invite.request.headers) if session.authentication else ()
    fields = session.ack_headers((*answers, *headers), sdp)
    ack = SendAck(session.way(dialog), dialog.ack(invite.cseq, fields, sdp.encode()))
    session.acks[dialog.remote_tag, invite.cseq] = ack
    while len(session.acks) > ACKS_KEPT:
        del session.acks[next(iter(session.acks))]
    return (ack,)


def send_ack_again(session: Session, response: Response, now: float) -> Iterable[Effect]:
    """Each repetition of a 2xx gets the same ACK (section 13.2.2.4); none yet where the user still owes the answer."""
    ack = session.acks.get((tag_of(response.headers.get("To", "")), cseq_of(response).number))
    return (ack,) if ack else ()


def end_fork(session: Session, response: Response, now: float) -> Iterable[Effect]:
    """Another fork answered too: it is acknowledged and told BYE (section 13.2.2.4)."""
    if session.first_invite is None:
        return ()
    dialog = Dialog.from_response(session.first_invite, response)
    cseq = cseq_of(response).number
    ack = SendAck(session.way(dialog), dialog.ack(cseq, session.ack_headers((), "")))
    session.acks[dialog.remote_tag, cseq] = ack
    bye = dialog.request("BYE", session.request_headers("BYE", ()))
    return ack, session.start(ForkByeSent(), dialog, bye)


def report_rejected(session: Session, outcome: Outcome, now: float) -> Iterable[Effect]:
    session.our_invite = None
    return (events.Rejected(session.name, outcome.status, outcome.response),)


def report_terminated(session: Session, _: object, now: float) -> Iterable[Effect]:
    """The callee sent a BYE before any final response, which only a broken one does: the call is over all the same."""
    return (events.Rejected(session.name, 487, None),)


def report_reinvite_rejected(session: Session, outcome: Outcome, now: float) -> Iterable[Effect]:
    session.our_invite, session.glares = None, 0
    return (events.ReinviteRejected(session.name, outcome.status, outcome.response),)


def forget_invite(session: Session, _: object, now: float) -> Iterable[Effect]:
    session.our_invite = None
    return ()


def queue_reinvite(session: Session, command: events.Reinvite, now: float) -> Iterable[Effect]:
    """Another INVITE is in progress: wait for its end (section 14.1). A newer one takes the place of an older one."""
    session.queued = command
    return ()


def send_reinvite(session: Session, command: events.Reinvite, now: float) -> Iterable[Effect]:
    dialog = session.dialog
    assert dialog is not None
    session.disarm(Event.GLARE_OVER)
    headers = session.request_headers("INVITE", command.headers, "application/sdp" if command.sdp else "")
    request = dialog.request("INVITE", headers, command.sdp.encode())
    session.begin_invite(request, initial=False, headers=command.headers)
    session.last_reinvite = command
    return (session.start(InviteSent(cseq_of(request).number), dialog, request),)


def send_invite_again(session: Session, again: Start, now: float) -> Iterable[Effect]:
    """With credentials or a longer session interval; dialogs of the first try are over (RFC 3261 section 22.2)."""
    invite = session.our_invite
    assert invite is not None
    session.begin_invite(again.request, invite.initial, invite.headers)
    session.progress.clear()
    if invite.initial:
        session.first_invite, session.dialog = again.request, None
        session.early.clear()
    return (again,)


def send_queued_reinvite(session: Session, _: object, now: float) -> Iterable[Effect]:
    command, session.queued = session.queued, None
    return send_reinvite(session, command, now) if command else ()


def wait_after_glare(session: Session, outcome: Outcome, now: float) -> Iterable[Effect]:
    """491: both sent a re-INVITE at once (section 14.1). A peer that never stops saying so is believed in the end."""
    session.our_invite = None
    session.glares += 1
    if session.queued is None:
        session.queued = session.last_reinvite
    if session.glares >= GLARE_TRIES:
        session.queued, session.glares = None, 0
        session.arm(Event.GLARE_OVER, now)
        return (events.ReinviteRejected(session.name, outcome.status, outcome.response),)
    wait = GLARE_WAIT_OWNER if session.dialog and session.dialog.owner else GLARE_WAIT_OTHER
    session.arm(Event.GLARE_OVER, now + wait)
    return ()


def give_way(session: Session, _: object, now: float) -> Iterable[Effect]:
    """Ours waits for the end of theirs; a peer that knows section 14.2 refuses it with 491, whatever we wait for.

    The ACK is made already, for one that accepts it all the same.
    """
    invite, dialog = session.our_invite, session.dialog
    assert invite is not None
    assert dialog is not None
    session.our_invite, session.queued = None, session.queued or session.last_reinvite
    ack = SendAck(session.way(dialog), dialog.ack(invite.cseq, session.ack_headers((), "")))
    session.acks[dialog.remote_tag, invite.cseq] = ack
    return (Abandon(invite.request),)


def stop_glare_timer(session: Session, _: object, now: float) -> Iterable[Effect]:
    session.disarm(Event.GLARE_OVER)
    return ()


def settle_glare(session: Session, _: object, now: float) -> Iterable[Effect]:
    session.glares = 0
    return ()
