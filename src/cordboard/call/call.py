"""A call: two legs that tell each other what happened, and one place where everything leaves.

`Call.handle(input, now) -> list[Output]`. Words of one leg go to the other until nobody has anything more to say;
commands for the SIP cores and requests to the media engine come out in order. When both legs are over the media is
closed and `CallEnded` is put out, once. A call knows nothing of other calls: the gateway gives each its own error
boundary.

For a while the call can have further dialogs with SIP Server (`succession`), or a beginning of its own (`dialing`);
their words go there first. All trunk legs use the engine's one trunk side; its replies come in the order of the
requests, so `_asked` knows whose each is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from cordboard.call.dialing import Dialing, PlaceCall, Stage
from cordboard.call.events import CallEnded, CallEvent, Disconnect, Fail, Refer
from cordboard.call.leg import Leg, LegState
from cordboard.call.media import MediaConnected, MediaLost, MediaMoved, MediaReply, MediaRequest, Side, Verb
from cordboard.call.moving import Moving
from cordboard.call.outputs import ToSip
from cordboard.call.page.leg import PageInput, PageLeg
from cordboard.call.page.presence import PageBack, PageGone
from cordboard.call.succession import Said, Succession, said
from cordboard.call.trunk.leg import TrunkLeg
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


MediaInput = MediaReply | MediaConnected | MediaMoved | MediaLost
CallInput = FromSip | MediaInput | PageGone | PageBack | PlaceCall | EndCall | sip.Tick
CallOutput = ToSip | MediaRequest | CallEnded


@dataclass(slots=True)
class Call:
    """One call of one DN. `name` is unique over restarts; it names the call at the media engine too."""

    name: str
    page: PageLeg
    trunk: TrunkLeg
    answered: bool = False
    over: bool = False
    succession: Succession = field(default_factory=Succession)
    dialing: Dialing | None = None
    moving: Moving = field(default_factory=Moving)
    _cause: str = field(default="")
    _asked: deque[TrunkLeg] = field(default_factory=deque)

    @property
    def deadline(self) -> float | None:
        times = (self.page.deadline, self.moving.deadline)
        return None if self.over else min((time for time in times if time is not None), default=None)

    @property
    def sessions(self) -> tuple[tuple[Side, str], ...]:
        """The SIP sessions of this call as they are named now."""
        trunks = (self.trunk, *self.succession.legs)
        return ((Side.PAGE, self.page.session), *((Side.TRUNK, leg.session) for leg in trunks))

    def handle(self, input: CallInput, now: float) -> list[CallOutput]:
        if self.over:
            return []
        outputs = self._settle(self._dispatch(input, now))
        self.moving.watch(self.page, (self.trunk, *self.succession.legs), now)
        return outputs + self._closing()

    def _dispatch(self, input: CallInput, now: float) -> Iterable[Said]:
        match input:
            case FromSip():
                return self._from_server(input.event) if input.side is Side.TRUNK else self._from_page(input.event, now)
            case MediaReply():
                return self._media_replied(input, now)
            case MediaConnected():
                self.moving.connected()
                return []
            case MediaMoved():
                self._asked.clear()
                return self.moving.begin(self.page, (self.trunk, *self.succession.legs), input, now)
            case sip.Tick() if self.moving.is_late(now):
                return self._end_both("media moved in vain: a side did not take the new place in time", 500)
            case sip.Tick() if called := self.moving.call_page(self.page, now):
                return called
            case MediaLost(failed=True) if called := self.moving.failed(self.page, now):
                return called
            case MediaLost(why, silent):
                # A page that is gone for longer than ICE waits: the call waits longer still.
                return [] if silent and self.page.waits_for_page else self._end_both(why, 500)
            case EndCall(why, status):
                return self._end_both(why, status)
            case PlaceCall():
                self.dialing = Dialing(self.page, self.trunk, input)
                return self.dialing.begin()
        return self._from_page(input, now)

    def _from_page(self, event: PageInput, now: float) -> Iterable[Said]:
        return said(self.page, self.page.handle(event, now))

    def _from_server(self, event: sip.Output) -> Iterable[Said]:
        if isinstance(event, sip.Invited) and self.trunk.state is not LegState.IDLE:
            return self.succession.replace(self.trunk, event)
        session = getattr(event, "session", "")
        own = self.trunk.state is LegState.IDLE or session == self.trunk.session
        leg = self.trunk if own else self.succession.leg(session)
        return said(leg, leg.handle(event)) if leg is not None else []

    def _media_replied(self, reply: MediaReply, now: float) -> Iterable[Said]:
        if reply.verb.side is Side.PAGE:
            return self._from_page(reply, now)
        leg = self._asked.popleft() if self._asked else self.trunk
        return said(leg, leg.handle(reply))

    def _end_both(self, why: str, status: int) -> list[Said]:
        """Tell each leg in the other's name; a leg that still rings refuses with `status`."""
        self._cause = why
        results: list[Said] = []
        for leg in (self.page, self.trunk, *self.succession.legs):
            results += said(leg, leg.tell(Fail(status) if leg.state is LegState.CALLED else Disconnect(why)))
        return results

    # --- who hears what

    def _settle(self, results: Iterable[Said]) -> list[CallOutput]:
        outputs = self._spread(results)
        while self.succession.ready:
            self.trunk, results = self.succession.swap(self.trunk)
            outputs += self._spread(results)
        return outputs

    def _spread(self, results: Iterable[Said]) -> list[CallOutput]:
        outputs: list[CallOutput] = []
        waiting = deque(results)
        while waiting:
            each = waiting.popleft()
            if isinstance(each.output, ToSip | MediaRequest):
                outputs.append(each.output)
                self._note_request(each.leg, each.output)
            else:
                waiting.extend(self._pass(each.leg, each.output))
        return outputs

    def _note_request(self, leg: Leg, output: ToSip | MediaRequest) -> None:
        if isinstance(output, MediaRequest) and isinstance(leg, TrunkLeg):
            self._asked.append(leg)

    def _pass(self, leg: Leg, word: CallEvent) -> Iterable[Said]:
        """Who hears a word of this leg, and what that brings."""
        if leg is self.succession.successor:
            return self.succession.heard(self.trunk, word)
        if leg is not self.page and leg is not self.trunk:
            return []
        if isinstance(word, Refer):
            return self.succession.refer(self.trunk, word)
        if isinstance(word, Disconnect) and leg is self.trunk and self.succession.successor is not None:
            return self.succession.released()
        self._note_cause(word)
        if self.dialing is not None and self.dialing.stage is not Stage.DONE:
            return self.dialing.heard(leg, word)
        if leg is self.trunk:
            return said(self.page, self.page.tell(word))
        return said(self.trunk, self.trunk.tell(word))

    def _note_cause(self, word: CallEvent) -> None:
        if isinstance(word, Disconnect | Fail) and not self._cause:
            self._cause = word.cause if isinstance(word, Disconnect) else f"refused with {word.status}"

    def _closing(self) -> list[CallOutput]:
        states = {self.page.state, self.trunk.state}
        self.answered = self.answered or states == {LegState.CONNECTED}
        if states != {LegState.ENDED}:
            return []
        self.over = True
        return [*self._wind_up(), MediaRequest(Verb.CLOSE), CallEnded(self._cause, self.answered)]

    def _wind_up(self) -> list[CallOutput]:
        """End what is left of other dialogs with SIP Server."""
        left = [Said(leg, output) for leg in self.succession.legs for output in leg.tell(Disconnect(self._cause))]
        if self.dialing is not None:
            left += said(self.trunk, self.dialing.order.report.tell(487))
        return [each.output for each in left if isinstance(each.output, ToSip)]
