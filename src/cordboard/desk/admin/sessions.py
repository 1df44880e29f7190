"""Who is signed in to the admin page. A session ends when it was idle or was there for too long, or by sign-out.

A browser has the session's secret in an HttpOnly cookie; `csrf` is what its page sends with each change, which a page
of another site cannot read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

MOST = 200


@dataclass(slots=True)
class Session:
    """One browser. `by` tells how its user was known: GWS, or the local account."""

    secret: str
    csrf: str
    user: str
    by: str
    began: float
    used: float


class Sessions:
    """The sessions by their secret; the one that was idle longest gives way when there are too many."""

    def __init__(self, new_secret: Callable[[], str], idle: float, longest: float, most: int = MOST) -> None:
        self._new_secret = new_secret
        self._idle = idle
        self._longest = longest
        self._most = most
        self._sessions: dict[str, Session] = {}

    def __len__(self) -> int:
        return len(self._sessions)

    def begin(self, user: str, by: str, now: float) -> Session:
        """A new session, with secrets that were never used before."""
        self._drop_ended(now)
        if len(self._sessions) >= self._most:
            del self._sessions[min(self._sessions.values(), key=lambda each: each.used).secret]
        session = Session(self._new_secret(), self._new_secret(), user, by, now, now)
        self._sessions[session.secret] = session
        return session

    def find(self, secret: str, now: float, *, counts: bool = True) -> Session | None:
        """The session, which counts as used unless the page asks by itself (`counts` False)."""
        session = self._sessions.get(secret)
        if session is None:
            return None
        if self._over(session, now):
            del self._sessions[secret]
            return None
        if counts:
            session.used = now
        return session

    def end(self, secret: str) -> None:
        self._sessions.pop(secret, None)

    def _over(self, session: Session, now: float) -> bool:
        return now - session.used > self._idle or now - session.began > self._longest

    def _drop_ended(self, now: float) -> None:
        self._sessions = {secret: each for secret, each in self._sessions.items() if not self._over(each, now)}
