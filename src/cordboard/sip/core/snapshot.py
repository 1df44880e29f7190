"""A session's dialog as plain values, so that another process can take it up.

CSeq numbers leave a gap: the old process may have sent requests after the snapshot, and a number that the peer has seen
gets 500. The session timer begins anew, since clocks of two processes do not compare: the peer gets its whole interval
again, and where the refresh is ours it is sent soon, at times that differ from session to session.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zlib import crc32

from cordboard.sip.core.admission import check_address, check_texts
from cordboard.sip.dialog import Dialog, tag_of
from cordboard.sip.errors import LocalProtocolError
from cordboard.sip.events import Restore
from cordboard.sip.fields import MAXIMUM_SECONDS
from cordboard.sip.session.actions.refresh import agree
from cordboard.sip.session.inputs import Terms
from cordboard.sip.session.states import Event, State
from cordboard.sip.session.timer import LOWEST_MINIMUM, Agreement
from cordboard.sip.session.usage import Session

Snapshot = dict[str, Any]

VERSION = 1
GAP = 1000
HIGHEST = 2**31 - 1  # of a CSeq (RFC 3261 section 8.1.1.5)
SPREAD = 10.0  # seconds over which the refreshes of restored sessions are spread


def snapshot_of(session: Session) -> Snapshot | None:
    """None unless the dialog is established."""
    dialog = session.dialog
    if dialog is None or not dialog.confirmed or session.over:
        return None
    return {
        "version": VERSION,
        "call_id": dialog.call_id,
        "local": dialog.local,
        "remote": dialog.remote,
        "target": dialog.remote_target,
        "routes": list(dialog.route_set),
        "local_cseq": dialog.local_cseq,
        "remote_cseq": dialog.remote_cseq,
        "owner": dialog.owner,
        "contact": session.contact,
        "updates": session.peer_updates,
        "timer": [session.agreed.seconds, session.agreed.ours] if session.agreed else None,
    }


def restored(command: Restore, terms: Terms, now: float) -> Session:
    """The session in its Confirmed state; raises LocalProtocolError for a snapshot that cannot be used."""
    given = command.snapshot
    if given.get("version") != VERSION:
        raise LocalProtocolError("snapshot is of another version, or is none")
    dialog, agreed = _dialog(given), _agreement(given.get("timer"))
    key = dialog.call_id, dialog.local_tag
    session = Session(State.CONFIRMED, command.session, key, command.flow, _address(given, "contact"), terms)
    session.dialog = dialog
    session.peer_updates = given.get("updates") is True
    if agreed is not None and terms.session_timer is not None:
        agree(session, agreed, now)
        if agreed.ours:
            session.arm(Event.REFRESH, now + crc32(dialog.call_id.encode()) % 1000 / 1000 * SPREAD)
    return session


def _dialog(given: Mapping[str, object]) -> Dialog:
    local, remote = _address(given, "local"), _address(given, "remote")
    dialog = Dialog(
        _text(given, "call_id"),
        local,
        tag_of(local),
        remote,
        tag_of(remote),
        _address(given, "target"),
        _routes(given),
        (_number(given, "local_cseq") or 0) + GAP,
        _number(given, "remote_cseq"),
        confirmed=True,
        owner=given.get("owner") is True,
    )
    if not dialog.local_tag or not dialog.call_id:
        raise LocalProtocolError("snapshot names no dialog")
    return dialog


def _text(given: Mapping[str, object], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str):
        raise LocalProtocolError(f"snapshot has no text for {name}")
    check_texts(value)
    return value


def _address(given: Mapping[str, object], name: str) -> str:
    text = _text(given, name)
    check_address(text)
    return text


def _number(given: Mapping[str, object], name: str) -> int | None:
    value = given.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= HIGHEST - GAP:
        raise LocalProtocolError(f"snapshot has no number for {name}")
    return value


def _routes(given: Mapping[str, object]) -> tuple[str, ...]:
    values = given.get("routes")
    if not isinstance(values, list):
        raise LocalProtocolError("snapshot has no routes")
    return tuple(_address({"route": value}, "route") for value in values)


def _agreement(value: object) -> Agreement | None:
    match value:
        case None:
            return None
        case [int() as length, bool() as ours] if LOWEST_MINIMUM <= length <= MAXIMUM_SECONDS:
            return Agreement(length, ours)
    raise LocalProtocolError("snapshot has no session timer")
