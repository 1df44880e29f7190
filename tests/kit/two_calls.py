"""Two calls of one agent: two call machines on the same two SIP cores, each with its own media."""

from __future__ import annotations

from cordboard.call.call import CallInput, FromSip
from cordboard.call.leg import LegState
from cordboard.call.media import Side
from cordboard.call.page.presence import CallSettings
from cordboard.call.trunk.settings import TrunkSettings
from cordboard.sip import events as sip
from kit.gateway_stack import GatewayStack, InstantEngine, new_call


class TwoCalls(GatewayStack):
    """What comes in a session goes to the call that has it, a new INVITE to the first call that has not begun."""

    def __init__(self, trunk_settings: TrunkSettings | None = None, domain: str = "", process: str = "") -> None:
        super().__init__(trunk_settings=trunk_settings, process=process)
        second = new_call("call-2", CallSettings(), trunk_settings or TrunkSettings())
        self.calls = [(self.call, self.engine), (second, InstantEngine())]
        for call, _ in self.calls:
            call.trunk.domain = domain or call.trunk.domain

    @property
    def engines(self) -> tuple[InstantEngine, InstantEngine]:
        return self.calls[0][1], self.calls[1][1]

    @property
    def idle(self) -> bool:
        cores = self.cores.values()
        return all(call.over for call, _ in self.calls) and all(
            core.sessions == core.transactions == 0 for core in cores
        )

    def feed(self, input: CallInput, now: float) -> None:
        if isinstance(input, sip.Tick):
            for number in range(2):
                self._feed_to(number, input, now)
        else:
            self._feed_to(self._number(input), input, now)

    def _feed_to(self, number: int, input: CallInput, now: float) -> None:
        before = self.call, self.engine
        self.call, self.engine = self.calls[number]
        super().feed(input, now)
        self.call, self.engine = before

    def _number(self, input: CallInput) -> int:
        """The call that this is about; a reply of the media engine is about the one that has just asked."""
        current = next(number for number, (call, _) in enumerate(self.calls) if call is self.call)
        if not isinstance(input, FromSip):
            return current
        replaced = getattr(input.event, "replaces", "")
        place: tuple[Side, str] = (input.side, replaced or getattr(input.event, "session", ""))
        owners = [number for number, (call, _) in enumerate(self.calls) if place in call.sessions]
        idle = [number for number, (call, _) in enumerate(self.calls) if call.trunk.state is LegState.IDLE]
        return next(iter((*owners, *idle, current)))
