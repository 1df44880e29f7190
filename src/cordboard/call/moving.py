"""The call's media is carried on elsewhere: both sides are told where, at once.

Theory of operation. A media worker (or daemon) has died. Its successor has the call's name and nothing else, so it is
told first what each side has said of itself last, as if that were an offer, and whether the trunk is held; then each
leg does what its state asks for. A connected one offers anew; an answer that has not been sent is made anew; who rings
goes on ringing and is offered the new place when it has answered. What a peer answers to an offer of the old place
tells what it can, and nothing more.

A peer that refuses, or does not take the new place within `TAKEN_WITHIN`, would be left with a silent line: the call
ends. A page that is away is no such peer, it has its own time. One that takes the offer and keeps its old DTLS
association all the same, as Firefox does, is called anew (`presence.resume`); so is one that was in the midst of a
handshake with the old place, and finds another certificate.
"""

from __future__ import annotations

from dataclasses import dataclass

from cordboard.call.leg import LegState
from cordboard.call.media import MediaMoved, MediaRequest, Verb
from cordboard.call.page import presence
from cordboard.call.page.leg import PageLeg
from cordboard.call.succession import Said, said
from cordboard.call.trunk.leg import TrunkLeg

TAKEN_WITHIN = 32.0  # as long as an INVITE without any response is tried (RFC 3261 section 17.1.1.2, timer B)
CONNECTED_WITHIN = 3.0  # seconds after the page's answer
OFFERED = (LegState.CALLED, LegState.ANSWERING)
TOLD_BY_OFFER = (LegState.CALLING, LegState.CONNECTED, LegState.RECALLING)


@dataclass(slots=True)
class Moving:
    """`taken_by` is set while a side that is connected does not know the new place, `expects_page` while the page's
    media has not come there, `connected_by` from when the page has said that it would.
    """

    taken_by: float | None = None
    connected_by: float | None = None
    expects_page: bool = False

    @property
    def deadline(self) -> float | None:
        return min((time for time in (self.taken_by, self.connected_by) if time is not None), default=None)

    def begin(self, page: PageLeg, trunks: tuple[TrunkLeg, ...], event: MediaMoved, now: float) -> list[Said]:
        """What there is to ask and to say; the first of `trunks` is the call's."""
        self.taken_by = self.connected_by = None
        self.expects_page = page.state in TOLD_BY_OFFER
        told = [each for leg in (trunks[0], page) for each in said(leg, leg.describe_again())]
        if trunks[0].held:
            told += said(trunks[0], [MediaRequest(Verb.HOLD_TRUNK)])
        moved = [*(said(leg, leg.handle(event)) for leg in trunks), said(page, page.handle(event, now))]
        if page.state in OFFERED:  # what the page offers says what SIP Server can be offered
            moved.reverse()
        return [*told, *(each for part in moved for each in part)]

    def connected(self) -> None:
        """The page's media has come."""
        self.expects_page, self.connected_by = False, None

    def watch(self, page: PageLeg, trunks: tuple[TrunkLeg, ...], now: float) -> None:
        """Something has happened in the call."""
        if not any(leg.misplaced and leg.is_there for leg in (page, *trunks)):
            self.taken_by = None
        elif self.taken_by is None:
            self.taken_by = now + TAKEN_WITHIN
        if not self.expects_page or not page.is_there or page.misplaced or page.reinviting:
            self.connected_by = None
        elif self.connected_by is None:
            self.connected_by = now + CONNECTED_WITHIN

    def is_late(self, now: float) -> bool:
        """A side has not taken the new place."""
        return self.taken_by is not None and now >= self.taken_by

    def call_page(self, page: PageLeg, now: float) -> list[Said]:
        """Call the page anew, if it has said that it takes the new place and did not come."""
        if self.connected_by is None or now < self.connected_by:
            return []
        return self._call(page, now)

    def failed(self, page: PageLeg, now: float) -> list[Said]:
        """The same at once: its handshake was with the old place."""
        return self._call(page, now) if self.expects_page and page.is_there else []

    def _call(self, page: PageLeg, now: float) -> list[Said]:
        self.connected()
        return said(page, presence.called_anew(page, now))
