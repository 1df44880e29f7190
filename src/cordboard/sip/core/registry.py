"""The living sessions: by name, by dialog, and by the time at which they want to be woken."""

from __future__ import annotations

from cordboard.sip.dialog import tag_of
from cordboard.sip.message import Request
from cordboard.sip.session.states import State
from cordboard.sip.session.usage import Session
from cordboard.sip.transaction.alarms import Alarms


class Registry:
    """A session is in here from its INVITE until it has ended."""

    def __init__(self) -> None:
        self._by_name: dict[str, Session] = {}
        self._by_dialog: dict[tuple[str, str], Session] = {}  # Call-ID and our tag
        self._alarms: Alarms[Session] = Alarms()

    def __len__(self) -> int:
        return len(self._by_name)

    @property
    def deadline(self) -> float | None:
        return self._alarms.deadline

    def pop_due(self, now: float) -> Session | None:
        """A session whose time has come."""
        return self._alarms.pop_due(now)

    def named(self, name: str) -> Session | None:
        """The session of that name."""
        return self._by_name.get(name)

    def of(self, request: Request) -> Session | None:
        """The session to whose dialog the request belongs, by Call-ID and To tag; the From tag is its own business."""
        return self.with_key(request.headers.get("Call-ID", ""), tag_of(request.headers.get("To", "")))

    def with_key(self, call_id: str, our_tag: str) -> Session | None:
        """The session of that Call-ID and our tag."""
        return self._by_dialog.get((call_id, our_tag))

    def add(self, session: Session) -> None:
        """Take in a new session."""
        self._by_name[session.name] = session
        self._by_dialog[session.key] = session
        self.note(session)

    def note(self, session: Session) -> None:
        """A session has changed: note its next time, or its end."""
        if session.state is not State.ENDED:
            self._alarms.set(session, session.deadline)
            return
        self._alarms.set(session, None)
        if self._by_name.get(session.name) is session:
            del self._by_name[session.name]
            del self._by_dialog[session.key]
