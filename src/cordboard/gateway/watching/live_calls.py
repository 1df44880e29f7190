"""The calls in progress with the media engine's figures of them, which are some seconds old at most.

The engine is asked for few calls at once, those first whose figures are the oldest: looking at a full gateway must not
load it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from cordboard.call.call import Call
from cordboard.gateway.calls import Calls
from cordboard.gateway.history.history import CallHistory
from cordboard.gateway.seat_port import state_of
from cordboard.media.port import CallStatistics, MediaEngine, MediaError, StreamStatistics
from cordboard.media.quality import loss
from cordboard.net.tasks import Tasks
from cordboard.observe import Private
from cordboard.seat.admin_port import CallRow, Heard

FRESH = 1.5  # seconds that figures are good for
AT_ONCE = 50  # calls that the engine is asked for at a time


@dataclass(slots=True)
class _Figures:
    asked: float
    statistics: CallStatistics | None = None


class LiveCalls:
    """`rows` gives what is known and has the rest asked for."""

    def __init__(self, calls: Calls, history: CallHistory, engine: MediaEngine, tasks: Tasks) -> None:
        self._calls = calls
        self._history = history
        self._engine = engine
        self._tasks = tasks
        self._loop = asyncio.get_running_loop()
        self._figures: dict[str, _Figures] = {}
        self._asking = False

    def rows(self) -> list[CallRow]:
        """The calls as they are now, in the order in which they began."""
        calls = [call for call in self._calls if not call.over]
        self._ask_for(calls)
        return [self._row(call) for call in calls]

    def _row(self, call: Call) -> CallRow:
        story = self._history.story(call.name)
        known = self._figures.get(call.name)
        figures = known.statistics if known else None
        return CallRow(
            call=call.name,
            call_uuid=call.trunk.call_uuid,
            dn=call.page.dn,
            far=str(Private(story.far_number)) if story and story.far_number else "",
            made_by=story.made_by if story else "",
            state=state_of(call),
            begun=round(story.begun, 3) if story else 0.0,
            answered=round(story.epoch(story.answered_at), 3) if story and story.answered_at else 0.0,
            page_away=call.page.waits_for_page,
            from_page=_heard(figures.page) if figures else Heard(),
            from_trunk=_heard(figures.trunk) if figures else Heard(),
        )

    def _ask_for(self, calls: list[Call]) -> None:
        self._figures = {name: each for name, each in self._figures.items() if name in self._calls}
        if self._asking:
            return
        now = self._loop.time()
        for call in calls:
            self._figures.setdefault(call.name, _Figures(-FRESH))
        old = sorted((each.asked, name) for name, each in self._figures.items() if now - each.asked >= FRESH)
        if wanted := [name for _, name in old[:AT_ONCE]]:
            self._asking = True
            self._tasks.start(self._ask(wanted), "figures of calls")

    async def _ask(self, names: list[str]) -> None:
        try:
            for name in names:
                if (figures := self._figures.get(name)) is None:
                    continue
                figures.asked = self._loop.time()
                try:
                    figures.statistics = await self._engine.stats(name)
                except MediaError:
                    figures.statistics = None  # it has no media yet, or has lost it
        finally:
            self._asking = False


def _heard(side: StreamStatistics) -> Heard:
    return Heard(side.mos, loss(side), side.jitter, side.round_trip, side.codec, side.packets_received)
