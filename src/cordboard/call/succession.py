"""Another dialog with SIP Server takes the place of the trunk leg: a REFER that we carry out, an INVITE with Replaces.

Theory of operation. The new dialog is a trunk leg of its own, the *successor*; until it is connected the page hears
only the old one. Both legs speak with the same side of the media engine, so the successor's description is taken in at
the last moment: when it is connected, the media is re-pointed by that, the call swaps its leg and the page's media
goes on. What the successor says meanwhile is for the REFER's subscription.

SIP Server may release the old dialog as soon as it has our 202 (reference: SIP Server 2.5, single-step transfer). Then
the page waits for the successor alone and hears its early media; if that fails the call is over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cordboard.call.events import CallEvent, Connect, Disconnect, Fail, Refer, Ring, Try
from cordboard.call.leg import Leg, LegState
from cordboard.call.outputs import LegOutput, words
from cordboard.call.trunk import calling, ending
from cordboard.call.trunk.leg import TrunkLeg
from cordboard.sip import events as sip

SessionName = str


class Stage(StrEnum):
    NONE = "none"
    REFERRED = "referred"  # the target of a REFER is being called
    REPLACING = "replacing"  # an INVITE with Replaces is being accepted


@dataclass(frozen=True, slots=True)
class Said:
    """What a leg put out."""

    leg: Leg
    output: LegOutput


@dataclass(slots=True)
class Succession:
    """The successor of a call's trunk leg while there is one, and the leg that it replaced until that is over."""

    stage: Stage = Stage.NONE
    successor: TrunkLeg | None = None
    old: TrunkLeg | None = None
    number: str = ""  # that the REFER named
    count: int = 1  # trunk legs so far

    @property
    def legs(self) -> tuple[TrunkLeg, ...]:
        """Those besides the call's trunk leg that are not over."""
        return tuple(leg for leg in (self.successor, self.old) if leg is not None and leg.state is not LegState.ENDED)

    def leg(self, session: SessionName) -> TrunkLeg | None:
        """The leg with that session, if it is one of these."""
        return next((leg for leg in (self.successor, self.old) if leg is not None and leg.session == session), None)

    def refer(self, trunk: TrunkLeg, event: Refer) -> list[Said]:
        """Call whom SIP Server names. One succession at a time: a REFER that meets another is told so."""
        assert trunk.report is not None
        if self.stage is not Stage.NONE:
            return said(trunk, trunk.report.tell(491))
        successor = self._next(trunk)
        successor.target, successor.invite_headers = event.target, event.headers
        successor.plays_early_media = False
        self.stage, self.number = Stage.REFERRED, event.number
        tried = successor.tell(Try("", event.number))
        return [*said(trunk, trunk.report.tell(100)), *said(successor, tried)]

    def replace(self, trunk: TrunkLeg, event: sip.Invited) -> list[Said]:
        """Accept the INVITE for the page, which is in the call already. RFC 3891 section 3."""
        if self.stage is not Stage.NONE or trunk.state not in (LegState.CALLING, LegState.CONNECTED):
            status = 491 if self.stage is not Stage.NONE else 481
            return said(trunk, [trunk.send(sip.Reject(event.session, status))])
        successor = self._next(trunk)
        self.stage = Stage.REPLACING
        invited = successor.handle(event)
        return [*said(successor, invited), *said(successor, successor.answered_by_other_side())]

    def _next(self, trunk: TrunkLeg) -> TrunkLeg:
        self.count += 1
        self.successor = TrunkLeg(
            f"{trunk.session.split('/trunk')[0]}/trunk-{self.count}",
            trunk.contact,
            flow=trunk.flow,
            dn=trunk.dn,
            domain=trunk.domain,
            settings=trunk.settings,
            held=trunk.held,
            unattended=trunk.unattended,
        )
        return self.successor

    # --- what the successor says

    def heard(self, trunk: TrunkLeg, word: CallEvent) -> list[Said]:
        """A word of the successor, which the page does not get."""
        action = HEARD.get((self.stage, type(word)))
        return action(self, trunk, word) if action else []

    def _rings(self, trunk: TrunkLeg, word: Ring) -> list[Said]:
        return said(trunk, trunk.report.tell(183 if word.early_media else 180)) if trunk.report else []

    def _failed(self, trunk: TrunkLeg, word: Fail | Disconnect) -> list[Said]:
        """The old dialog goes on, if it has not been released."""
        status = word.status if isinstance(word, Fail) else 487
        self.stage, self.successor = Stage.NONE, None
        if trunk.state is LegState.ENDED:
            return [Said(trunk, Disconnect(f"no other dialog: {status}", word.headers))]
        return said(trunk, trunk.report.tell(status)) if trunk.report else []

    def released(self) -> list[Said]:
        """SIP Server has ended the old dialog before the new one is there: what that plays is to be heard."""
        assert self.successor is not None
        self.successor.plays_early_media = True
        return said(self.successor, calling.listen(self.successor))

    # --- the swap

    @property
    def ready(self) -> bool:
        """The successor is connected; one that we called has its answer taken in, too."""
        leg = self.successor
        if leg is None or leg.state is not LegState.CONNECTED:
            return False
        return self.stage is Stage.REPLACING or leg.settled

    def swap(self, trunk: TrunkLeg) -> tuple[TrunkLeg, list[Said]]:
        """The successor in the place of `trunk`, and what both say to that."""
        assert self.successor is not None
        successor, referred = self.successor, self.stage is Stage.REFERRED
        before = [Said(leg, output) for leg in self.legs[1:] for output in leg.tell(Disconnect("replaced"))]
        self.old, self.successor, self.stage = trunk, None, Stage.NONE
        taken_over = self._taken_over(trunk, successor, referred)
        return successor, [*before, *self._given_way(trunk, referred), *taken_over]

    def _given_way(self, trunk: TrunkLeg, referred: bool) -> list[Said]:
        report = trunk.report if referred and trunk.state is LegState.CONNECTED else None
        reported = report.tell(200) if report is not None else []
        return said(trunk, [*reported, *ending.give_way(trunk, reports=bool(reported))])

    def _taken_over(self, trunk: TrunkLeg, successor: TrunkLeg, referred: bool) -> list[Said]:
        """The page is told as of a call that goes on; where it only rang at the far end, that it is connected."""
        early = trunk.state is LegState.CALLING
        connected: list[LegOutput] = [Connect(calling.identity(successor))] if early else []
        told = [words(call={"transferred": self.number})] if referred else []
        return said(successor, [*connected, *successor.take_over(trunk), *told])


def said(leg: Leg, outputs: list[LegOutput]) -> list[Said]:
    """Note whose outputs these are."""
    return [Said(leg, output) for output in outputs]


HEARD: dict[tuple[Stage, type], Callable[[Succession, TrunkLeg, Any], list[Said]]] = {
    (Stage.REFERRED, Ring): Succession._rings,
    (Stage.REFERRED, Fail): Succession._failed,
    (Stage.REFERRED, Disconnect): Succession._failed,
    (Stage.REPLACING, Disconnect): Succession._failed,
}
