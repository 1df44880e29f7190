"""What becomes of a call: its record, its times whatever the clock does, and why it was a bad one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cordboard.gateway.history.story import Story, figures_said
from cordboard.media.port import CallStatistics, StreamStatistics

GOOD = StreamStatistics(packets_received=990, packets_lost=10, jitter=0.004, codec="PCMU", mos=4.2, first_sent=1005.2)
FIGURES = CallStatistics(page=GOOD, trunk=replace(GOOD, mos=3.1, jitter=0.01, packets_lost=0, first_sent=1005.0))


def story(**more: object) -> Story:
    values = {
        "call": "call-1",
        "dn": "5001",
        "made_by": "trunk",
        "begun": 1000.0,
        "begun_at": 50.0,
        "far_number": "+15550100",
        "rang_at": 50.1,
        "answered_at": 55.0,
        "ended_at": 65.0,
        "cause": "hung up",
        "outcome": "answered",
    }
    return Story(**{**values, **more})  # type: ignore[arg-type]


def test_a_record() -> None:
    record = story().record(FIGURES, ("broken",), "none")
    assert (record.begun, record.answered, record.ended) == (1000.0, 1005.0, 1015.0)
    assert (record.mos_from_page, record.mos_from_trunk) == (4.2, 3.1)
    assert (record.loss, record.jitter) == (0.01, 0.01)
    assert record.setup_seconds == pytest.approx(0.1)
    assert record.answer_to_audio_seconds == pytest.approx(0.2)
    assert (record.bad, record.far_number) == (("broken",), "")


def test_without_figures_and_without_an_answer() -> None:
    record = story(answered_at=0.0, outcome="not answered").record(None, (), "none")
    assert (record.answered, record.mos_from_page, record.loss, record.answer_to_audio_seconds) == (None,) * 4
    assert story(answered_at=0.0, rang_at=0.0).record(None, (), "none").setup_seconds is None


@pytest.mark.parametrize(("how", "written"), [("none", ""), ("masked", "***00"), ("whole", "+15550100")])
def test_the_far_number_as_the_settings_say(how: str, written: str) -> None:
    assert story().record(None, (), how).far_number == written
    assert story(far_number="").record(None, (), how).far_number == ""


@pytest.mark.parametrize(
    ("more", "figures", "marks"),
    [
        ({}, None, ()),
        ({}, FIGURES, ("MOS 3.1 from the trunk",)),
        ({"outcome": "broken"}, None, ("broken",)),
        ({"answered_at": 0.0, "outcome": "not answered"}, None, ("not answered in time",)),
        ({"answered_at": 0.0, "outcome": "not answered", "ended_at": 60.0}, None, ()),
        ({"answered_at": 0.0, "outcome": "not answered", "made_by": "page"}, None, ()),
        ({"answered_at": 0.0, "rang_at": 0.0, "outcome": "not answered"}, None, ()),
    ],
)
def test_bad_calls(more: dict[str, object], figures: CallStatistics | None, marks: tuple[str, ...]) -> None:
    assert story(**more).marks(10.0, 3.6, figures) == marks


def test_what_the_trace_says_of_the_figures() -> None:
    first, second = figures_said(FIGURES).splitlines()
    assert first.startswith("from page: PCMU, 990 packets, 1.00 % lost, jitter 4.0 ms")
    assert second.startswith("from trunk: PCMU")
    assert "nothing, 0 packets" in figures_said(CallStatistics(StreamStatistics(), StreamStatistics()))
