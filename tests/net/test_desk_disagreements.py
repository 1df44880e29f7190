"""Pages tell the desk what their two planes disagree about: counted by name, logged without a number."""

from __future__ import annotations

from pathlib import Path

from structlog.testing import capture_logs

from cordboard.observe import Metrics
from kit.desk import desk_bench

TOLD = {"name": "held-at-gws-only", "call": "0VQ8E2M4LC93P4J5S6K7A8B9C000000A", "by": "", "milliseconds": None}


async def test_the_beginning_counts_and_both_ends_are_logged(tmp_path: Path) -> None:
    metrics = Metrics()
    async with desk_bench(tmp_path, metrics=metrics) as bench:
        page = await bench.signed_in()
        with capture_logs() as logs:
            assert (await page.ask("POST", "/page/disagreement", TOLD)).status == 200
            over = TOLD | {"by": "re-read", "milliseconds": 2200}
            assert (await page.ask("POST", "/page/disagreement", over)).status == 200
        text = metrics.text().decode()
        assert 'cordboard_plane_disagreements_total{name="held-at-gws-only"} 1.0' in text
        began, ended = [line for line in logs if "planes" in line["event"]]
        assert (began["event"], began["log_level"], began["name"]) == ("planes disagree", "warning", TOLD["name"])
        assert (ended["repaired_by"], ended["seconds"]) == ("re-read", 2.2)
        assert "5001" not in str(began["dn"])


async def test_unknown_names_share_one_place_and_strangers_have_none(tmp_path: Path) -> None:
    metrics = Metrics()
    async with desk_bench(tmp_path, metrics=metrics) as bench:
        page = await bench.signed_in()
        for body in ({"name": "x" * 500, "call": ["5001"]}, {"name": None, "milliseconds": "much", "by": 5}):
            assert (await page.ask("POST", "/page/disagreement", body)).status == 200
        assert 'cordboard_plane_disagreements_total{name="other"} 1.0' in metrics.text().decode()
        assert (await page.ask("POST", "/page/disagreement", ["no"])).status == 400
        stranger = bench.page()
        assert (await stranger.ask("POST", "/page/disagreement", TOLD)).json["code"] == "unknown-page"
