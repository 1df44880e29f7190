from __future__ import annotations

from pathlib import Path

import pytest
from bench import report
from bench.report import figure, ratio, reached, table


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "not measured"),
        ("x", "x"),
        (0, "0"),
        (0.01234, "0.0123"),
        (1.234, "1.23"),
        (52.34, "52.3"),
        (1234.5, "1,234"),
    ],
)
def test_figure_has_three_digits(value: float | str | None, text: str) -> None:
    assert figure(value) == text


def test_table_has_columns() -> None:
    assert table([["what", "ours"], ["answer", 5.0], ["more", None]]).splitlines() == [
        "what            ours",
        "------  ------------",
        "answer          5.00",
        "more    not measured",
    ]


def test_ratio_is_judged_by_its_aim() -> None:
    assert ratio("answer_to_audio", 0.3, "<= 0.33") == "ratio answer_to_audio 0.30  (aim <= 0.33, reached)"
    assert ratio("setup_rate", 2.0, ">= 3") == "ratio setup_rate 2.00  (aim >= 3, missed)"
    assert ratio("setup_rate", None, ">= 3") == "ratio setup_rate not measured  (aim >= 3)"
    assert ratio("other", 1.0, "") == "ratio other 1.00"
    assert reached(3.0, ">= 3") is True


def test_second_result_of_a_day_goes_below_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "RESULTS", tmp_path / "results")
    report.save("relay", "one")
    path = report.save("relay", "two\n\n")
    assert path.read_text() == "one\n\ntwo\n"


def test_machine_names_cores_and_programs() -> None:
    assert "cores" in report.machine("Asterisk 22")
    assert "Asterisk 22" in report.machine("Asterisk 22")
