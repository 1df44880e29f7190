"""The sessions of a Bayeux server, found by id, owner and browser, and the one that is due first.

Each event and each poll asks for them, with all agents of a site connected: none of the questions goes through all.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator

from cordboard.bayeux.session import Session, State

_Index = dict[str, dict[str, Session]]


class Clients:
    """The sessions that are not gone. `changed` must be told of each whose deadline may have moved."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}
        self._by_owner: _Index = {}
        self._by_browser: _Index = {}
        self._due: list[tuple[float, str]] = []
        self._noted: dict[str, float] = {}  # the earliest time in `_due` of each

    def __len__(self) -> int:
        return len(self._sessions)

    def __iter__(self) -> Iterator[Session]:
        return iter(list(self._sessions.values()))

    def get(self, client: str) -> Session | None:
        return self._sessions.get(client)

    def add(self, session: Session) -> None:
        self._sessions[session.client] = session
        self._by_owner.setdefault(session.owner, {})[session.client] = session
        self._by_browser.setdefault(session.browser, {})[session.client] = session
        self.changed(session)

    def remove(self, session: Session) -> bool:
        """Whether it was there."""
        if self._sessions.pop(session.client, None) is None:
            return False
        self._noted.pop(session.client, None)
        for index, key in ((self._by_owner, session.owner), (self._by_browser, session.browser)):
            del index[key][session.client]
            if not index[key]:
                del index[key]
        return True

    def of(self, owner: str | None) -> list[Session]:
        """Those of a user; all for None."""
        return list(self) if owner is None else list(self._by_owner.get(owner, {}).values())

    def held_beside(self, session: Session) -> int:
        """How many others of its browser hold a poll."""
        others = self._by_browser.get(session.browser, {}).values()
        return sum(one is not session and one.state is State.HELD for one in others)

    def changed(self, session: Session) -> None:
        """Its deadline may be another one; a later one than before is found out when the earlier is reached."""
        noted = self._noted.get(session.client)
        if session.client in self._sessions and (noted is None or session.deadline < noted):
            self._note(session)

    @property
    def deadline(self) -> float | None:
        """The earliest of all."""
        while self._due:
            at, client = self._due[0]
            session = self._sessions.get(client)
            if session is not None and session.deadline == at:
                return at
            heapq.heappop(self._due)
            if session is not None and self._noted[client] == at:
                self._note(session)
        return None

    def _note(self, session: Session) -> None:
        self._noted[session.client] = session.deadline
        heapq.heappush(self._due, (session.deadline, session.client))
