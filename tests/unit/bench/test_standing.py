from __future__ import annotations

from dataclasses import replace

import pytest
from bench.standing import Window, middle

GOOD = Window(calls=100, loss=0.0, latency=0.004, server=0.4, foreign=0, lateness=0.001)


@pytest.mark.parametrize(
    ("window", "good"),
    [
        (GOOD, True),
        (replace(GOOD, loss=0.0009, latency=0.029), True),
        (replace(GOOD, loss=0.001), False),
        (replace(GOOD, latency=0.03), False),
        (replace(GOOD, foreign=1), False),
    ],
)
def test_sound_is_good_below_the_limits(window: Window, good: bool) -> None:
    assert window.good is good


def test_window_of_a_late_load_is_not_trusted() -> None:
    assert GOOD.trusted
    assert not replace(GOOD, lateness=0.02).trusted


def test_middle_is_not_moved_by_one_bad_window_but_no_foreign_sound_is_forgiven() -> None:
    found = middle([GOOD, replace(GOOD, latency=0.5, loss=0.2), replace(GOOD, latency=0.006)])
    assert (found.latency, found.loss, found.calls) == (0.006, 0.0, 100)
    assert middle([GOOD, GOOD, replace(GOOD, foreign=3, calls=99)]).foreign == 3
    assert middle([GOOD, GOOD, replace(GOOD, calls=99)]).calls == 99
