"""A call that SIP Server asks the agent's phone to make: REFER outside any dialog (reference: SIP Server 2.2).

The gateway does for the page what a phone does by itself: it calls the page, marked as the agent's own call and told
to answer, and once the agent is there it calls the number through SIP Server. What comes of that goes to SIP Server by
NOTIFY. From the moment when the number answers, this is a call like any other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cordboard.call.events import CallEvent, Connect, Disconnect, Fail, Header, Refer, Ring, Try, Update
from cordboard.call.leg import Leg
from cordboard.call.media import Side
from cordboard.call.outputs import crossing_headers, words
from cordboard.call.page.leg import PageLeg
from cordboard.call.succession import Said, said
from cordboard.call.trunk.leg import TrunkLeg
from cordboard.call.trunk.referral import Report, outside_dialog, read_refer, report_of
from cordboard.genesys import dialect
from cordboard.sip.events import Flow
from cordboard.sip.message import Request


@dataclass(frozen=True, slots=True)
class PlaceCall:
    """Call the page, then whom the REFER names; `headers` are those that cross to the page."""

    refer: Refer
    report: Report
    headers: tuple[Header, ...] = ()

    @property
    def response_headers(self) -> tuple[Header, ...]:
        """Of the 202."""
        return () if self.report.wanted else (("Refer-Sub", "false"),)


def read_order(request: Request, key: str, flow: Flow, trunk: TrunkLeg, tag: str) -> PlaceCall:
    """What a REFER outside any dialog asks of the DN that this leg is of; `tag` is ours in the dialog that it makes.

    Raises `ReferRefused`.
    """
    refer = read_refer(request, trunk.hosts)
    report = report_of(request, outside_dialog(request, key, flow, trunk.contact, tag))
    return PlaceCall(refer, report, crossing_headers(request.headers))


class Stage(StrEnum):
    AGENT = "agent"  # the page is being called
    NUMBER = "number"  # SIP Server is being called
    DONE = "done"


@dataclass(slots=True)
class Dialing:
    """The words of both legs until they are connected."""

    page: PageLeg
    trunk: TrunkLeg
    order: PlaceCall
    stage: Stage = Stage.AGENT

    def begin(self) -> list[Said]:
        """Ring the page, which answers by itself."""
        beginning = Try(f"<{self.order.refer.target}>", self.page.dn, self.order.headers, agent_first=True)
        self.trunk.target, self.trunk.invite_headers = self.order.refer.target, self.order.refer.headers
        named = (value for name, value in self.order.headers if name.lower() == dialect.CALL_UUID.lower())
        self.trunk.call_uuid = next(named, "")
        trying = said(self.trunk, self.order.report.tell(100))
        called = [*self.page.tell(beginning), *self.page.tell(words(do="answer"))]
        return [*trying, *said(self.page, called)]

    def heard(self, leg: Leg, word: CallEvent) -> list[Said]:
        """A word of one leg; what is of no interest to the other side yet has no cell."""
        action = HEARD.get((self.stage, leg.side, type(word)))
        return action(self, word) if action else []

    def _answered_by_agent(self, word: Connect) -> list[Said]:
        self.stage = Stage.NUMBER
        return said(self.trunk, self.trunk.tell(Try("", self.order.refer.number)))

    def _not_answered_by_agent(self, word: Fail) -> list[Said]:
        return [*self._over(word.status), *said(self.trunk, self.trunk.tell(Disconnect("the agent did not answer")))]

    def _rings(self, word: Ring) -> list[Said]:
        return said(self.trunk, self.order.report.tell(183 if word.early_media else 180))

    def _answered(self, word: Connect) -> list[Said]:
        named = [Update(call_uuid=self.trunk.call_uuid)] if self.trunk.call_uuid != self.page.call_uuid else []
        told = [output for update in named for output in self.page.tell(update)]
        return [*self._over(200), *said(self.page, told)]

    def _not_answered(self, word: Fail | Disconnect) -> list[Said]:
        status = word.status if isinstance(word, Fail) else 487
        reason = word.headers or (("Reason", f"SIP;cause={status}"),)
        ended = Disconnect(f"refused with {status}", reason)
        return [*self._over(status), *said(self.page, self.page.tell(ended))]

    def _given_up(self, word: Disconnect) -> list[Said]:
        return [*self._over(487), *said(self.trunk, self.trunk.tell(word))]

    def _changed(self, word: Update) -> list[Said]:
        return said(self.trunk, self.trunk.tell(word))

    def _over(self, status: int) -> list[Said]:
        self.stage = Stage.DONE
        return said(self.trunk, self.order.report.tell(status))


HEARD: dict[tuple[Stage, Side, type], Callable[[Dialing, Any], list[Said]]] = {
    (Stage.AGENT, Side.PAGE, Connect): Dialing._answered_by_agent,
    (Stage.AGENT, Side.PAGE, Fail): Dialing._not_answered_by_agent,
    (Stage.NUMBER, Side.TRUNK, Ring): Dialing._rings,
    (Stage.NUMBER, Side.TRUNK, Connect): Dialing._answered,
    (Stage.NUMBER, Side.TRUNK, Fail): Dialing._not_answered,
    (Stage.NUMBER, Side.TRUNK, Disconnect): Dialing._not_answered,
    (Stage.NUMBER, Side.PAGE, Disconnect): Dialing._given_up,
    (Stage.NUMBER, Side.PAGE, Update): Dialing._changed,
}
