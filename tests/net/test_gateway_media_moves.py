"""What carries a call's media dies, as the gateway sees it: with real sockets, and an engine on paper."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from cordboard.media.port import MediaEvent, MediaEventKind, PlaceGone
from kit.engine import PaperEngine
from kit.gateway_site import RINGING, GatewaySite, gateway_site
from kit.phone import until


@pytest_asyncio.fixture
async def site() -> AsyncIterator[GatewaySite]:
    async with gateway_site() as site:
        yield site


async def test_both_sides_are_offered_the_new_place(site: GatewaySite) -> None:
    page = await site.talking()
    assert await until(lambda: "take_page_answer" in site.engine.done)
    site.engine.done.clear()
    with capture_logs() as logs:
        site.tell(MediaEventKind.MOVED, "its media worker died")
        await page.expect("INVITE | /page_offer/")
        await page.send("200 INVITE | page answer")
        await page.expect("ACK")
        await site.server.expect("INVITE | /trunk_offer/")
        site.server.send("200 INVITE | server answer")
        await site.server.expect("ACK")
    assert [each["event"] for each in logs if each["log_level"] == "warning"] == [
        "media moved: both sides are offered the new place"
    ]
    assert site.engine.done[:4] == ["take_trunk_offer", "take_page_offer", "trunk_offer", "page_offer"]
    await site.hang_up(page)


async def test_replies_from_before_are_nobodys(site: GatewaySite, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that died with the old place, one that comes late from there, and one that is refused meanwhile."""
    late: list[asyncio.Future[str]] = []

    async def gone(_: str) -> str:
        raise PlaceGone("the media worker is gone")

    def slow(call: str) -> asyncio.Future[str]:
        late.append(asyncio.get_running_loop().create_future())
        site.engine.open.add(call)
        return late[-1]

    monkeypatch.setattr(PaperEngine, "page_offer", lambda _, call: gone(call))
    monkeypatch.setattr(PaperEngine, "trunk_answer", lambda _, call: slow(call))
    page = await site.page()
    site.server.send(RINGING)
    await site.server.expect("100")
    assert await until(lambda: late)
    monkeypatch.undo()
    site.tell(MediaEventKind.MOVED, "its media worker died")
    late[0].set_result("v=0 of the old place")
    await page.expect("INVITE | /page_offer/")
    await page.send("180")
    await site.server.expect("180")
    await page.send("200 | page answer")
    await page.expect("ACK")
    await site.server.expect("200 | /trunk_answer/")
    site.server.send("ACK")
    await site.hang_up(page)


async def test_nobody_is_left_to_carry_it(site: GatewaySite) -> None:
    page = await site.talking()
    site.tell(MediaEventKind.WORKER_GONE, "its media worker died")
    await page.expect("BYE")
    await page.send("200 BYE")
    await site.server.expect("BYE")
    site.server.send("200 BYE")
    assert await until(lambda: not site.engine.open)
    await page.close()


async def test_of_a_call_that_is_not_there_any_more(site: GatewaySite) -> None:
    for listener in site.engine.listeners:
        listener(MediaEvent("gone", MediaEventKind.MOVED, "its media worker died"))
    assert not site.engine.open
