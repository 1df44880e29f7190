"""How long packets took: a histogram whose steps grow with the value, so that microseconds and seconds fit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

STEPS = 16  # per doubling: 6 % wide
BUCKETS = 21 * STEPS  # up to 16 s


def bucket(microseconds: int) -> int:
    """The bucket of a value; what is longer than the last one is counted there."""
    if microseconds < STEPS:
        return max(microseconds, 0)
    doublings = microseconds.bit_length() - 5
    return min(doublings * STEPS + (microseconds >> doublings), BUCKETS - 1)


def upper_end(index: int) -> float:
    """The seconds at which a bucket ends."""
    if index < STEPS:
        return (index + 1) / 1e6
    doublings, step = divmod(index, STEPS)
    return ((step + STEPS + 1) << (doublings - 1)) / 1e6


@dataclass(frozen=True, slots=True)
class Latency:
    """Counts by bucket, and the extremes; all times in seconds, 0.0 when nothing was counted."""

    counts: Sequence[int] = ()
    max: float = 0.0

    @property
    def count(self) -> int:
        return sum(self.counts)

    @property
    def p50(self) -> float:
        return self.percentile(50.0)

    @property
    def p99(self) -> float:
        return self.percentile(99.0)

    def percentile(self, share: float) -> float:
        """So many per cent took at most that long; 6 % too much at worst."""
        left = self.count * share / 100.0
        for index, count in enumerate(self.counts):
            left -= count
            if count and left <= 0.0:
                return min(upper_end(index), self.max)
        return 0.0


def merge(parts: Iterable[Latency]) -> Latency:
    """All of them in one."""
    counts = [0] * BUCKETS
    longest = 0.0
    for part in parts:
        longest = max(longest, part.max)
        for index, count in enumerate(part.counts):
            if count:
                counts[index] += count
    return Latency(tuple(counts), longest)
