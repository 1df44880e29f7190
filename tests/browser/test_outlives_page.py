"""A call and its page: the connection is lost, the page is loaded again, crashes, or never comes back. The gaps are
measured by a tone both ways and printed.
"""

from __future__ import annotations

import asyncio
import time

import pytest
from playwright.async_api import Browser
from playwright.async_api import Error as PlaywrightError

from kit.chromium import new_page
from kit.heard_call import AGENT, CUSTOMER, HeardCall, talking
from kit.lab import RunningLab, running_lab, softphone_in, until
from kit.lab_agent import NOTE_TONES, AgentPage
from kit.sound_gap import STEADY

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def reload(call: HeardCall) -> None:
    await call.agent.page.reload()
    await call.loaded()


async def ends_everywhere(call: HeardCall, lab: RunningLab, *, page_sessions: int = 0) -> None:
    await call.agent.press("call-hangup")
    await call.customer.is_in("ended")
    await lab.is_idle(page_sessions=page_sessions)
    await call.agent.idle()


async def test_the_connection_is_lost_and_the_sound_goes_on(browser: Browser) -> None:
    async with running_lab() as lab:
        call = await talking(lab, browser)
        sent = lab.sent_to_sip_server()
        call.now()
        async with lab.connections_lost():
            await call.agent.light("sip", "connecting")
            await asyncio.sleep(3.0)
        await call.agent.light("sip", "on")
        gaps = await call.gaps("WebSocket lost for 3 s")
        assert max(gaps) < STEADY
        assert call.line.missing(call.begin, time.time()) == 0
        assert [each for each in sent if not each.startswith(("REGISTER", "SIP/2.0", "OPTIONS"))] == []
        await ends_everywhere(call, lab)


async def test_held_and_retrieved_by_gws_while_the_connection_is_lost(browser: Browser) -> None:
    """The words reach the page when it is back; a hang-up meanwhile ends its call, too."""
    async with running_lab() as lab:
        call = await talking(lab, browser)
        async with lab.connections_lost():
            await call.agent.light("sip", "connecting")
            await call.agent.press("desk-op-Hold")
            await call.customer.hears_music()
        await call.agent.light("sip", "on")
        await call.agent.card("held")
        await call.agent.press("call-retrieve")
        await call.customer.hears(AGENT)
        await call.agent.card("talking")
        async with lab.connections_lost():
            await call.agent.light("sip", "connecting")
            await call.customer.hang_up()
            await call.customer.is_in("ended")
        await call.agent.light("sip", "on")
        await call.agent.idle()
        await lab.all_idle(call.agent)


async def test_hung_up_by_the_page_while_its_connection_is_lost(browser: Browser) -> None:
    """Its BYE waits for the next connection."""
    async with running_lab() as lab:
        call = await talking(lab, browser)
        async with lab.connections_lost():
            await call.agent.light("sip", "connecting")
            await call.agent.press("call-hangup")
        await call.customer.is_in("ended")
        await lab.all_idle(call.agent)


async def test_loaded_again_in_a_call(browser: Browser) -> None:
    async with running_lab() as lab:
        call = await talking(lab, browser)
        lasted = (await call.agent.cards())[0]
        call.now()
        await reload(call)
        await call.agent.card("talking")
        gaps = await call.gaps("page loaded again")
        assert max(gaps) <= 3.0
        assert call.line.streams(call.begin, time.time()) <= 2, "the agent's one stream, and music at most"
        assert not await call.agent.rang(), "nothing may ring"
        shown = await call.agent.by("call-timer").first.inner_text()
        assert lasted["state"] == "talking"
        assert int(shown.split(":")[1]) >= 1, f"the duration goes on: {shown}"
        await call.agent.press("call-hold")
        await call.customer.hears_music()
        await call.agent.press("call-retrieve")
        await call.customer.hears(AGENT)
        await call.agent.press("desk-op-Hangup")
        await call.customer.is_in("ended")
        await lab.is_idle(page_sessions=1)
        await call.agent.idle()
        await lab.customer("8000")
        await call.agent.card("ringing")


async def test_loaded_again_while_held(browser: Browser) -> None:
    """The agent held it: it stays held, and the new page knows."""
    async with running_lab() as lab:
        call = await talking(lab, browser)
        await call.agent.press("call-hold")
        await call.customer.hears_music()
        await reload(call)
        await call.agent.card("held")
        await asyncio.sleep(1.0)
        await call.customer.hears_music()
        await call.agent.card("held")
        await call.agent.press("call-retrieve")
        await call.customer.hears(AGENT)
        await call.agent.hears(CUSTOMER)
        await ends_everywhere(call, lab, page_sessions=1)


