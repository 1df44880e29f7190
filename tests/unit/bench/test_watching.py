from __future__ import annotations

import pytest
from bench.drift import Flat, Sample
from bench.watching import bounds, judge, total

METRICS = """\
# HELP cordboard_sip_sessions SIP dialogs now.
cordboard_sip_sessions{side="trunk"} 3.0
cordboard_sip_sessions{side="page"} 4.0
cordboard_sip_sessions_more 100.0
cordboard_calls 2.0
"""


def test_metric_is_summed_over_its_labels() -> None:
    assert total(METRICS, "cordboard_sip_sessions") == 7.0
    assert total(METRICS, "cordboard_calls") == 2.0
    assert total(METRICS, "cordboard_pages") == 0.0


def line(*values: float) -> list[Sample]:
    return [(5.0 * number, value) for number, value in enumerate(values)]


def test_only_what_comes_after_the_warm_up_counts() -> None:
    [verdict] = judge({"files": line(0, 50, 80, 80, 80, 80)}, {"files": Flat()}, 10.0)
    assert (verdict.first, verdict.last, verdict.growth, verdict.flat) == (80, 80, 0.0, True)
    [verdict] = judge({"files": line(0, 50, 80, 90, 100, 110)}, {"files": Flat(absolute=5)}, 10.0)
    assert not verdict.flat


def test_too_few_samples_prove_nothing() -> None:
    with pytest.raises(ValueError, match="files: 2 samples"):
        judge({"files": line(1, 1, 1)}, {"files": Flat()}, 5.0)


def test_a_leaked_dialog_per_call_is_found() -> None:
    """20 minutes at 5 calls a second, one dialog in a hundred calls stays."""
    limits = {"SIP dialogs": bounds(300, 5.0, 90.0)["SIP dialogs"]}
    leaking = {"SIP dialogs": line(*(600 + number * 5 * 5 / 100 * 2 for number in range(240)))}
    assert not judge(leaking, limits, 90.0)[0].flat
    steady = {"SIP dialogs": line(*(600 + number % 7 for number in range(240)))}
    assert judge(steady, limits, 90.0)[0].flat


def test_transactions_may_fill_up_only_while_the_first_ones_live() -> None:
    short, long = bounds(5, 1.0, 2.0), bounds(5, 1.0, 90.0)
    assert short["SIP transactions"].absolute > long["SIP transactions"].absolute + 500
