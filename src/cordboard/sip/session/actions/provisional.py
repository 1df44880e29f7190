"""Actions about provisional responses: ours, perhaps reliable, and the PRACKs for theirs (RFC 3261, RFC 3262)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cordboard.sip import events
from cordboard.sip.dialog import cseq_of, tag_of
from cordboard.sip.session.actions.incoming import answer_headers, refuse_as_busy, reject
from cordboard.sip.session.actions.outgoing import note_early_dialog
from cordboard.sip.session.effects import Answer, Effect, PrackSent
from cordboard.sip.session.reliable import OPTION, Progress, Reliable, reliable_number
from cordboard.sip.session.timer import supports

if TYPE_CHECKING:
    from cordboard.sip.message import Response
    from cordboard.sip.session.inputs import Asked
    from cordboard.sip.session.usage import Session


# --- ours ---


def ring(session: Session, command: events.Ring, now: float) -> Iterable[Effect]:
    if session.reliable is not None and session.reliable.accept is not None:
        return ()
    session.contact = command.contact
    if not _is_reliable(session, command):
        return (_response(session, command),)
    reliable = session.reliable or _begin(session)
    if reliable.waiting is not None:  # section 3: one at a time
        reliable.queue.append(command)
        return ()
    return _send_reliably(session, reliable, command, now)


def _is_reliable(session: Session, command: events.Ring) -> bool:
    assert session.their_invite is not None
    headers = session.their_invite.request.headers
    if command.status <= 100 or not session.terms.reliable:
        return False
    return supports(headers, OPTION, ("Supported", "Require") if command.reliable else ("Require",))


def _begin(session: Session) -> Reliable:
    assert session.their_invite is not None
    number = cseq_of(session.their_invite.request).number
    session.reliable = Reliable(number, session.terms.timers, session.repeats)
    return session.reliable


def _response(session: Session, command: events.Ring, reliable: tuple[events.Header, ...] = ()) -> Answer:
    assert session.their_invite is not None
    session.ringing = session.ringing or command.status > 100
    headers = answer_headers(session, (*reliable, *command.headers), command.sdp)
    return Answer(session.their_invite.transaction, command.status, "", headers, command.sdp.encode())


def _send_reliably(session: Session, reliable: Reliable, command: events.Ring, now: float) -> Iterable[Effect]:
    answer = _response(session, command, (("Require", OPTION), ("RSeq", str(reliable.number + 1))))
    reliable.sent(answer, now)
    return (answer,)


def hold_accept(session: Session, command: events.Accept, now: float) -> Iterable[Effect]:
    """The 2xx waits for the PRACK of a response with SDP (section 3)."""
    assert session.reliable is not None
    session.reliable.accept = command
    session.reliable.queue.clear()
    return ()


def take_prack(session: Session, asked: Asked, now: float) -> Iterable[Effect]:
    """What its body is, follows from what it acknowledges: the answer to our offer, or an offer (section 5)."""
    reliable = session.reliable
    assert reliable is not None
    described, invite = reliable.describes, session.their_invite
    offered = described and _is_our_offer(session)
    reliable.acknowledged()
    reliable.settled = reliable.settled or described
    effects = list(_answer_prack(session, asked, now, offered))
    if reliable.queue and invite is not None:
        effects += _send_reliably(session, reliable, reliable.queue.popleft(), now)
    return effects


def _is_our_offer(session: Session) -> bool:
    """Whether the SDP that a PRACK acknowledges offered: there was none in the INVITE, and none was settled before."""
    invite, reliable = session.their_invite, session.reliable
    return invite is not None and not invite.request.body and reliable is not None and not reliable.settled


def _answer_prack(session: Session, asked: Asked, now: float, offered: bool) -> Iterable[Effect]:
    assert session.reliable is not None
    body = asked.request.body
    if offered or not body:
        said = (events.ProvisionalAcknowledged(session.name, asked.request),) if body else ()
        return (Answer(asked.transaction, 200), *said)
    if session.offer_is_open:
        return refuse_as_busy(session, asked, now)
    return (events.Requested(session.name, asked.transaction, asked.request),)


def give_up_ringing(session: Session, _: object, now: float) -> Iterable[Effect]:
    """No PRACK for 64*T1: the INVITE is refused with a 5xx (section 3), and for our user it is a cancelled one."""
    invite = session.their_invite
    assert invite is not None
    refused = reject(session, events.Reject(session.name, 504), now)
    return (*refused, events.Cancelled(session.name, invite.request))


# --- theirs ---


def take_reliable(session: Session, response: Response, now: float) -> Iterable[Effect]:
    """Acknowledge it, unless it offers: then our user's answer goes into the PRACK (section 5)."""
    invite = session.our_invite
    number = reliable_number(response)
    assert invite is not None
    assert number is not None
    if invite.initial:
        note_early_dialog(session, response)
    tag = tag_of(response.headers.get("To", ""))
    progress = session.progress.setdefault((tag, invite.cseq), Progress(number))
    progress.number = number
    if response.body and not progress.description:
        progress.description, progress.owed = response.body, invite.offerless
        if progress.owed:
            return ()
    return _acknowledge(session, tag, invite.cseq, number, "")


def answer_in_prack(session: Session, command: events.Acknowledge, now: float) -> Iterable[Effect]:
    """The answer to the offer of a reliable response, the latest if several forks offer."""
    owing = [(key, progress) for key, progress in session.progress.items() if progress.owed]
    if not owing:
        return ()
    (tag, cseq), progress = owing[-1]
    progress.owed = False
    return _acknowledge(session, tag, cseq, progress.number, command.sdp, command.headers)


def _acknowledge(
    session: Session, tag: str, cseq: int, number: int, sdp: str, more: tuple[events.Header, ...] = ()
) -> Iterable[Effect]:
    dialog = session.dialog_with(tag)
    if dialog is None:
        return ()
    fields = (("RAck", f"{number} {cseq} INVITE"), *more)
    prack = dialog.request("PRACK", session.request_headers("PRACK", fields, sdp and "application/sdp"), sdp.encode())
    return (session.start(PrackSent(), dialog, prack),)


def report_reliable(session: Session, response: Response, now: float) -> Iterable[Effect]:
    return (events.Provisional(session.name, response, reliable=True),)
