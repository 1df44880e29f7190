"""The figures of many streams in one."""

from __future__ import annotations

from dataclasses import replace

from cordboard.phone.packets.latency import Latency, bucket
from cordboard.phone.packets.port import StreamFigures
from cordboard.phone.packets.totals import total


def took(microseconds: int) -> Latency:
    counts = [0] * (bucket(microseconds) + 1)
    counts[-1] = 1
    return Latency(tuple(counts), microseconds / 1e6)


def test_sums_and_extremes() -> None:
    one = StreamFigures(sent=10, received=9, lost=1, latency=took(500), tone=0.9, heard=True, longest_gap=0.1)
    one = replace(one, first_sent=5.0, last_sent=9.0)
    other = StreamFigures(sent=5, received=4, foreign=2, latency=took(90), tone=0.2, first_sent=4.0, last_sent=6.0)
    never = StreamFigures(tone=1.0)
    found = total([one, other, never])
    assert (found.sent, found.received, found.lost, found.foreign) == (15, 13, 1, 2)
    assert (found.first_sent, found.last_sent, found.longest_gap) == (4.0, 9.0, 0.1)
    assert (found.latency.count, found.latency.max) == (2, 0.0005)
    assert (found.tone, found.heard) == (0.2, False)
    assert total([one]).heard


def test_none() -> None:
    assert total([]) == StreamFigures(latency=total([]).latency)
    assert not total([]).heard
