"""The pages for everybody: axe-core finds nothing in their main states, small windows show everything, keys take calls,
and a call is noticed while the agent looks elsewhere.
"""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Frame, Page, expect

from kit.accessible import barriers
from kit.admin_page import VIEWS, admin_page
from kit.chromium import new_page
from kit.lab import RunningLab, running_lab
from kit.lab_agent import AgentPage
from kit.softphone import stage

pytestmark = pytest.mark.asyncio(loop_scope="session")

LOW, NARROW, DESK = {"width": 400, "height": 600}, {"width": 320, "height": 568}, {"width": 1024, "height": 768}
UNSEEN = """() => [...document.querySelectorAll("button, input, select, h1, h2")].filter((one) => {
  const { left, right, width } = one.getBoundingClientRect();
  return width > 1 && one.checkVisibility({ visibilityProperty: true }) && (left < 0 || right > innerWidth + 1);
}).map((one) => one.outerHTML)"""

# Notes what the browser was asked to show, in a window that nobody looks at.
NOTIFICATIONS = """
globalThis.shown = [];
globalThis.Notification = class {
  static permission = "default";
  static async requestPermission() { return (this.permission = "granted"); }
  constructor(title) { shown.push(title); }
  close() { shown.push("closed"); }
};
document.hasFocus = () => false;
"""


async def is_for_everybody(*places: Page | Frame) -> None:
    for place in places:
        assert await barriers(place) == []
        assert await place.evaluate(UNSEEN) == []


async def the_softphone(lab: RunningLab, browser: Browser) -> None:
    agent = await lab.softphone(browser)
    page = agent.page
    await is_for_everybody(page)
    await agent.by("field-gws-password").fill("wrong")
    await agent.press("connect-gws")
    await agent.shows("message-text", "GWS is not connected")
    await page.set_viewport_size(LOW)
    await is_for_everybody(page)
    await agent.press("message-dismiss")  # it is not below the fields
    await agent.by("field-gws-password").fill("agent5001")
    await agent.connect("sip")
    await agent.connect("gws")
    await agent.ready()
    await is_for_everybody(page)
    await lab.customer("8000", tone=440.0)
    await agent.card("ringing")
    await is_for_everybody(page)
    await page.set_viewport_size({"width": 400, "height": 420})
    await expect(agent.by("call-reject")).to_be_in_viewport(ratio=1)
    await agent.press("call-answer")
    await agent.card("talking")
    await expect(agent.by("call-hangup")).to_be_in_viewport(ratio=1)
    await page.set_viewport_size(NARROW)
    for drawer in ("call-keypad", "call-transfer", "call-data-edit"):
        await agent.press(drawer)
        await is_for_everybody(page)
        if drawer == "call-keypad":
            await expect(agent.by("call-key-#")).to_be_in_viewport(ratio=1)
        await agent.press(drawer)
    await agent.press("call-hold")
    await agent.card("held")
    await is_for_everybody(page)
    await agent.press("call-hangup")
    await agent.shows_no("call-card")
    await page.close()


async def the_desktop(lab: RunningLab, browser: Browser) -> AgentPage:
    page = await lab.open(browser, lab.desktop, 620.0)
    await is_for_everybody(page)
    await page.close()
    agent = await lab.agent(browser, "5001", microphone=620.0)
    await agent.page.set_viewport_size(DESK)
    await agent.ready()
    await is_for_everybody(agent.page, agent.phone)
    await lab.customer("8000", tone=440.0)
    await agent.by("desk-toast-accept").wait_for()
    await agent.card("ringing")
    await expect(agent.page).to_have_title("☎ Incoming call")
    await is_for_everybody(agent.page, agent.phone)
    await agent.by("desk-dial-number").focus()
    await agent.page.keyboard.press("F2")
    await agent.card("talking")
    await expect(agent.page).to_have_title("Agent Desktop")
    await agent.press("desk-join-transfer")
    await is_for_everybody(agent.page)
    return agent


async def the_admin_page(lab: RunningLab, browser: Browser) -> None:
    admin = await admin_page(browser, lab.settings.admin.url, width=800)
    await is_for_everybody(admin.page)
    await admin.sign_in()
    await expect(admin.by("overview-state")).to_be_visible()
    for view in VIEWS:
        await admin.go(view)
        await is_for_everybody(admin.page)
    await admin.go("traces")
    await admin.by("traces-row").first.click()
    await admin.by("ladder-step").first.click()
    for scheme in ("light", "dark"):
        await admin.page.emulate_media(color_scheme=scheme)
        await is_for_everybody(admin.page)
    await admin.go("overview")
    await admin.by("drain-on").click()
    await is_for_everybody(admin.page)


@pytest.mark.timeout(120)
async def test_axe_finds_nothing_and_nothing_is_out_of_sight(browser: Browser) -> None:
    async with running_lab() as lab:
        await the_softphone(lab, browser)
        agent = await the_desktop(lab, browser)
        await the_admin_page(lab, browser)
        await agent.page.bring_to_front()
        await agent.page.keyboard.press("F4")
        await agent.shows_no("call-card")
        await is_for_everybody(agent.page)


async def test_a_call_is_noticed_elsewhere_and_taken_by_a_key(browser: Browser) -> None:
    async with stage() as s:
        page = await new_page(browser)
        await page.add_init_script(NOTIFICATIONS)
        await page.goto(s.desk + "/")
        await page.get_by_test_id("field-notify").check()
        await page.get_by_test_id("connect-sip").click()
        await expect(page.get_by_test_id("light-sip")).to_have_attribute("data-state", "on")
        call = await s.gateway.invite("+15550100", "")
        await expect(page).to_have_title("☎ Incoming call")
        await expect(page.get_by_role("alert")).to_have_text("Incoming call from +15550100")
        await expect(page.get_by_test_id("call-answer")).to_have_attribute("aria-keyshortcuts", "F2")
        assert await page.evaluate("shown") == ["Incoming call"]
        await page.get_by_test_id("dial-number").focus()
        await page.keyboard.press("F2")
        await call.answered()
        await expect(page.get_by_test_id("call-card")).to_have_attribute("data-state", "talking")
        await expect(page).to_have_title("Cordboard softphone")
        assert await page.evaluate("shown") == ["Incoming call", "closed"]
        await page.keyboard.press("F8")
        await expect(page.get_by_test_id("call-mute")).to_have_attribute("aria-pressed", "true")
        await page.keyboard.press("F4")
        await s.gateway.request("BYE")
