"""The messages that belong to no session: requests outside dialogs, and what the core adds to its user's responses."""

from __future__ import annotations

from cordboard.sip import events
from cordboard.sip.core.users import InSession, User
from cordboard.sip.dialog import TARGET_REFRESH
from cordboard.sip.events import Header
from cordboard.sip.headers import Headers
from cordboard.sip.identifiers import Identifiers
from cordboard.sip.message import Request
from cordboard.sip.session.actions.refresh import answer_timer, note_update
from cordboard.sip.session.inputs import Terms
from cordboard.sip.session.usage import Session
from cordboard.sip.style import with_defaults
from cordboard.sip.transaction.records import Server


def request_outside_dialogs(command: events.SendRequest, identifiers: Identifiers, user_agent: str) -> Request:
    """The request of the command, without Via."""
    headers = with_defaults(
        command.headers,
        ("Max-Forwards", "70"),
        ("User-Agent", user_agent),
        ("Content-Type", command.content_type if command.body else ""),
    )
    fields = [
        ("From", f"{command.from_uri};tag={command.from_tag or identifiers.tag()}"),
        ("To", command.to_uri),
        ("Call-ID", command.call_id or identifiers.call_id()),
        ("CSeq", f"{command.cseq} {command.method}"),
    ]
    return Request(command.method, command.target, Headers([*fields, *headers]), command.body)


def response_headers(command: events.Respond, server: Server[User], terms: Terms) -> tuple[Header, ...]:
    """The headers of the command and what a response of its kind needs besides."""
    usual = [("Content-Type", command.content_type if command.body else "")]
    method = server.request.method if server.request else ""
    if command.status // 100 == 2:
        if method == "OPTIONS":  # RFC 3261 section 11.2
            usual += [("Allow", terms.allow), ("Supported", terms.supported)]
        if isinstance(server.user, InSession) and method in TARGET_REFRESH:  # section 12.1.1, RFC 3311 section 5.2
            usual.append(("Contact", server.user.session.contact))
    return tuple(with_defaults(command.headers, *usual))


def refresh_dialog(session: Session, request: Request, now: float) -> tuple[Header, ...]:
    """What a 2xx to that request changes in the session (RFC 3261 section 12.2.2); the headers that say more of it."""
    if session.dialog is None or request.method not in TARGET_REFRESH:
        return ()
    session.dialog.refresh(request)
    if request.method != "UPDATE" or session.over:
        return ()
    if request.body:
        note_update(session)
    return answer_timer(session, request, now)
