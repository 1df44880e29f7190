"""A call and its gateway: killed and started again, drained, handed over. The gaps are measured by a tone both ways and
printed.
"""

from __future__ import annotations

import asyncio
import re
import signal
import time
from pathlib import Path

import pytest
from playwright.async_api import Browser

from cordboard.media.relay.link import connect
from kit.heard_call import AGENT, CUSTOMER, talking
from kit.lab import until
from kit.served import served
from kit.sound_gap import STEADY

pytestmark = pytest.mark.asyncio(loop_scope="session")

ORDER = """async ([call, order]) => {
  const [headers, body] = [{ "Content-Type": "application/json" }, JSON.stringify(order)];
  return (await fetch(`/api/v2/me/calls/${call}`, { method: "POST", headers, body })).status;
}"""
HAND_OVER = 'after_drain = "hand over"\ndrain_seconds = 1'


async def test_killed_and_started_again(browser: Browser, tmp_path: Path) -> None:
    async with served(tmp_path) as site:
        await site.start()
        call = await talking(site, browser)
        workers = site.workers
        killed = time.time()
        await site.kill()
        await call.agent.light("sip", "connecting")
        await asyncio.sleep(1.0)
        assert site.workers == workers
        await site.start()
        began = time.time()
        await until(lambda: site.said("DN registered"), "the registration", 5.0)
        registered = time.time() - began
        await call.agent.light("sip", "on", within=6.0)
        back = time.time() - began
        print(f"\ndown for {began - killed:.1f} s; DN registered {registered:.1f} s and page back {back:.1f} s after")
        assert registered < 5.0
        assert back < 6.0
        assert site.workers == workers, "adopted, not started"
        gaps = await call.gaps("gateway killed and started again")
        assert max(gaps) < STEADY
        assert call.line.missing(call.begin, time.time()) == 0
        assert call.line.streams(call.begin, time.time()) == 1
        await call.agent.card("talking")
        await call.agent.light("gws", "on", within=12.0)
        await call.steered()
        await call.agent.press("call-hangup")
        await call.customer.is_in("ended")
        await call.agent.idle()
        again = await site.customer("8000", tone=CUSTOMER)
        await call.agent.card("ringing")
        await again.hang_up()


async def test_killed_and_transferred_afterwards(browser: Browser, tmp_path: Path) -> None:
    """SIP Server puts the customer through to another one; the agent's leg ends."""
    async with served(tmp_path) as site:
        await site.start()
        call = await talking(site, browser)
        await asyncio.sleep(0.2)
        await site.kill()
        await site.start()
        await call.agent.light("sip", "on", within=6.0)
        await call.agent.light("gws", "on", within=12.0)
        (card,) = await call.agent.cards()
        order = {"operationName": "SingleStepTransfer", "destination": {"phoneNumber": "+15550177"}}
        status = await call.agent.page.evaluate(ORDER, [card["uuid"], order])
        assert status == 200
        await call.agent.shows_no("call-card")
        assert (await call.customer.view())["state"] == "talking"
        await call.customer.hang_up()


async def test_killed_while_held_and_hung_up_by_the_customer_afterwards(browser: Browser, tmp_path: Path) -> None:
    async with served(tmp_path) as site:
        await site.start()
        call = await talking(site, browser)
        await call.agent.press("call-hold")
        await call.customer.hears_music()
        await asyncio.sleep(0.2)
        await site.kill()
        await site.start()
        await call.agent.light("sip", "on", within=6.0)
        await call.agent.card("held")
        await call.customer.hears_music()
        await call.agent.press("call-retrieve")
        await call.customer.hears(AGENT)
        await call.customer.hang_up()
        await call.agent.shows_no("call-card")


async def test_killed_and_the_page_is_loaded_again_meanwhile(browser: Browser, tmp_path: Path) -> None:
    async with served(tmp_path) as site:
        await site.start()
        call = await talking(site, browser)
        await site.kill()
        await call.agent.page.goto("about:blank")
        await site.start()
        await call.customer.hears_music()
        await call.agent.page.goto(site.desktop)
        await call.loaded()
        await call.agent.card("talking")
        await call.customer.hears(AGENT)
        await call.agent.hears(CUSTOMER)
        await call.agent.press("call-hangup")
        await call.customer.is_in("ended")


