"""What the gateway makes of the engine's figures and of its refusals."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from cordboard.gateway.media_quality import note_load
from cordboard.media.port import (
    CallStatistics,
    EngineHealth,
    MediaError,
    MediaEventKind,
    MediaFull,
    StreamStatistics,
)
from cordboard.observe import Metrics
from kit.engine import PaperEngine
from kit.gateway_site import RINGING, GatewaySite, gateway_site
from kit.phone import until

HEARD = CallStatistics(
    page=StreamStatistics(990, 1000, 10, jitter=0.004, codec="PCMU", round_trip=0.03, burst=2.5, mos=4.21),
    trunk=StreamStatistics(1000, 990, jitter=0.0004, codec="PCMA", mos=4.38),
    connected=1.0,
)


@pytest.fixture
async def site() -> AsyncIterator[GatewaySite]:
    async with gateway_site() as site:
        yield site


async def test_quality_is_logged_once_and_observed_when_a_call_ends(
    site: GatewaySite, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []

    async def stats(engine: PaperEngine, call: str) -> CallStatistics:
        asked.append(call in engine.open)
        return HEARD

    monkeypatch.setattr(PaperEngine, "stats", stats)
    page = await site.talking()
    with capture_logs() as lines:
        await site.hang_up(page)
    assert asked == [True], "before it was closed"
    (line,) = [line for line in lines if line["event"] == "call quality"]
    assert (line["from_page_codec"], line["from_page_packets"], line["from_page_peer_lost"]) == ("PCMU", 990, 0)
    assert (line["from_page_loss_percent"], line["from_page_burst"], line["from_page_mos"]) == (1.0, 2.5, 4.21)
    assert (line["from_page_jitter_ms"], line["from_page_round_trip_ms"]) == (4.0, 30.0)
    assert (line["from_trunk_codec"], line["from_trunk_loss_percent"], line["from_trunk_mos"]) == ("PCMA", 0.0, 4.38)
    text = site.metrics.text().decode()
    assert 'cordboard_call_mos_bucket{direction="from_page",le="4.2"} 0.0' in text
    assert 'cordboard_call_mos_bucket{direction="from_page",le="4.3"} 1.0' in text
    assert 'cordboard_call_loss_sum{direction="from_page"} 0.01' in text
    assert 'cordboard_call_loss_bucket{direction="from_trunk",le="0.0"} 1.0' in text
    assert 'cordboard_call_jitter_seconds_bucket{direction="from_trunk",le="0.001"} 1.0' in text


@pytest.mark.parametrize("known", [True, False])
async def test_a_call_without_media_says_nothing_of_quality(
    site: GatewaySite, monkeypatch: pytest.MonkeyPatch, *, known: bool
) -> None:
    async def stats(_: PaperEngine, call: str) -> CallStatistics:
        raise MediaError("no such call", 481)

    if not known:
        monkeypatch.setattr(PaperEngine, "stats", stats)
    page = await site.talking()
    with capture_logs() as lines:
        await site.hang_up(page)
    assert not [line for line in lines if line["event"] in ("call quality", "task failed")]
    assert "cordboard_call_mos_count{direction" not in site.metrics.text().decode()


async def test_a_trunk_that_is_gone_is_told_and_ends_nothing(site: GatewaySite) -> None:
    page = await site.talking()
    with capture_logs() as lines:
        site.tell(MediaEventKind.TRUNK_GONE)
        assert "cordboard_trunk_gone_calls 1.0" in site.metrics.text().decode()
        assert len(site.gateway.calls) == 1
        site.tell(MediaEventKind.TRUNK_BACK)
        assert "cordboard_trunk_gone_calls 0.0" in site.metrics.text().decode()
        site.tell(MediaEventKind.TRUNK_GONE)
        await site.hang_up(page)
    assert "cordboard_trunk_gone_calls 0.0" in site.metrics.text().decode()
    assert [line["event"] for line in lines if line["event"].startswith("trunk ")] == [
        "trunk sends nothing any more, not even RTCP",
        "trunk is heard again",
        "trunk sends nothing any more, not even RTCP",
    ]


async def test_a_full_engine_refuses_calls_of_both_sides_for_a_while(
    site: GatewaySite, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: object) -> str:
        raise MediaFull("the media workers are full")

    for verb in ("page_offer", "page_answer", "trunk_offer", "trunk_answer", "take_page_offer", "take_trunk_offer"):
        monkeypatch.setattr(PaperEngine, verb, full)
    page = await site.page()
    site.server.send(RINGING)
    await site.server.expect("100")
    await site.server.expect("503 + Retry-After: 2")
    site.server.send("ACK")
    await page.send("INVITE sip:5002@gateway.invalid | page offer")
    await page.expect("100")
    await page.expect("503 + Retry-After: 2")
    await page.send("ACK")
    assert await until(lambda: not len(site.gateway.calls))
    assert "cordboard_calls_shed_total 2.0" in site.metrics.text().decode()
    await page.close()


def test_load_is_a_metric_of_the_workers_that_run() -> None:
    metrics = Metrics()
    note_load(metrics, EngineHealth(True, 3, 2, load=0.5, shedding=True, loads={0: 0.25, 1: 0.5}))
    text = metrics.text().decode()
    assert 'cordboard_media_load{worker="1"} 0.5' in text
    assert "cordboard_media_shedding 1.0" in text
    note_load(metrics, EngineHealth(True, 3, 1, load=0.25, loads={0: 0.25}))
    text = metrics.text().decode()
    assert 'cordboard_media_load{worker="0"} 0.25' in text
    assert 'worker="1"' not in text
    assert "cordboard_media_shedding 0.0" in text
