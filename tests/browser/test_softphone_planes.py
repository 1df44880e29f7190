"""Both planes and one truth: GWS goes away and comes back, the planes disagree, and the agent's work besides talking.
No media.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from cordboard.desk.disagreements import NAMES
from cordboard.lab.telephony import AgentLogin, AgentState, CallState, CallView, ChangeUserData, HoldCall, ReleaseCall
from kit.chromium import new_page
from kit.lab import until_async
from kit.softphone import FakeCall, Stage, stage

pytestmark = pytest.mark.asyncio(loop_scope="session")

CUSTOMER = "+15550100"
AWAY = {"refuse": 503, "refuseCometd": 503}


@asynccontextmanager
async def ready(browser: Browser) -> AsyncIterator[tuple[Page, Stage]]:
    """An agent on a page of its own waits for calls."""
    async with stage() as s:
        page = await new_page(browser)
        await page.set_viewport_size({"width": 400, "height": 600})
        await page.goto(s.desk + "/")
        await expect(page.get_by_test_id("field-agent-dn")).to_have_value("5001")
        for plane in ("sip", "gws"):
            await page.get_by_test_id(f"connect-{plane}").click()
            await expect(page.get_by_test_id(f"light-{plane}")).to_have_attribute("data-state", "on")
        await page.get_by_test_id("state-Ready").click()
        await expect(page.get_by_test_id("agent-state")).to_have_text("Ready")
        yield page, s
        await page.context.close()


@asynccontextmanager
async def talking(browser: Browser) -> AsyncIterator[tuple[Page, Stage, CallView, FakeCall]]:
    """Such an agent talks to a customer."""
    async with ready(browser) as (page, s):
        call = s.telephony.ring("5001", CUSTOMER, {"Language": "English"})
        leg = await s.gateway.invite(CUSTOMER, call.call_uuid)
        await page.get_by_test_id("call-answer").click()
        await leg.answered()
        s.telephony.establish(call.call_uuid)
        await shows(page, "talking")
        yield page, s, call, leg


async def shows(page: Page, state: str, within: float = 5.0) -> None:
    await expect(page.get_by_test_id("call-card")).to_have_attribute("data-state", state, timeout=within * 1000)


async def disagreements(page: Page) -> list[Any]:
    return [(one["name"], one["repairedBy"]) for one in await page.evaluate("window.cordboard.disagreements")]


def value(page: Page, key: str) -> Locator:
    return page.get_by_label(key, exact=True)


async def test_gws_goes_away_and_is_right_two_seconds_after_it_is_back(browser: Browser) -> None:
    async with talking(browser) as (page, s, call, _leg):
        s.gws.faults.check(AWAY)()
        await expect(page.get_by_test_id("light-gws")).to_have_attribute("data-state", "connecting")
        since = len(s.gateway.received)
        await page.get_by_test_id("call-hold").click()
        await s.gateway.request("INVITE", since)
        await shows(page, "held")
        s.telephony.request(HoldCall("5001", call.call_uuid))  # SIP Server saw the hold, GWS can tell nobody
        ringing = s.telephony.ring("5001", "+15550101")
        await s.gateway.invite("+15550101", ringing.call_uuid)
        await expect(page.get_by_test_id("call-card")).to_have_count(2)
        await asyncio.sleep(3.0)  # as long as it takes for CometD to look as seldom as it will
        s.gws.faults.end()
        data = page.get_by_test_id("call-card").filter(has_text=CUSTOMER).get_by_test_id("call-data")
        await expect(page.get_by_test_id("light-gws")).to_have_attribute("data-state", "on", timeout=2000)
        cards = await page.evaluate(
            "window.cordboard.cards.map(({ state, planes }) => [state, planes.here, planes.gws])"
        )
        assert sorted(cards) == [["held", "held", "Held"], ["ringing", "ringing", "Ringing"]]
        assert await data.text_content() == "LanguageEnglish"
        # CometD may have kept for the page what happened meanwhile, or may not.
        assert await disagreements(page) in ([], [("events-lost", "re-read")])
        assert len([one for one in s.telephony.requests if isinstance(one, AgentLogin)]) == 1


async def test_a_hold_of_gws_alone_is_not_called_one_and_is_followed(browser: Browser) -> None:
    async with talking(browser) as (page, s, call, leg):
        since = len(s.gateway.received)
        s.telephony.request(HoldCall("5001", call.call_uuid))
        await shows(page, "holding")
        await expect(page.get_by_test_id("call-state")).to_have_text("Holding…")
        await expect(page.get_by_test_id("call-planes")).to_have_text("Phone talking, GWS Held: held-at-gws-only")
        await s.gateway.request("INVITE", since)
        await shows(page, "held")
        await expect(page.get_by_test_id("call-state")).to_have_text("On hold")
        await expect(page.get_by_test_id("call-planes")).to_have_text("")
        await expect(page.get_by_test_id("disagreements")).to_have_text("≠ 1")
        assert await disagreements(page) == [("held-at-gws-only", "hold or retrieve")]
        leg.hang_up()
        s.telephony.release(call.call_uuid)
        await expect(page.get_by_test_id("call-card")).to_have_count(0)


@contextmanager
def unheard(s: Stage) -> Iterator[None]:
    """What GWS tells meanwhile is lost for good."""
    s.gws.faults.check({"lose": 1.0})()
    yield
    s.gws.faults.check({"lose": 0.0})()


async def found(page: Page, name: str, *, over: bool = True) -> None:
    """Wait until a disagreement of this name has been found and, unless that is not asked, is over."""

    async def is_there() -> bool:
        every = await page.evaluate("cordboard.disagreements")
        return any(one["name"] == name and not (over and one["open"]) for one in every)

    await until_async(is_there, f"no {name}", 15.0)


async def test_every_disagreement_is_found_mended_and_counted(browser: Browser) -> None:
    """The lab's switch loses GWS's events, the phone is not rung, words do not arrive, requests come to nothing."""
    async with ready(browser) as (page, s):
        call = s.telephony.ring("5001", CUSTOMER)
        await found(page, "ringing-without-invite", over=False)
        leg = await s.gateway.invite(CUSTOMER, call.call_uuid)
        await found(page, "ringing-without-invite")
        s.telephony.establish(call.call_uuid)
        await leg.answered()  # by itself: GWS says that the call is there, and no word to answer it came
        await found(page, "answer-without-talk")

        with unheard(s):
            s.telephony.request(HoldCall("5001", call.call_uuid))
        leg.inform({"do": "hold"})
        await found(page, "held-here-only")
        with unheard(s):
            second = s.telephony.ring("5001", "+15550101")
        ringing = await s.gateway.invite("+15550101", second.call_uuid)
        await found(page, "invite-without-event")
        ringing.cancel()
        s.telephony.abandon(second.call_uuid)

        with unheard(s):
            third = s.telephony.establish(s.telephony.ring("5001", "+15550102").call_uuid)
        s.telephony.request(HoldCall("5001", third.call_uuid))  # its first event that is heard
        await found(page, "events-lost")
        with unheard(s):
            s.telephony.release(third.call_uuid)
        leg.inform({"do": "retrieve"})
        await found(page, "gone-here-only")
        await found(page, "held-at-gws-only")
        assert s.telephony.calls("5001")[0].state is CallState.ESTABLISHED, "GWS was asked to retrieve, too"

        s.telephony.silent.add(ReleaseCall)
        await page.get_by_test_id("call-hangup").click()
        await s.gateway.request("BYE")
        await found(page, "hang-up-without-end")
        s.telephony.release(call.call_uuid)
        await expect(page.get_by_test_id("call-card")).to_have_count(0)

        last = s.telephony.ring("5001", "+15550103")
        leg = await s.gateway.invite("+15550103", last.call_uuid)
        await page.get_by_test_id("call-answer").click()
        await leg.answered()
        s.telephony.establish(last.call_uuid)
        await shows(page, "talking")
        s.telephony.release(last.call_uuid)
        await found(page, "gone-at-gws-only", over=False)
        leg.hang_up()
        await found(page, "gone-at-gws-only")
        await expect(page.get_by_test_id("call-card")).to_have_count(0)
        text = s.metrics.text().decode()
        repaired = dict(await disagreements(page))
        assert repaired.keys() == NAMES
        assert all(repaired.values()), repaired
        assert {name for name in NAMES if f'plane_disagreements_total{{name="{name}"}}' in text} == NAMES
        assert 'name="other"' not in text


async def test_attached_data_disposition_and_the_work_after_the_call(browser: Browser) -> None:
    async with talking(browser) as (page, s, call, leg):
        await page.get_by_test_id("call-data-edit").press("Enter")
        await value(page, "Language").fill("French")
        await value(page, "Language").press("Enter")
        await page.get_by_test_id("call-data-key").fill("Note")
        await page.get_by_test_id("call-data-value").fill("<b>Monday</b>")
        await page.get_by_test_id("call-data-value").press("Enter")
        await expect(value(page, "Note")).to_have_value("<b>Monday</b>")
        await page.get_by_role("button", name="Remove Language").click()
        await expect(value(page, "Language")).to_have_count(0)
        await expect(page.get_by_test_id("call-data-edit")).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(page.get_by_test_id("call-data")).to_have_text("Note<b>Monday</b>")
        await page.get_by_test_id("call-disposition").select_option(index=1)
        await expect(page.get_by_test_id("call-data")).to_have_text("Note<b>Monday</b>")
        while "DispositionCode" not in str([one for one in s.telephony.requests if isinstance(one, ChangeUserData)]):
            await page.wait_for_timeout(20)

        leg.hang_up()
        s.telephony.release(call.call_uuid)
        s.telephony.change_dn("5001", state=AgentState.NOT_READY, work_mode="AfterCallWork")
        await expect(page.get_by_test_id("agent-state")).to_have_text("After Call Work")
        await expect(page.get_by_test_id("after-call-left")).to_have_text("00:19 left")
        await page.get_by_test_id("after-call-extend").click()
        await expect(page.get_by_test_id("after-call-left")).to_have_text("until you choose a state")
        await page.get_by_test_id("state-reason").select_option(index=1)
        await expect(page.get_by_test_id("after-call")).to_be_hidden()
        await expect(page.get_by_test_id("agent-state")).to_have_text("Break")
        assert await page.evaluate("document.documentElement.scrollWidth") == 400
