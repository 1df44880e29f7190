from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordboard.media.relay.placement.load import LoadLimit, LoadMeter, expected, preference


@dataclass
class Worker:
    load: float = 0.0
    load_calls: int = 0
    calls: list[str] = field(default_factory=list)


def with_calls(load: float, measured: int, now: int) -> Worker:
    return Worker(load, measured, [str(number) for number in range(now)])


def test_the_share_of_a_core_since_the_last_time() -> None:
    meter = LoadMeter(100.0, 7.0)
    assert meter.read(101.0, 7.25) == 0.25
    assert meter.read(103.0, 8.25) == 0.5
    assert meter.read(104.0, 8.25) == 0.0
    assert meter.read(105.0, 9.3) == 1.0, "two threads"
    assert meter.read(105.0, 9.3) == 0.0, "no time has gone by"


def test_calls_since_the_measurement_count_too() -> None:
    assert expected(with_calls(0.3, 100, 150)) == pytest.approx(0.45)
    assert expected(with_calls(0.3, 100, 50)) == pytest.approx(0.15)
    assert expected(with_calls(0.0, 0, 100)) == pytest.approx(0.2)
    assert expected(with_calls(0.5, 1, 11)) == pytest.approx(0.55), "no call costs half a core"
    assert expected(with_calls(0.0, 100, 0)) == 0.0


def test_load_counts_first_and_then_calls() -> None:
    busy, idle = with_calls(0.5, 10, 10), with_calls(0.1, 90, 90)
    assert min((busy, idle), key=preference) is idle
    few, many = with_calls(0.02, 3, 3), with_calls(0.0, 4, 4)
    assert min((few, many), key=preference) is few, "two hundredths are chance"


def test_refuses_from_the_limit_on_and_resumes_well_below() -> None:
    limit = LoadLimit(80)
    assert [(limit.judge(load), limit.shedding) for load in (0.79, 0.80, 0.9, 0.71, 0.75, 0.69, 0.79)] == [
        (False, False),
        (True, True),
        (False, True),
        (False, True),
        (False, True),
        (True, False),
        (False, False),
    ]


def test_zero_never_refuses_and_a_low_limit_ends() -> None:
    never = LoadLimit(0)
    assert not never.judge(1.0)
    assert not never.shedding
    low = LoadLimit(5)
    assert low.judge(0.06)
    assert not low.judge(0.01)
    assert low.judge(0.0), "a limit within the hysteresis ends with the load"
    assert not low.shedding


@given(st.integers(1, 100), st.lists(st.floats(0.0, 1.0), max_size=50))
def test_does_not_flap(percent: int, loads: list[float]) -> None:
    """Between two changes of mind there are at least ten percent."""
    limit, turns = LoadLimit(percent), []
    for load in loads:
        if limit.judge(load):
            turns.append(load)
    assert all(abs(after - before) >= min(0.1, percent / 100) - 1e-9 for before, after in itertools.pairwise(turns))
