"""The histogram of latencies: fine for microseconds, wide enough for seconds."""

from __future__ import annotations

import pytest

from cordboard.phone.packets.hearing import Times
from cordboard.phone.packets.latency import BUCKETS, Latency, bucket, merge, upper_end


def times(*seconds: float) -> Latency:
    filling = Times()
    for each in seconds:
        filling.count(each)
    return filling.read()


@pytest.mark.parametrize("microseconds", [0, 1, 15, 16, 31, 32, 33, 63, 64, 100, 1000, 54_321, 1_000_000, 15_999_999])
def test_a_bucket_is_at_most_6_percent_wide(microseconds: int) -> None:
    index = bucket(microseconds)
    assert upper_end(index) * 1e6 > microseconds
    assert upper_end(index) * 1e6 <= max(microseconds * (1 + 1 / 16), microseconds + 1) + 1e-6
    assert index == 0 or upper_end(index - 1) * 1e6 <= microseconds + 1e-6


def test_what_is_too_long_or_negative_is_counted_at_the_ends() -> None:
    assert bucket(10**9) == BUCKETS - 1
    assert bucket(-5) == 0


def test_percentiles() -> None:
    latency = times(*(0.001 * number for number in range(1, 101)))
    assert latency.count == 100
    assert latency.p50 == pytest.approx(0.050, rel=0.07)
    assert latency.p99 == pytest.approx(0.099, rel=0.07)
    assert latency.percentile(100.0) == latency.max == pytest.approx(0.1)
    assert latency.percentile(0.0) == pytest.approx(0.001, rel=0.07)


def test_nothing_was_counted() -> None:
    assert (Latency().count, Latency().p50, Latency().p99, Latency().max) == (0, 0.0, 0.0, 0.0)


def test_merged() -> None:
    both = merge([times(0.001, 0.001), times(0.2), Latency()])
    assert both.count == 3
    assert both.max == 0.2
    assert both.p50 == pytest.approx(0.001, rel=0.07)
