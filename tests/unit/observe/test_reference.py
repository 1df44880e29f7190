"""docs/metrics.md says what the source says."""

from __future__ import annotations

from pathlib import Path

from cordboard.observe import Metrics, reference

PROJECT = Path(__file__).resolve().parents[3]


def test_page_is_what_the_source_makes() -> None:
    assert (PROJECT / "docs" / "metrics.md").read_text() == reference.page(), "out of date; run `make reference`"


def test_every_metric_that_is_served_is_named() -> None:
    metrics = Metrics()
    page = reference.page()
    served = {family.name for family in metrics.registry.collect() if family.name.startswith("cordboard_")}
    assert served
    assert [name for name in served if f"`{name}`" not in page and f"`{name}_total`" not in page] == []
