from __future__ import annotations

from cordboard.observe import Metrics


def test_text_holds_what_was_counted() -> None:
    metrics = Metrics()
    metrics.calls_ended.labels(made_by="trunk", outcome="answered").inc()
    metrics.pages.set(3)
    text = metrics.text().decode()
    assert 'cordboard_calls_ended_total{made_by="trunk",outcome="answered"} 1.0' in text
    assert "cordboard_pages 3.0" in text


def test_two_sets_are_independent() -> None:
    first, second = Metrics(), Metrics()
    first.calls.inc()
    assert "cordboard_calls 0.0" in second.text().decode()
