"""A media engine that only writes descriptions down: for tests of signalling with real sockets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from cordboard.media.port import (
    CallStatistics,
    Direction,
    EngineHealth,
    ListedCall,
    MediaEvent,
    Side,
    StreamStatistics,
)
from kit.gateway_stack import description

NOTHING_HEARD = CallStatistics(StreamStatistics(), StreamStatistics())


@dataclass(slots=True)
class PaperEngine:
    """Implements `MediaEngine`; `open` holds the calls that were named and not closed."""

    open: set[str] = field(default_factory=set)
    done: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)  # snapshots
    listeners: list[Callable[[MediaEvent], None]] = field(default_factory=list)
    statistics: CallStatistics = NOTHING_HEARD

    def _do(self, call: str, verb: str) -> str:
        self.open.add(call)
        self.done.append(verb)
        return description(verb)

    async def page_offer(self, call: str) -> str:
        return self._do(call, "page_offer")

    async def page_answer(self, call: str) -> str:
        return self._do(call, "page_answer")

    async def trunk_offer(self, call: str) -> str:
        return self._do(call, "trunk_offer")

    async def trunk_answer(self, call: str) -> str:
        return self._do(call, "trunk_answer")

    async def take_page_offer(self, call: str, sdp: str) -> bool:
        self._do(call, "take_page_offer")
        return False

    async def take_page_answer(self, call: str, sdp: str) -> bool:
        self._do(call, "take_page_answer")
        return False

    async def take_trunk_offer(self, call: str, sdp: str) -> bool:
        self._do(call, "take_trunk_offer")
        return False

    async def take_trunk_answer(self, call: str, sdp: str) -> bool:
        self._do(call, "take_trunk_answer")
        return False

    async def renew_page(self, call: str) -> None:
        self._do(call, "renew_page")

    async def direction(self, call: str, side: Side, direction: Direction) -> None:
        self._do(call, f"{side} {direction}")

    async def snapshot(self, call: str, text: str) -> None:
        self._do(call, "snapshot")
        self.texts[call] = text

    async def stats(self, call: str) -> CallStatistics:
        return self.statistics

    async def list(self) -> list[ListedCall]:
        return [ListedCall(call, self.texts.get(call, "")) for call in self.open]

    async def close(self, call: str) -> None:
        self.open.discard(call)

    async def health(self) -> EngineHealth:
        return EngineHealth(True, len(self.open), 1)

    def on_event(self, listener: Callable[[MediaEvent], None]) -> None:
        self.listeners.append(listener)

    async def shutdown(self) -> None:
        self.open.clear()
