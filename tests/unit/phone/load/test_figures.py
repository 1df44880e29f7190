"""What a run has measured."""

from __future__ import annotations

import math

import pytest

from cordboard.phone.load.figures import Figures, Measure, percentile


@pytest.mark.parametrize(("share", "expected"), [(0.5, 5), (0.95, 10), (0.99, 10), (1.0, 10), (0.1, 1), (0.0, 1)])
def test_percentile_is_a_value_that_was_measured(share: float, expected: float) -> None:
    assert percentile([float(value) for value in range(1, 11)], share) == expected


def test_percentile_of_nothing_is_not_a_number() -> None:
    assert math.isnan(percentile([], 0.5))


def test_values_are_sorted_and_lately_begins_when_asked() -> None:
    figures = Figures()
    for at, value in ((0.0, 0.3), (5.0, 0.2), (9.0, 0.4), (10.0, 0.1)):
        figures.took(Measure.AUDIO, at, value)
    assert figures.values(Measure.AUDIO) == [0.1, 0.2, 0.3, 0.4]
    assert figures.lately(Measure.AUDIO, 9.0) == [0.1, 0.4]
    assert figures.values(Measure.REGISTER) == []


def test_loss_counts_what_should_have_come() -> None:
    figures = Figures()
    assert figures.loss == 0.0
    figures.heard(sent=1000, received=990, lost=10)
    figures.heard(sent=1000, received=1000, lost=0)
    assert figures.loss == 10 / 2000
    assert figures.packets_sent == 2000


def test_failures_are_told_by_cause() -> None:
    figures = Figures()
    for why in ("486 Busy Here", "no sound", "486 Busy Here"):
        figures.failed(why)
    assert figures.failed_in_all == 3
    assert figures.failures["486 Busy Here"] == 2
