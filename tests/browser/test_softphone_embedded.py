"""The softphone beside the agent desktop, in its iframe: no click, one session, everything driven by GWS. No media."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import Browser, FrameLocator, Page, Route, expect

from cordboard.lab.telephony import AgentLogin, AnswerCall, HoldCall, MakeCall, ReleaseCall, SendDtmf
from cordboard.sip.message import Request
from kit.chromium import new_page
from kit.gws import gws_bench
from kit.softphone import Stage, stage

pytestmark = pytest.mark.asyncio(loop_scope="session")

CUSTOMER = "+15550100"


@asynccontextmanager
async def desktop(browser: Browser) -> AsyncIterator[tuple[Page, Stage]]:
    async with stage() as s:
        page = await new_page(browser)
        await page.goto(s.desktop)
        yield page, s


async def log_in(page: Page, user: str = "agent5001", password: str = "agent5001") -> FrameLocator:
    await page.get_by_test_id("login-user").fill(user)
    await page.get_by_test_id("login-password").fill(password)
    await page.get_by_test_id("login-submit").click()
    return page.frame_locator("[data-testid=softphone]")


async def lights(phone: FrameLocator, state: str) -> None:
    for plane in ("sip", "gws"):
        await expect(phone.get_by_test_id(f"light-{plane}")).to_have_attribute("data-state", state)


async def ready(page: Page) -> None:
    await page.get_by_test_id("desk-state-Ready").click()
    await expect(page.get_by_test_id("desk-state")).to_have_text("Ready")


async def test_the_phone_follows_the_desktops_session_without_a_click(browser: Browser) -> None:
    async with desktop(browser) as (page, s):
        phone = await log_in(page)
        await lights(phone, "on")
        await expect(phone.get_by_test_id("agent-dn")).to_have_text("DN 5001")
        register = await s.gateway.request("REGISTER")
        assert (register.headers.get("Authorization") or "").startswith("Bearer ey")
        await expect(page.get_by_test_id("desk-agent")).to_have_text("Agent 5001")
        await ready(page)
        await expect(phone.get_by_test_id("agent-state")).to_have_text("Ready")
        assert await phone.get_by_test_id("state-Ready").count() == 0
        logins = [one for one in s.telephony.requests if isinstance(one, AgentLogin)]
        assert len(logins) == 1  # the desktop's, none of the phone's


async def test_answer_hold_digits_and_hang_up_in_the_desktop(browser: Browser) -> None:
    async with desktop(browser) as (page, s):
        phone = await log_in(page)
        await lights(phone, "on")
        await ready(page)
        call = s.telephony.ring("5001", CUSTOMER, {"Segment": "Gold"})
        leg = await s.gateway.invite(CUSTOMER, call.call_uuid)
        await expect(page.get_by_test_id("desk-call")).to_have_attribute("data-state", "Ringing")
        await expect(page.get_by_test_id("desk-data")).to_contain_text("Gold")
        await expect(phone.get_by_test_id("call-card")).to_have_attribute("data-uuid", call.call_uuid)
        await page.get_by_test_id("desk-op-Answer").click()
        await expect(page.get_by_test_id("desk-call")).to_have_attribute("data-state", "Established")
        leg.inform({"do": "answer"})
        await leg.answered()
        await expect(phone.get_by_test_id("call-card")).to_have_attribute("data-state", "talking")
        await page.get_by_test_id("desk-value").fill("12#")
        await page.get_by_test_id("desk-op-SendDtmf").click()
        await page.get_by_test_id("desk-op-Hold").click()
        await expect(page.get_by_test_id("desk-call")).to_have_attribute("data-state", "Held")
        await page.get_by_test_id("desk-op-Retrieve").click()
        await page.get_by_test_id("desk-op-Hangup").click()
        await expect(page.get_by_test_id("desk-call")).to_have_count(0)
        leg.hang_up()
        await expect(phone.get_by_test_id("call-card")).to_have_count(0)
        await expect(page.get_by_test_id("desk-recent")).to_contain_text(CUSTOMER)
        asked = [type(one) for one in s.telephony.requests]
        assert [one for one in (AnswerCall, SendDtmf, HoldCall, ReleaseCall) if one not in asked] == []


async def test_a_call_dialled_in_the_desktop(browser: Browser) -> None:
    async with desktop(browser) as (page, s):
        phone = await log_in(page)
        await lights(phone, "on")
        await page.get_by_test_id("desk-dial-number").fill("5002")
        await page.get_by_test_id("desk-dial").click()
        await expect(page.get_by_test_id("desk-call")).to_have_attribute("data-state", "Dialing")
        assert any(isinstance(one, MakeCall) for one in s.telephony.requests)
        await expect(phone.get_by_test_id("call-card")).to_have_attribute("data-state", "dialing")


async def test_ready_waits_for_the_phone(browser: Browser) -> None:
    async with desktop(browser) as (page, s):
        s.gateway.registration_status = 503
        phone = await log_in(page)
        await expect(page.get_by_test_id("desk-agent")).to_have_text("Agent 5001")
        await page.get_by_test_id("desk-state-Ready").click()
        await expect(page.get_by_test_id("desk-message")).to_contain_text("Waiting for the phone")
        before = await page.get_by_test_id("desk-state-Ready").bounding_box()
        s.gateway.registration_status = 200
        await lights(phone, "on")
        await expect(page.get_by_test_id("desk-state")).to_have_text("Ready", timeout=10_000)
        await expect(page.get_by_test_id("desk-message")).to_have_text("")
        await page.get_by_test_id("desk-state-more").click()
        await page.get_by_test_id("desk-state-AfterCallWork").click()
        await expect(page.get_by_test_id("desk-state")).to_have_text("After Call Work")
        assert await page.get_by_test_id("desk-state-Ready").bounding_box() == before  # nothing moves under the mouse


async def test_a_state_that_changes_while_it_is_read(browser: Browser) -> None:
    """What GWS answered before an event is older than the event, however late it comes."""
    async with desktop(browser) as (page, s):
        phone = await log_in(page)
        await expect(page.get_by_test_id("desk-agent")).to_have_text("Agent 5001")
        read, changed = asyncio.Event(), asyncio.Event()

        async def late(route: Route) -> None:
            reply = await route.fetch()
            read.set()
            await changed.wait()
            await route.fulfill(response=reply)

        await page.route(f"{s.gws.url}/api/v2/me?*", late)
        await asyncio.wait_for(read.wait(), 10)
        await lights(phone, "on")
        await ready(page)
        async with page.expect_response("**/api/v2/me?*"), page.expect_response("**/api/v2/me?*"):
            changed.set()
        await expect(page.get_by_test_id("desk-state")).to_have_text("Ready")
        await expect(phone.get_by_test_id("agent-state")).to_have_text("Ready")


async def test_log_out_takes_the_phone_along_and_the_next_agent_gets_it(browser: Browser) -> None:
    async with desktop(browser) as (page, s):
        phone = await log_in(page)
        await lights(phone, "on")
        await page.get_by_test_id("desk-logout").click()
        await expect(page.get_by_test_id("login-user")).to_be_visible()
        gone = await s.gateway.until(
            lambda message: (
                isinstance(message, Request)
                and message.method == "REGISTER"
                and ";expires=0" in (message.headers.get("Contact") or "")
            )
        )
        assert "5001" in (gone.headers.get("To") or "")
        await log_in(page, "agent5002", "agent5002")
        await lights(phone, "on")
        await expect(phone.get_by_test_id("agent-dn")).to_have_text("DN 5002")


async def test_a_reload_comes_back_by_itself(browser: Browser) -> None:
    async with desktop(browser) as (page, _s):
        await lights(await log_in(page), "on")
        await ready(page)
        await page.reload()
        await lights(page.frame_locator("[data-testid=softphone]"), "on")
        await expect(page.get_by_test_id("desk-state")).to_have_text("Ready")


async def test_a_wrong_password_is_said(browser: Browser) -> None:
    async with desktop(browser) as (page, _s):
        await log_in(page, password="wrong")
        await expect(page.get_by_test_id("login-error")).to_have_text("GWS does not know this user name and password.")


async def test_the_labs_page_lets_customers_call_and_hangs_up(browser: Browser) -> None:
    calls: list[dict[str, Any]] = []

    async def place(request: web.Request) -> web.Response:
        order = await request.json()
        if order["to"] == "x":
            return web.json_response({"error": "to must be a number"}, status=400)
        calls.append({"id": "c1", "from": order["from"], "to": order["to"], "state": "talking", **order})
        return web.json_response({"id": "c1"}, status=201)

    async def hang_up(_: web.Request) -> web.Response:
        calls.clear()
        return web.Response(status=204)

    async def every(_: web.Request) -> web.Response:
        return web.json_response({"calls": [*calls, {"id": "c0", "from": "1", "to": "2", "state": "ended"}]})

    routes = [web.post("/lab/calls", place), web.get("/lab/calls", every), web.delete("/lab/calls/c1", hang_up)]
    async with gws_bench(routes) as gws:
        page = await new_page(browser)
        await page.goto(gws.url + "/lab/index.html")
        await page.get_by_test_id("lab-sound").select_option("1000")
        await page.get_by_test_id("lab-call").click()
        await expect(page.get_by_test_id("lab-call-item")).to_have_count(1)
        await expect(page.get_by_test_id("lab-call-item")).to_contain_text("+15550100 calls 8000")
        assert calls[0]["tone"] == 1000
        assert calls[0]["userData"]["CustomerSegment"] == "Gold"
        await page.get_by_test_id("lab-hangup").click()
        await expect(page.get_by_test_id("lab-call-item")).to_have_count(0)
        await page.get_by_test_id("lab-to").fill("x")
        await page.get_by_test_id("lab-call").click()
        await expect(page.get_by_test_id("lab-error")).to_have_text("to must be a number")