async def test_killed_and_no_page_comes_back(browser: Browser, tmp_path: Path) -> None:
    async with served(tmp_path, "call_without_page_seconds = 3") as site:
        await site.start()
        call = await talking(site, browser)
        await site.kill()
        await call.agent.page.close()
        await site.start()
        await call.customer.is_in("ended", within=10.0)
        await until(lambda: site.said("the page is gone"), "the log", 2.0)


async def test_killed_while_it_rings(browser: Browser, tmp_path: Path) -> None:
    """Nothing is established: the media is closed, and SIP Server offers the customer again."""
    async with served(tmp_path) as site:
        await site.start()
        agent = await site.agent(browser, microphone=AGENT)
        await agent.ready()
        await site.customer("8000", tone=CUSTOMER)
        await agent.card("ringing")
        await site.kill()
        await site.start()
        assert site.said("media without an established call closed")
        await agent.light("sip", "on", within=6.0)


async def test_unreadable_snapshot(browser: Browser, tmp_path: Path) -> None:
    """The call ends cleanly, and is logged."""
    async with served(tmp_path) as site:
        await site.start()
        call = await talking(site, browser)
        await asyncio.sleep(0.2)
        await site.kill()
        (socket,) = (tmp_path / "media").glob("*.sock")
        link = await connect(socket, lambda _: None, lambda _: None)
        ((name, text),) = await link.request("list")
        assert len(text.encode()) <= 4096
        await link.request("snapshot", call=name, text=re.sub('"version":1,"dn"', '"version":9,"dn"', text))
        link.close()
        await site.start()
        await call.customer.is_in("ended")
        assert site.said("call of an earlier process cannot be taken up")
        await call.agent.shows_no("call-card", within=12.0)


async def test_drained(browser: Browser, tmp_path: Path) -> None:
    """SIGTERM: the call in progress goes on, new ones are refused, and the process ends with the last call."""
    async with served(tmp_path, "drain_seconds = 60") as site:
        await site.start()
        call = await talking(site, browser)
        site.send(signal.SIGTERM)
        await call.agent.shows("message-text", "about to be restarted")
        await until(lambda: not site.in_service("5001"), "the registration", 3.0)
        refused = await site.customer("5001")
        await refused.is_in("ended")
        await call.steered()
        gaps = await call.gaps("drained with a call in progress, held twice")
        assert max(gaps) < 10.0
        assert site.process is not None
        assert site.process.returncode is None
        await call.agent.press("call-hangup")
        assert await site.ended() == 0
        assert site.said("drained: no call is left")
        assert site.workers == []


async def test_drained_with_a_second_signal(browser: Browser, tmp_path: Path) -> None:
    async with served(tmp_path, "drain_seconds = 60") as site:
        await site.start()
        call = await talking(site, browser)
        site.send(signal.SIGTERM)
        await until(lambda: site.said("draining: no new calls"), "the draining", 3.0)
        site.send(signal.SIGTERM)
        assert await site.ended() == 0
        await call.customer.is_in("ended")
        assert site.workers == []


async def test_handed_over(browser: Browser, tmp_path: Path) -> None:
    """Time is up: the calls go on in their workers, and the next gateway takes them up."""
    async with served(tmp_path, HAND_OVER) as site:
        await site.start()
        call = await talking(site, browser)
        workers = site.workers
        site.send(signal.SIGTERM)
        assert await site.ended() == 0
        assert not site.said("Traceback")
        assert site.workers == workers
        await call.customer.hears(AGENT)
        await site.start()
        await call.agent.light("sip", "on", within=6.0)
        gaps = await call.gaps("drained and handed over")
        assert max(gaps) < STEADY
        assert call.line.missing(call.begin, time.time()) == 0
        await call.agent.light("gws", "on", within=12.0)
        await call.steered()
        await call.agent.press("call-hangup")
        await call.customer.is_in("ended")
