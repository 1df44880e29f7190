"""Tells calls that their page has gone, and which page of the DN they may go on with.

A call stays with its page, recognised by its identity, as long as that page lives. A page of another identity is
offered to calls that have lost theirs; whether they take it up is their own decision.
"""

from __future__ import annotations

from cordboard.call.call import Call
from cordboard.call.leg import LegState
from cordboard.call.page.presence import PageBack, PageGone
from cordboard.gateway.calls import Calls
from cordboard.gateway.seats import Seats
from cordboard.seat.seat import Page


class PageMoves:
    """Between the seats' pages and the calls."""

    def __init__(self, calls: Calls, seats: Seats) -> None:
        self._calls = calls
        self._seats = seats

    def left(self, dn: str, page: Page) -> None:
        """The connection of a page is gone. What rings waits for it; an established call may go to another page."""
        seat = self._seats.seat(dn)
        other = seat.page if seat else None
        for call in self._calls.of_dn(dn):
            if page.flow not in call.page.flows:
                continue
            self._calls.feed(call, PageGone())
            established = call.page.state is LegState.CONNECTED
            if other is not None and (established or other.identity == call.page.identity):
                self._offer(call, other)

    def arrived(self, dn: str, page: Page) -> None:
        """A page that new calls go to has come, or come back on another connection."""
        for call in self._calls.of_dn(dn):
            own = page.identity == call.page.identity
            if call.page.waits_for_page or (own and call.page.flow != page.flow):
                self._offer(call, page)

    def _offer(self, call: Call, page: Page) -> None:
        own = page.identity == call.page.identity
        self._calls.feed(call, PageBack(page.flow, page.target, own, page.identity))
