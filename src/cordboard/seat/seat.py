"""The one truth about a DN: which pages it has, whether SIP Server can reach it, and for how long after its page left.

Theory of operation. A DN is registered at SIP Server while it has a page, and `page_gone_seconds` longer: a reload or
a lost connection must not wipe the binding, because a de-REGISTER that crosses a new REGISTER deletes the new one
(reference: SIP Server 1.3 rule 4). The newest page of a DN gets its new calls; an older one is told and keeps the
calls it has.

A page that is there but cannot take calls, frozen or without its microphone (`proof`), makes the DN unreachable: by
choice it is de-registered until the page is of use again, or stays registered and refuses its calls at once.

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
    UNREACHABLE = "unreachable"  # a page that cannot take calls
    LEAVING = "leaving"  # no page, still registered if it was


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
    """A page's connection closed or it took its registration back; `for_good`: its agent has signed out."""

    flow: Flow
    for_good: bool = False


@dataclass(frozen=True, slots=True)
class PageExpected:
    """A page was there before this process was, and has a call: it will come back."""


@dataclass(frozen=True, slots=True)
class PageUsable:
    """A page can take calls again."""

    flow: Flow


@dataclass(frozen=True, slots=True)
class PageUnusable:
    """A page cannot take calls; `why` is a word for the log."""

    flow: Flow
    why: str


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


@dataclass(frozen=True, slots=True)
class Reachable:
    """The DN can be called again although its page could not."""


@dataclass(frozen=True, slots=True)
class Unreachable:
    """The DN has a page that cannot take calls."""

    why: str


SeatInput = PageRegistered | PageRemoved | PageExpected | PageUsable | PageUnusable | Tick
SeatOutput = StartRegistration | StopRegistration | TakenOver | PageLeft | PageArrived | Reachable | Unreachable


@dataclass(slots=True)
class Seat:
    """One DN. `page` is the page that new calls go to, None while there is none; calls may be sent there while the
    seat is `reachable`.

    `deregisters`: an unreachable DN is taken back at SIP Server; else it stays registered.
    """

    dn: str
    page_gone_seconds: float = 30.0
    deregisters: bool = False
    state: SeatState = SeatState.ABSENT
    deadline: float | None = None
    pages: list[Page] = field(default_factory=list)
    _known: str = ""  # identity of the page that was here last
    _unusable: dict[Flow, str] = field(default_factory=dict)  # pages that cannot take calls, and why
    _registered: bool = False  # what was asked for last

    @property
    def page(self) -> Page | None:
        return self.pages[-1] if self.pages else None

    @property
    def reachable(self) -> bool:
        return self.state is SeatState.PRESENT

    @property
    def why(self) -> str:
        """Why its page cannot take calls, empty where it can or there is none."""
        return self._unusable.get(self.page.flow, "") if self.page else ""

    @property
    def wants_registration(self) -> bool:
        """Whether the DN is to be registered at SIP Server."""
        return self._registered

    def handle(self, input: SeatInput, now: float) -> list[SeatOutput]:
        action = TABLE.get((self.state, type(input)))
        return action(self, input, now) if action else []

    def _first(self, input: PageRegistered, now: float) -> list[SeatOutput]:
        self.state, self.deadline = SeatState.PRESENT, None
        return [*self._register(), *self._arrives(input.page)]

    def _another(self, input: PageRegistered, now: float) -> list[SeatOutput]:
        page = input.page
        for index, known in enumerate(self.pages):
            if known.flow == page.flow:
                self.pages[index] = page  # a refresh, perhaps with another contact
                return []
        replaced = [known for known in self.pages if known.identity == page.identity]
        older = [TakenOver(known) for known in self.pages[-1:] if known.identity != page.identity]
        self.pages = [known for known in self.pages if known.identity != page.identity]
        for known in replaced:  # the same page must prove itself on its new connection, another is taken at its word
            if known.flow in self._unusable:
                self._unusable[page.flow] = self._unusable.pop(known.flow)
        left: list[SeatOutput] = [PageLeft(known) for known in replaced]
        return [*left, *older, *self._arrives(page), *self._settle()]

    def _arrives(self, page: Page) -> list[SeatOutput]:
        same = page.identity == self._known
        self._known = page.identity
        self.pages.append(page)
        return [PageArrived(page, same)]

    def _removed(self, input: PageRemoved, now: float) -> list[SeatOutput]:
        gone = [page for page in self.pages if page.flow == input.flow]
        self.pages = [page for page in self.pages if page.flow != input.flow]
        self._unusable.pop(input.flow, None)
        left: list[SeatOutput] = [PageLeft(page) for page in gone]
        if self.pages:
            return [*left, *self._settle()]
        if input.for_good:
            self.state, self.deadline = SeatState.ABSENT, None
            return [*left, *self._unregister()]
        self.state, self.deadline = SeatState.LEAVING, now + self.page_gone_seconds
        return left

    def _expected(self, input: PageExpected, now: float) -> list[SeatOutput]:
        self.state, self.deadline = SeatState.LEAVING, now + self.page_gone_seconds
        return self._register()

    def _not_back(self, input: Tick, now: float) -> list[SeatOutput]:
        if self.deadline is None or now < self.deadline:
            return []
        self.state, self.deadline = SeatState.ABSENT, None
        return self._unregister()

    def _cannot(self, input: PageUnusable, now: float) -> list[SeatOutput]:
        if all(page.flow != input.flow for page in self.pages):
            return []
        self._unusable[input.flow] = input.why
        return self._settle()

    def _can(self, input: PageUsable, now: float) -> list[SeatOutput]:
        self._unusable.pop(input.flow, None)
        return self._settle()

    def _settle(self) -> list[SeatOutput]:
        """Reachable is what the page is that new calls go to."""
        assert self.page is not None
        why, before = self._unusable.get(self.page.flow), self.state
        self.state = SeatState.PRESENT if why is None else SeatState.UNREACHABLE
        if self.state is before:
            return []
        if why is None:
            return [Reachable(), *self._register()]
        return [Unreachable(why), *(self._unregister() if self.deregisters else [])]

    def _register(self) -> list[SeatOutput]:
        wanted, self._registered = not self._registered, True
        return [StartRegistration()] if wanted else []

    def _unregister(self) -> list[SeatOutput]:
        wanted, self._registered = self._registered, False
        return [StopRegistration()] if wanted else []


TABLE: dict[tuple[SeatState, type], Callable[[Seat, Any, float], list[SeatOutput]]] = {
    (SeatState.ABSENT, PageRegistered): Seat._first,
    (SeatState.ABSENT, PageExpected): Seat._expected,
    (SeatState.PRESENT, PageRegistered): Seat._another,
    (SeatState.PRESENT, PageRemoved): Seat._removed,
    (SeatState.PRESENT, PageUnusable): Seat._cannot,
    (SeatState.PRESENT, PageUsable): Seat._can,
    (SeatState.UNREACHABLE, PageRegistered): Seat._another,
    (SeatState.UNREACHABLE, PageRemoved): Seat._removed,
    (SeatState.UNREACHABLE, PageUnusable): Seat._cannot,
    (SeatState.UNREACHABLE, PageUsable): Seat._can,
    (SeatState.LEAVING, PageRegistered): Seat._first,
    (SeatState.LEAVING, Tick): Seat._not_back,
}
