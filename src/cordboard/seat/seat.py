"""The one truth about a DN: which pages it has, whether SIP Server can reach it, and for how long after its page left.

Theory of operation. A DN is registered at SIP Server while it has a page, and `page_gone_seconds` longer: a reload or
a lost connection must not wipe the binding, because a de-REGISTER that crosses a new REGISTER deletes the new one
(reference: SIP Server 1.3 rule 4). The newest page of a DN gets its new calls; an older one is told and keeps the
calls it has.

`handle(input, now) -> list[Output]` and `deadline`; seconds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from cordboard.sip.events import Flow


class SeatState(StrEnum):
    ABSENT = "absent"  # no page, not registered at SIP Server
    PRESENT = "present"  # a page, registered or registering
    LEAVING = "leaving"  # no page, still registered


@dataclass(frozen=True, slots=True)
class Page:
    """One softphone of a DN: its connection, the URI it registered, and what it is recognised by on another
    connection."""

    flow: Flow
    target: str
    identity: str  # the Call-ID of its REGISTER, which lives as long as the page


# --- inputs


@dataclass(frozen=True, slots=True)
class PageRegistered:
    """A page registered or refreshed its registration."""

    page: Page


@dataclass(frozen=True, slots=True)
class PageRemoved:
    """A page's connection closed or it took its registration back."""

    flow: Flow


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has come to `now`."""


# --- outputs


@dataclass(frozen=True, slots=True)
class StartRegistration:
    """Register the DN at SIP Server."""


@dataclass(frozen=True, slots=True)
class StopRegistration:
    """Take the DN's registration back."""


@dataclass(frozen=True, slots=True)
class TakenOver:
    """`page` is no longer the one that new calls go to."""

    page: Page


@dataclass(frozen=True, slots=True)
class PageLeft:
    """The connection of a page is gone; its calls are to be told."""

    page: Page


@dataclass(frozen=True, slots=True)
class PageArrived:
    """The page that new calls go to; `same` if it was known and came on a new connection."""

    page: Page
    same: bool


SeatInput = PageRegistered | PageRemoved | Tick
SeatOutput = StartRegistration | StopRegistration | TakenOver | PageLeft | PageArrived


@dataclass(slots=True)
class Seat:
    """One DN. `page` is the page that new calls go to, None while there is none."""

    dn: str
    page_gone_seconds: float = 30.0
    state: SeatState = SeatState.ABSENT
    deadline: float | None = None
    pages: list[Page] = field(default_factory=list)
    _known: str = ""  # identity of the page that was here last

    @property
    def page(self) -> Page | None:
        return self.pages[-1] if self.pages else None

    def handle(self, input: SeatInput, now: float) -> list[SeatOutput]:
        action = TABLE.get((self.state, type(input)))
        return action(self, input, now) if action else []

    def _first(self, input: PageRegistered, now: float) -> list[SeatOutput]:
        self.state, self.deadline = SeatState.PRESENT, None
        return [StartRegistration(), *self._arrives(input.page)]

    def _returns(self, input: PageRegistered, now: float) -> list[SeatOutput]:
        self.state, self.deadline = SeatState.PRESENT, None
        return self._arrives(input.page)

    def _another(self, input: PageRegistered, now: float) -> list[SeatOutput]:
        page = input.page
        for index, known in enumerate(self.pages):
            if known.flow == page.flow:
                self.pages[index] = page  # a refresh, perhaps with another contact
                return []
        replaced = [known for known in self.pages if known.identity == page.identity]
        older = [TakenOver(known) for known in self.pages[-1:] if known.identity != page.identity]
        self.pages = [known for known in self.pages if known.identity != page.identity]
        left: list[SeatOutput] = [PageLeft(known) for known in replaced]
        return [*left, *older, *self._arrives(page)]

    def _arrives(self, page: Page) -> list[SeatOutput]:
        same = page.identity == self._known
        self._known = page.identity
        self.pages.append(page)
        return [PageArrived(page, same)]

    def _removed(self, input: PageRemoved, now: float) -> list[SeatOutput]:
        gone = [page for page in self.pages if page.flow == input.flow]
        self.pages = [page for page in self.pages if page.flow != input.flow]
        if gone and not self.pages:
            self.state, self.deadline = SeatState.LEAVING, now + self.page_gone_seconds
        return [PageLeft(page) for page in gone]

    def _not_back(self, input: Tick, now: float) -> list[SeatOutput]:
        if self.deadline is None or now < self.deadline:
            return []
        self.state, self.deadline = SeatState.ABSENT, None
        return [StopRegistration()]


TABLE: dict[tuple[SeatState, type], Callable[[Seat, Any, float], list[SeatOutput]]] = {
    (SeatState.ABSENT, PageRegistered): Seat._first,
    (SeatState.PRESENT, PageRegistered): Seat._another,
    (SeatState.PRESENT, PageRemoved): Seat._removed,
    (SeatState.LEAVING, PageRegistered): Seat._returns,
    (SeatState.LEAVING, Tick): Seat._not_back,
}
