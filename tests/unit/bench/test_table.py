from __future__ import annotations

from bench.asterisk.table import ASTERISK, CORDBOARD, Findings


def test_ratios_are_of_medians_and_absolutes_have_their_own_aim() -> None:
    findings = Findings()
    findings.note("answer_to_audio", CORDBOARD, 40.0, 50.0, 90.0)
    findings.note("answer_to_audio", ASTERISK, 180.0, 200.0)
    text = findings.text()
    assert "ratio answer_to_audio 0.26  (aim <= 0.33, reached)" in text
    assert "absolute answer_to_audio 50.0 ms  (aim <= 60, reached)" in text
    assert "ratio reregister_1000 not measured" in text
    assert "absolute reregister_1000 not measured s  (aim <= 3, not measured)" in text


def test_figure_that_the_load_could_not_reach_is_a_lower_bound() -> None:
    findings = Findings(remarks=["the load program was the limit"])
    findings.note("calls_per_core_compiled", CORDBOARD, 1600)
    findings.at_least.add(("calls_per_core_compiled", CORDBOARD))
    text = findings.text()
    assert ">= 1,600" in text
    assert text.endswith("the load program was the limit")