async def test_a_held_and_an_active_call_both_come_back(browser: Browser) -> None:
    async with running_lab() as lab:
        agent = await lab.softphone(browser, microphone=AGENT)
        await agent.press("connect-sip")
        await agent.light("sip", "on")
        first = await lab.customer("5001", tone=CUSTOMER)
        await agent.card("ringing")
        await agent.press("call-answer")
        await first.hears(AGENT)
        await agent.press("call-hold")
        await first.hears_music()
        second = await lab.customer("5001", tone=880.0, caller="+15550101")
        await agent.phone.locator("[data-testid=call-answer]:visible").click(timeout=8000)
        await second.hears(AGENT)
        await agent.page.reload()
        await agent.press("connect-sip")
        await agent.light("sip", "on")
        await second.hears(AGENT)
        await first.hears_music()
        cards = await agent.cards()
        assert sorted(each["state"] for each in cards) == ["held", "talking"]
        await agent.phone.locator("[data-testid=call-retrieve]:visible").click(timeout=8000)
        await first.hears(AGENT)
        await first.hang_up()
        await second.hang_up()
        await lab.is_idle(page_sessions=2)


async def test_the_customer_has_music_while_no_page_is_there(browser: Browser) -> None:
    async with running_lab() as lab:
        call = await talking(lab, browser)
        address = call.agent.page.url
        await call.agent.page.goto("about:blank")
        await call.customer.hears_music()
        call.now()
        await call.agent.page.goto(address)
        await call.loaded()
        await call.agent.card("talking")
        gaps = await call.gaps("page away, and opened again")
        assert max(gaps) <= 3.0
        await ends_everywhere(call, lab, page_sessions=1)


async def test_crashed_and_opened_in_another_tab(browser: Browser) -> None:
    """The tab's process dies: nobody says goodbye. The agent opens the desktop in another one."""
    async with running_lab() as lab:
        call = await talking(lab, browser)
        tab = await new_page(call.agent.page.context, microphone=AGENT)
        await tab.add_init_script(NOTE_TONES)
        call.now()
        with pytest.raises(PlaywrightError):
            await call.agent.page.goto("chrome://crash", timeout=3000)
        await tab.goto(lab.desktop)
        call.agent = AgentPage(tab, await softphone_in(tab))
        await call.agent.card("talking")
        gaps = await call.gaps("tab crashed, desktop opened in another tab")
        assert max(gaps) <= 5.0, "the tab must start a browser process first"
        await ends_everywhere(call, lab, page_sessions=1)


async def test_nobody_comes_back(browser: Browser) -> None:
    async with running_lab(gateway__call_without_page_seconds=4, gateway__page_gone_seconds=1) as lab:
        call = await talking(lab, browser)
        sent = lab.sent_to_sip_server()
        await call.agent.page.goto("about:blank")
        await call.customer.hears_music()
        await call.customer.is_in("ended", within=8.0)
        (bye,) = [each for each in sent if each.startswith("BYE")]
        assert "cause=480" in bye
        await lab.is_idle(page_sessions=1)


async def test_a_second_page_does_not_take_the_calls_of_a_living_one(browser: Browser) -> None:
    """Not even while the first has lost its connection; when it is gone for good, the second one gets the call."""
    async with running_lab() as lab:
        first = await lab.softphone(browser, microphone=AGENT)
        await first.press("connect-sip")
        await first.light("sip", "on")
        customer = await lab.customer("5001", tone=CUSTOMER)
        await first.card("ringing")
        await first.press("call-answer")
        await customer.hears(AGENT)
        second = await lab.softphone(browser, microphone=880.0)
        await second.press("connect-sip")
        await second.light("sip", "on")
        await first.shows("message-text", "Another page uses this DN")
        await asyncio.sleep(1.0)
        assert await second.cards() == []
        await customer.hears(AGENT)
        begin = time.time()
        await first.page.close()
        await second.card("talking")
        await customer.hears(880.0)
        print(f"\nfirst page closed, second one has the call after {time.time() - begin:.1f} s")
        assert time.time() - begin < 4.0
        await second.press("call-hangup")
        await until(lambda: len(lab.lab.product.gateway.calls) == 0, "the call")
