"""Whether a figure that was sampled for a while stays flat."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

Sample = tuple[float, float]  # seconds, value
MOST_PAIRS = 200  # samples that the slope is taken from; more are thinned out


@dataclass(frozen=True, slots=True)
class Flat:
    """How much a figure may grow over the whole time of sampling: the larger of the two."""

    share: float = 0.0  # of its median
    absolute: float = 0.0

    def allows(self, samples: Sequence[Sample]) -> bool:
        """Whether the growth stays within; a figure that shrinks is flat."""
        usual = statistics.median(value for _, value in samples) if samples else 0.0
        return growth(samples) <= max(self.absolute, self.share * abs(usual))


def slope(samples: Sequence[Sample]) -> float:
    """The median of the slopes between all pairs (Theil and Sen), per second: single peaks do not move it."""
    thin = samples[:: max(1, len(samples) // MOST_PAIRS)]
    slopes = [
        (later - earlier) / (end - begin)
        for place, (begin, earlier) in enumerate(thin)
        for end, later in thin[place + 1 :]
        if end > begin
    ]
    return statistics.median(slopes) if slopes else 0.0


def growth(samples: Sequence[Sample]) -> float:
    """What the slope comes to from the first sample to the last."""
    return slope(samples) * (samples[-1][0] - samples[0][0]) if samples else 0.0
