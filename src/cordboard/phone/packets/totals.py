"""The figures of many streams in one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cordboard.phone.packets.latency import merge
from cordboard.phone.packets.port import StreamFigures

HEARD = 0.5  # of the sound is the tone


def total(parts: Sequence[StreamFigures]) -> StreamFigures:
    """Sums, the worst gap, the earliest and the latest time, the least tone."""
    tone = min((part.tone for part in parts), default=0.0)
    return StreamFigures(
        sent=sum(part.sent for part in parts),
        unsent=sum(part.unsent for part in parts),
        received=sum(part.received for part in parts),
        lost=sum(part.lost for part in parts),
        late=sum(part.late for part in parts),
        repeated=sum(part.repeated for part in parts),
        refused=sum(part.refused for part in parts),
        foreign=sum(part.foreign for part in parts),
        latency=merge(part.latency for part in parts),
        tone=tone,
        heard=tone > HEARD,
        longest_gap=max((part.longest_gap for part in parts), default=0.0),
        first_sent=_first(part.first_sent for part in parts),
        last_sent=max((part.last_sent for part in parts), default=0.0),
        first_received=_first(part.first_received for part in parts),
        last_received=max((part.last_received for part in parts), default=0.0),
        first_heard=_first(part.first_heard for part in parts),
    )


def _first(times: Iterable[float]) -> float:
    return min((time for time in times if time), default=0.0)
