"""What an administrator is told of the gateway, and its draining by hand."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import pytest

from cordboard.access.token import issue
from cordboard.gateway.outliving.draining import Stopping
from cordboard.gateway.watching import AgentRows, LiveCalls
from cordboard.media.port import CallStatistics, StreamStatistics
from cordboard.net.tasks import Tasks
from cordboard.seat.admin_port import AgentRow
from cordboard.seat.seat import PageUnusable
from kit.engine import PaperEngine
from kit.gateway_site import RINGING, SECRET, GatewaySite, gateway_site
from kit.phone import until
from kit.sip_sockets import WebSocketPeer

FIGURES = CallStatistics(
    page=StreamStatistics(packets_received=97, packets_lost=3, jitter=0.004, round_trip=0.02, mos=4.1, codec="PCMU"),
    trunk=StreamStatistics(packets_received=100, mos=4.4, codec="PCMU"),
)


@pytest.fixture
async def site() -> AsyncIterator[GatewaySite]:
    async with gateway_site() as running:
        yield running


def agents(site: GatewaySite) -> dict[str, AgentRow]:
    gateway = site.gateway
    rows = AgentRows(gateway.seats, gateway.registrations, gateway.reachability, gateway.availability, gateway.calls)
    return {row.dn: row for row in rows.all()}


async def test_agents_with_and_without_a_page(site: GatewaySite) -> None:
    assert list(agents(site)) == [str(dn) for dn in range(5001, 5021)]
    assert agents(site)["5001"] == AgentRow("5001")
    page = await site.page()
    assert await until(lambda: agents(site)["5001"].registered)
    assert agents(site)["5001"] == AgentRow("5001", True, 1, True, "", "ready")
    seat = site.gateway.seats.seat("5001")
    assert seat is not None
    assert seat.page is not None
    site.gateway.seats.feed("5001", PageUnusable(seat.page.flow, "microphone"))
    row = agents(site)["5001"]
    assert (row.reachable, row.why) == (False, "its softphone has no microphone")
    await page.close()


async def test_refused_registration_tells_why(site: GatewaySite) -> None:
    page = await WebSocketPeer.open(site.url, "5001")
    await page.register("Bearer " + issue(SECRET, "5001", time.time(), 60))
    await site.server.answer_register(403)
    assert await until(lambda: site.gateway.registrations.refused("5001") == 403)
    row = agents(site)["5001"]
    assert (row.registered, row.why) == (False, "SIP Server refuses this DN (403)")
    await page.close()


async def test_live_call_with_its_figures(site: GatewaySite, monkeypatch: pytest.MonkeyPatch) -> None:
    async def stats(_engine: object, _call: str) -> CallStatistics:
        return FIGURES

    monkeypatch.setattr(PaperEngine, "stats", stats)
    tasks = Tasks("test")
    gateway = site.gateway
    live = LiveCalls(gateway.calls, gateway.history, site.engine, tasks)
    assert live.rows() == []
    page = await site.talking()
    (row,) = live.rows()
    assert (row.dn, row.state, row.made_by, row.call_uuid, row.page_away) == ("5001", "talking", "trunk", "ONE", False)
    assert row.begun <= row.answered
    assert row.far.startswith("***")
    assert await until(lambda: live.rows()[0].from_page.mos > 0)
    (row,) = live.rows()
    assert (row.from_page.mos, row.from_page.loss, row.from_page.round_trip) == (4.1, 0.03, 0.02)
    assert agents(site)["5001"].calls == 1
    await site.hang_up(page)
    assert live.rows() == []
    await tasks.close()


async def test_draining_is_begun_and_ended_by_hand(site: GatewaySite) -> None:
    page = await site.page()
    draining = site.gateway.draining
    draining.begin()
    draining.begin()
    assert (await site.server.answer_register()).headers.get("Expires") == "0"
    await page.expect('MESSAGE | /{"draining":true}/')
    await page.send("200 MESSAGE")
    site.server.send(RINGING)
    await site.server.expect("100")
    await site.server.expect("503")
    site.server.send("ACK")
    assert 'cordboard_calls_refused_total{side="trunk",status="503"} 1.0' in site.metrics.text().decode()
    draining.cancel()
    await page.expect('MESSAGE | /{"draining":false}/')
    await page.send("200 MESSAGE")
    await site.server.answer_register()
    assert await until(lambda: agents(site)["5001"].reachable)
    assert "cordboard_draining 0.0" in site.metrics.text().decode()
    await page.close()


async def test_draining_of_a_process_that_stops_is_for_good(site: GatewaySite) -> None:
    await site.gateway.draining.run()
    with pytest.raises(Stopping):
        site.gateway.draining.cancel()
    assert site.gateway.draining.active
