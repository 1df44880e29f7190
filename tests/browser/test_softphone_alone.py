"""The softphone on a page of its own: the guide's connection panel, calls on both planes, what goes wrong. No media."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Route, expect

from cordboard.lab.telephony import AgentLogin, AgentLogout, HoldCall, MakeCall, ReleaseCall
from cordboard.sip.message import Request, Response
from kit.chromium import new_page
from kit.softphone import Stage, stage

pytestmark = pytest.mark.asyncio(loop_scope="session")

CUSTOMER = "+15550100"


@asynccontextmanager
async def opened(browser: Browser, *, gws: bool = True, sip: bool = True) -> AsyncIterator[tuple[Page, Stage]]:
    """A page with the planes connected; it must have ended without an error in its console."""
    errors: list[str] = []
    async with stage() as s:
        page = await new_page(browser)
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        await page.goto(s.desk + "/")
        await expect(page.get_by_test_id("field-agent-dn")).to_have_value("5001")
        if sip:
            await page.get_by_test_id("connect-sip").click()
            await light(page, "sip", "on")
        if gws:
            await page.get_by_test_id("connect-gws").click()
            await light(page, "gws", "on")
        yield page, s
        # Chromium reports HTTP and WebSocket failures, which some tests are about; everything else is ours.
        assert [text for text in errors if not re.search("Failed to load resource|WebSocket connection", text)] == []


async def light(page: Page, plane: str, state: str) -> None:
    await expect(page.get_by_test_id(f"light-{plane}")).to_have_attribute("data-state", state)


async def told(page: Page, text: str) -> None:
    await expect(page.get_by_test_id("message-text")).to_have_text(text)


async def card_state(page: Page, state: str) -> None:
    await expect(page.get_by_test_id("call-card")).to_have_attribute("data-state", state)


async def inspect(page: Page, what: str) -> Any:
    return await page.evaluate(f"window.cordboard.{what}")


async def test_two_buttons_turn_two_lights_green_and_take_them_back(browser: Browser) -> None:
    async with opened(browser) as (page, s):
        await expect(page.get_by_test_id("agent-name")).to_have_text("Agent 5001")
        register = await s.gateway.request("REGISTER")
        assert register.headers.get("Authorization") is None  # a password waits for the challenge
        await page.get_by_test_id("state-Ready").click()
        await expect(page.get_by_test_id("agent-state")).to_have_text("Ready")
        await expect(page.get_by_test_id("state-Ready")).to_have_attribute("aria-pressed", "true")
        assert [type(one) for one in s.telephony.requests].count(AgentLogin) == 1
        kept = await page.evaluate(
            "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href])"
        )
        assert "GenesysAgent" not in kept
        assert json.loads(json.loads(kept)[0].get("cordboard.preferences", "{}")).keys() <= {"cometdChannel"}
        await page.get_by_test_id("connect-gws").click()
        await light(page, "gws", "off")
        await expect(page.get_by_test_id("agent-name")).to_have_text("Phone")
        assert isinstance(s.telephony.requests[-1], AgentLogout)
        await page.get_by_test_id("connect-sip").click()
        await light(page, "sip", "off")


async def test_signed_in_first_the_phone_registers_with_a_token(browser: Browser) -> None:
    async with opened(browser, sip=False) as (page, s):
        await page.get_by_test_id("field-password").fill("")
        await page.get_by_test_id("connect-sip").click()
        await light(page, "sip", "on")
        register = await s.gateway.request("REGISTER")
        assert (register.headers.get("Authorization") or "").startswith("Bearer ey")


async def test_a_customer_calls_and_is_answered_held_and_hung_up(browser: Browser) -> None:
    async with opened(browser) as (page, s):
        call = s.telephony.ring("5001", CUSTOMER, {"Segment": "Gold"})
        leg = await s.gateway.invite(CUSTOMER, call.call_uuid)
        await card_state(page, "ringing")
        await expect(page.get_by_test_id("call-who")).to_have_text(CUSTOMER)
        await expect(page.get_by_test_id("call-data")).to_have_text("SegmentGold")
        assert await inspect(page, "tone") == "ring"
        assert await inspect(page, "microphones") == 1
        await page.get_by_test_id("call-answer").click()
        await leg.answered()
        s.telephony.establish(call.call_uuid)
        await card_state(page, "talking")
        assert await inspect(page, "tone") == "none"

        await page.get_by_test_id("call-hold").click()
        await page.wait_for_timeout(200)
        assert any(isinstance(one, HoldCall) for one in s.telephony.requests)
        since = len(s.gateway.received)
        leg.inform({"do": "hold"})
        await card_state(page, "held")
        assert not [one for one in s.gateway.received[since:] if getattr(one, "method", "") == "INVITE"]

        await page.get_by_test_id("call-hangup").click()
        await card_state(page, "ending")
        bye = await s.gateway.request("BYE")  # nothing came of GWS's Hangup here
        assert bye.headers.get("Call-ID") == leg.call_id
        assert any(isinstance(one, ReleaseCall) for one in s.telephony.requests)
        await expect(page.get_by_test_id("call-card")).to_have_count(0)
        assert [one["name"] for one in await inspect(page, "disagreements")] == ["hang-up-without-end"]
        assert await inspect(page, "microphones") == 0
        await expect(page.get_by_test_id("remote-audio")).to_have_count(0)


async def test_answer_in_gws_reaches_the_page_as_a_word(browser: Browser) -> None:
    async with opened(browser) as (page, s):
        call = s.telephony.ring("5001", CUSTOMER)
        leg = await s.gateway.invite(CUSTOMER, call.call_uuid)
        leg.inform({"do": "answer"})
        await leg.answered()
        await card_state(page, "talking")


async def test_reject_is_486_and_an_abandoned_call_is_missed(browser: Browser) -> None:
    async with opened(browser, gws=False) as (page, s):
        leg = await s.gateway.invite(CUSTOMER, "")
        await page.get_by_test_id("call-reject").click()
        await leg.response(486)
        await expect(page.get_by_test_id("call-card")).to_have_count(0)
        leg = await s.gateway.invite(CUSTOMER, "")
        await card_state(page, "ringing")
        leg.cancel()
        await leg.response(487)
        await told(page, f"Missed call from {CUSTOMER}.")
        assert await inspect(page, "microphones") == 0


async def test_dialling_through_gws_is_one_quiet_card(browser: Browser) -> None:
    async with opened(browser) as (page, s):
        await page.get_by_test_id("dial-number").fill("5002")
        await page.get_by_test_id("dial-call").click()
        await card_state(page, "dialing")
        dialled = s.telephony.calls("5001")
        while not dialled:
            await page.wait_for_timeout(20)
            dialled = s.telephony.calls("5001")
        assert isinstance(s.telephony.requests[-1], MakeCall)
        leg = await s.gateway.invite("5002", dialled[0].call_uuid, ("X-Cordboard-Call", "agent-first"))
        leg.inform({"do": "answer"})
        await leg.answered()
        await expect(page.get_by_test_id("call-card")).to_have_count(1)
        await page.wait_for_function("window.cordboard.tone === 'ringback'")
        s.telephony.establish(dialled[0].call_uuid)
        await card_state(page, "talking")
        assert await inspect(page, "tone") == "none"


async def test_dialling_by_the_phone_itself(browser: Browser) -> None:
    async with opened(browser, gws=False) as (page, s):
        await page.get_by_test_id("dial-number").fill("+1 555 0102")
        await page.get_by_test_id("dial-call").click()
        invite = await s.gateway.request("INVITE")
        assert invite.uri.startswith("sip:+15550102@127.0.0.1")
        assert " UDP " in invite.body.decode().upper()  # at least one candidate, and no wait for the end of gathering
        await card_state(page, "talking")
        await expect(page.get_by_test_id("remote-audio")).to_have_count(1)
        await page.get_by_test_id("call-hangup").click()
        await s.gateway.request("BYE")
        await expect(page.get_by_test_id("call-card")).to_have_count(0)

        s.gateway.accepts_calls = False
        await page.get_by_test_id("dial-number").fill("5002")
        await page.keyboard.press("Enter")
        await told(page, "5002: The other side is busy.")


async def test_a_lost_connection_keeps_the_call(browser: Browser) -> None:
    async with opened(browser, gws=False) as (page, s):
        leg = await s.gateway.invite(CUSTOMER, "")
        await page.get_by_test_id("call-answer").click()
        await leg.answered()
        await card_state(page, "talking")
        since = len(s.gateway.received)
        await s.gateway.drop()
        await s.gateway.request("REGISTER", since)
        await light(page, "sip", "on")
        await card_state(page, "talking")
        assert s.gateway.connections == 2
        leg.hang_up()
        await expect(page.get_by_test_id("call-card")).to_have_count(0)


async def test_a_call_that_rings_anew_after_a_lost_connection_is_one_card(browser: Browser) -> None:
    async with opened(browser) as (page, s):
        call = s.telephony.ring("5001", CUSTOMER)
        await s.gateway.invite(CUSTOMER, call.call_uuid)
        since = len(s.gateway.received)
        await s.gateway.drop()
        await s.gateway.request("REGISTER", since)
        leg = await s.gateway.invite(CUSTOMER, call.call_uuid)
        await card_state(page, "ringing")
        await page.get_by_test_id("call-answer").click()
        await leg.answered()
        await card_state(page, "talking")
        assert await inspect(page, "microphones") == 1


async def test_words_outside_calls(browser: Browser) -> None:
    async with opened(browser, gws=False) as (page, s):
        audio = json.loads((await s.gateway.request("MESSAGE")).body)["audio"]
        assert audio["speaker"] == {"muted": False, "volume": 100, "name": ""}
        s.gateway.message({"do": "ping", "id": "77"})
        reply = await s.gateway.until(lambda message: "X-Cordboard-Microphone" in message.headers)
        assert isinstance(reply, Response)
        assert reply.headers.get("X-Cordboard-Microphone") in ("ready", "asked")
        assert (reply.status, reply.body) == (200, b"")
        s.gateway.message({"taken over": True})
        await told(page, "Another page uses this DN now; new calls ring there.")
        await light(page, "sip", "failed")
        registers = [m for m in s.gateway.received if isinstance(m, Request) and m.method == "REGISTER"]
        await s.gateway.drop()
        await page.wait_for_timeout(500)
        assert registers == [m for m in s.gateway.received if isinstance(m, Request) and m.method == "REGISTER"]
        await page.get_by_test_id("connect-sip").click()
        await light(page, "sip", "on")
        await told(page, "")


async def test_wrong_credentials_say_what_to_do(browser: Browser) -> None:
    async with opened(browser, gws=False, sip=False) as (page, s):
        await page.get_by_test_id("field-gws-password").fill("wrong")
        await page.get_by_test_id("connect-gws").click()
        await light(page, "gws", "failed")
        await expect(page.get_by_test_id("message-help")).to_have_text(
            "Check user name and password, then connect again."
        )
        s.gateway.registration_status = 403
        await page.get_by_test_id("connect-sip").click()
        await light(page, "sip", "failed")
        await told(page, "This DN may not be used from here.")
        await page.get_by_test_id("field-sip-server").fill("http://nowhere")
        await page.get_by_test_id("connect-sip").click()
        await told(page, "The SIP Server address is not a WebSocket address.")


async def test_gws_that_restarts_ends_the_session_but_not_the_call(browser: Browser) -> None:
    async with opened(browser) as (page, s):
        call = s.telephony.ring("5001", CUSTOMER)
        leg = await s.gateway.invite(CUSTOMER, call.call_uuid)
        await page.get_by_test_id("call-answer").click()
        await leg.answered()
        await s.gws.restart()
        await told(page, "GWS ended the session.")
        await light(page, "gws", "off")
        await card_state(page, "talking")
        await page.get_by_test_id("connect-gws").click()
        await light(page, "gws", "on")
        await expect(page.get_by_test_id("call-card")).to_have_count(1)


async def test_after_every_handshake_the_state_is_read_anew(browser: Browser) -> None:
    """The CometD server forgets the client; what happened meanwhile is in no event."""
    async with opened(browser) as (page, s):
        forgotten = False

        async def forget(route: Route) -> None:
            nonlocal forgotten
            if forgotten:
                await route.continue_()
                return
            forgotten = True
            s.telephony.ring("5001", CUSTOMER)
            (message,) = json.loads(route.request.post_data or "[]")
            advice = {"reconnect": "handshake", "interval": 0}
            reply = {"channel": "/meta/connect", "id": message["id"], "successful": False, "error": "402::gone"}
            await route.fulfill(json=[reply | {"advice": advice}])

        await page.route("**/notifications/connect", forget)
        await card_state(page, "ringing")
        await light(page, "gws", "on")
        call = s.telephony.calls("5001")[0]
        s.telephony.release(call.call_uuid)
        await expect(page.get_by_test_id("call-card")).to_have_count(0)


async def test_gws_out_of_reach_turns_its_light_and_comes_back(browser: Browser) -> None:
    async with opened(browser) as (page, s):
        await page.route("**/notifications/**", lambda route: route.abort())
        await light(page, "gws", "connecting")
        call = s.telephony.ring("5001", CUSTOMER)
        leg = await s.gateway.invite(CUSTOMER, call.call_uuid)
        await page.get_by_test_id("call-answer").click()
        await leg.answered()
        since = len(s.gateway.received)
        await page.get_by_test_id("call-hold").click()  # by SIP: GWS cannot be asked
        await s.gateway.request("INVITE", since)
        s.telephony.establish(call.call_uuid)
        await page.unroute("**/notifications/**")
        await expect(page.get_by_test_id("light-gws")).to_have_attribute("data-state", "on", timeout=10_000)
        await expect(page.get_by_test_id("call-card")).to_have_count(1)


async def test_a_browser_that_refuses_to_play_gets_a_visible_button(browser: Browser) -> None:
    """Headless Chromium plays always, so its refusal is put in by hand."""
    refuse = """
        const play = HTMLMediaElement.prototype.play;
        let clicked = false;
        addEventListener("click", (event) => { clicked ||= event.target.closest("[data-testid=enable-sound]"); }, true);
        HTMLMediaElement.prototype.play = function () {
          return clicked ? play.call(this) : Promise.reject(new DOMException("no", "NotAllowedError"));
        };
    """
    async with stage() as s:
        page = await new_page(browser)
        await page.add_init_script(refuse)
        await page.goto(s.desk + "/")
        await page.get_by_test_id("connect-sip").click()
        await light(page, "sip", "on")
        await expect(page.get_by_test_id("enable-sound")).to_be_hidden()
        leg = await s.gateway.invite(CUSTOMER, "")
        leg.inform({"do": "answer"})
        await leg.answered()
        await page.get_by_test_id("enable-sound").click()
        await expect(page.get_by_test_id("enable-sound")).to_be_hidden()
        await card_state(page, "talking")


async def test_without_a_microphone_calls_are_refused_with_480(browser: Browser) -> None:
    async with stage() as s:
        page = await new_page(browser)
        await page.add_init_script(
            "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('no', 'NotAllowedError'); }"
        )
        await page.goto(s.desk + "/")
        await page.get_by_test_id("connect-sip").click()
        await light(page, "sip", "on")
        await told(page, "No microphone: it is not allowed for this page.")
        leg = await s.gateway.invite(CUSTOMER, "")
        await leg.response(480)
        await expect(page.get_by_test_id("call-card")).to_have_count(0)


async def test_hostile_names_and_data_are_text_and_nothing_leaves_the_narrow_window(browser: Browser) -> None:
    hostile = "<img src=x onerror='document.title=1'>" + "W" * 300
    async with opened(browser) as (page, s):
        await page.set_viewport_size({"width": 400, "height": 600})
        call = s.telephony.ring("5001", CUSTOMER, {hostile: hostile, "nested": {"a": ["b", None, {"c": "d"}]}})
        header = ("P-Asserted-Identity", f'"{hostile.replace(chr(39), "")}" <sip:{CUSTOMER}@127.0.0.1>')
        leg = await s.gateway.invite(CUSTOMER, call.call_uuid, header)
        await expect(page.get_by_test_id("call-data")).to_contain_text("<img src=x")
        assert await page.locator("img").count() == 0
        assert await page.evaluate("document.documentElement.scrollWidth") == 400
        box = await page.get_by_test_id("call-answer").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 400
        assert box["y"] + box["height"] <= 600
        leg.cancel()
        s.telephony.abandon(call.call_uuid)
        await expect(page.get_by_test_id("call-card")).to_have_count(0)
