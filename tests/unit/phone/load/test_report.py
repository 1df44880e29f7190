"""The line while a run goes on and the report at its end."""

from __future__ import annotations

import math

import pytest

from cordboard.phone.load.figures import Figures, Measure
from cordboard.phone.load.report import milliseconds, progress, report


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.0444, "44.4 ms"), (0.9999, "999.9 ms"), (1.24, "1.2 s"), (math.nan, "-")]
)
def test_times_are_written_for_people(seconds: float, text: str) -> None:
    assert milliseconds(seconds) == text


def some_figures() -> Figures:
    figures = Figures(agents=20, registered=20, calls_begun=10, calls_up=1, calls_done=8)
    for number in range(8):
        figures.took(Measure.AUDIO, float(number), 0.040 + number / 1000)
        figures.took(Measure.RING, float(number), 0.010)
    figures.heard(800, 799, 1)
    figures.failed("no sound from the agent")
    return figures


def test_progress_is_one_line_that_tells_where_it_stands() -> None:
    line = progress(some_figures(), 65.0)
    assert line == "01:05  20 of 20 agents registered  1 calls up, 8 done  1 failed"
    assert "answer to sound both ways p95 47.0 ms" in progress(some_figures(), 8.0)
    assert progress(Figures(), 0.0) == "00:00  none failed"


def test_report_has_percentiles_failures_and_a_plot() -> None:
    lines = report("Calls", some_figures(), 10.0).splitlines()
    assert lines[0] == "Calls"
    assert "calls completed             8 of 10 (0.8 a second)" in lines
    assert "packets of sound lost       1 (0.1250%)" in lines
    audio = next(line for line in lines if line.startswith(Measure.AUDIO))
    assert audio.split()[-8:] == ["43.0", "ms", "47.0", "ms", "47.0", "ms", "47.0", "ms"]
    assert lines.index("failed:") < lines.index(f"{Measure.AUDIO}, over the run")
    assert max(map(len, lines)) < 100


def test_report_of_nothing_says_so() -> None:
    text = report("Nothing", Figures(), 0.0)
    assert "nothing failed" in text
    assert "over the run" not in text
