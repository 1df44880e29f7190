"""A call: two legs that tell each other what happened, and one place where everything leaves.

`Call.handle(input, now) -> list[Output]`. Words of one leg go to the other until nobody has anything more to say;
commands for the SIP cores and requests to the media engine come out in order. When both legs are over the media is
closed and `CallEnded` is put out, once. A call knows nothing of other calls: the gateway gives each its own error
boundary.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from cordboard.call.events import CallEnded, Disconnect, Fail
from cordboard.call.leg import LegState
from cordboard.call.media import MediaLost, MediaReply, MediaRequest, Side, Verb
from cordboard.call.outputs import LegOutput, ToSip
from cordboard.call.page_leg import PageBack, PageGone, PageLeg
from cordboard.call.trunk_leg import TrunkLeg
from cordboard.sip import events as sip


@dataclass(frozen=True, slots=True)
class FromSip:
    """An output of the SIP core of that side, about this call's session."""

    side: Side
    event: sip.Output


@dataclass(frozen=True, slots=True)
class EndCall:
    """End the call from inside the gateway: it is broken, or the gateway stops."""

    why: str
    status: int = 500


CallInput = FromSip | MediaReply | MediaLost | PageGone | PageBack | EndCall | sip.Tick
CallOutput = ToSip | MediaRequest | CallEnded


@dataclass(slots=True)
class Call:
    """One call of one DN. `name` is unique over restarts; it names the call at the media engine too."""

    name: str
    page: PageLeg
    trunk: TrunkLeg
    answered: bool = False
    over: bool = False
    _cause: str = field(default="")

    @property
    def deadline(self) -> float | None:
        return None if self.over else self.page.deadline

    @property
    def sessions(self) -> tuple[tuple[Side, str], tuple[Side, str]]:
        """The SIP sessions of this call as they are named now."""
        return ((Side.PAGE, self.page.session), (Side.TRUNK, self.trunk.session))

    def handle(self, input: CallInput, now: float) -> list[CallOutput]:
        if self.over:
            return []
        outputs = self._settle(self._dispatch(input, now))
        return outputs + self._closing()

    def _dispatch(self, input: CallInput, now: float) -> Iterable[tuple[Side, LegOutput]]:
        if isinstance(input, FromSip):
            if input.side is Side.PAGE:
                return tag(Side.PAGE, self.page.handle(input.event, now))
            return tag(Side.TRUNK, self.trunk.handle(input.event))
        if isinstance(input, MediaReply):
            if input.verb.side is Side.PAGE:
                return tag(Side.PAGE, self.page.handle(input, now))
            return tag(Side.TRUNK, self.trunk.handle(input))
        if isinstance(input, MediaLost):
            return self._end_both(input.why, 500)
        if isinstance(input, EndCall):
            return self._end_both(input.why, input.status)
        return tag(Side.PAGE, self.page.handle(input, now))

    def _end_both(self, why: str, status: int) -> list[tuple[Side, LegOutput]]:
        """Tell each leg in the other's name; a leg that still rings refuses with `status`."""
        self._cause = why
        outputs: list[tuple[Side, LegOutput]] = []
        for side, leg in ((Side.PAGE, self.page), (Side.TRUNK, self.trunk)):
            event = Fail(status) if leg.state is LegState.CALLED else Disconnect(why)
            outputs += tag(side, leg.tell(event))
        return outputs

    def _settle(self, results: Iterable[tuple[Side, LegOutput]]) -> list[CallOutput]:
        outputs: list[CallOutput] = []
        waiting = deque(results)
        while waiting:
            side, result = waiting.popleft()
            if isinstance(result, ToSip | MediaRequest):
                outputs.append(result)
                continue
            if isinstance(result, Disconnect | Fail) and not self._cause:
                self._cause = result.cause if isinstance(result, Disconnect) else f"refused with {result.status}"
            told = self.trunk.tell(result) if side is Side.PAGE else self.page.tell(result)
            waiting.extend(tag(side.other, told))
        return outputs

    def _closing(self) -> list[CallOutput]:
        states = {self.page.state, self.trunk.state}
        self.answered = self.answered or states == {LegState.CONNECTED}
        if states != {LegState.ENDED}:
            return []
        self.over = True
        return [MediaRequest(Verb.CLOSE), CallEnded(self._cause, self.answered)]


def tag(side: Side, results: Iterable[LegOutput]) -> list[tuple[Side, LegOutput]]:
    """Note whose results these are."""
    return [(side, result) for result in results]
