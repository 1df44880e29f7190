"""The phone in pages of others: examples from another origin, a page nobody named, a sandbox, Workspace. No media."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import Browser, BrowserContext, Frame, Page, expect

from cordboard.lab.telephony import MakeCall
from cordboard.net.http import serve_http
from kit.desk import free_port
from kit.lab import until
from kit.softphone import Stage, stage

pytestmark = pytest.mark.asyncio(loop_scope="session")

EXAMPLES = Path(__file__).parent.parent.parent / "examples" / "embedding"
HOST = "127.0.0.1"
CUSTOMER = "+15550100"
NOTE_VIOLATIONS = """window.namesBefore = Object.getOwnPropertyNames(window);
document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sourceFile, lineNumber }) =>
  window.violated(`${violatedDirective} ${blockedURI} ${sourceFile}:${lineNumber}`));"""
NO_STORAGE = """for (const name of ["localStorage", "sessionStorage", "indexedDB"]) {
  Object.defineProperty(window, name, { get() { throw new DOMException("denied", "SecurityError"); } });
}"""
NOSY = """<!doctype html><title>Another page</title><script src="nosy.js"></script>"""
NOSY_SCRIPT = """window.heard = [];
addEventListener("message", ({ data }) => heard.push(data));
window.bother = (phone, count) => {
  const ask = { cordboard: 1, call: "dial", with: { number: "5002" } };
  for (let id = 0; id < count; id += 1) phone.postMessage({ ...ask, id }, "*");
  phone.postMessage({ cordboard: 1, id: count, call: "state" }, "*");
};"""


@dataclass
class Site:
    """`url` is named by the desk, `other` is not; both serve the examples and a page that bothers the phone."""

    stage: Stage
    url: str
    other: str
    context: BrowserContext
    violations: list[str] = field(default_factory=list)

    async def page(self, url: str) -> Page:
        page = await self.context.new_page()
        page.on("console", lambda message: self.note(message.text))
        await page.goto(url)
        return page

    def note(self, text: str) -> None:
        if "Content Security Policy" in text or "Trusted" in text or "sandbox" in text:
            self.violations.append(text)


def examples(desk: str) -> web.Application:
    """As a careful administrator serves them: under a policy of their own."""
    policy = (
        f"default-src 'none'; script-src 'self' {desk}; style-src 'self'; frame-src {desk};"
        " require-trusted-types-for 'script'; trusted-types 'none'"
    )

    async def file(request: web.Request) -> web.Response:
        name = request.match_info["name"]
        text = {"nosy.html": NOSY, "nosy.js": NOSY_SCRIPT}.get(name) or (EXAMPLES / name).read_text()
        kind = {"html": "text/html", "js": "text/javascript", "css": "text/css"}[name.rpartition(".")[2]]
        text = text.replace("https://phone.example", desk)
        return web.Response(text=text, content_type=kind, headers={"Content-Security-Policy": policy})

    application = web.Application()
    application.router.add_get("/{name}", file)
    return application


@asynccontextmanager
async def site(browser: Browser, **changes: Any) -> AsyncIterator[Site]:
    """An agent whose browser has a session of GWS, and pages at two origins of loopback."""
    first, second = free_port(), free_port()
    url, other = f"http://{HOST}:{first}", f"http://{HOST}:{second}"
    async with AsyncExitStack() as running:
        around = await running.enter_async_context(stage(desk__embed_origins=[url], **changes))
        for port in (first, second):
            server = await serve_http(examples(around.desk), HOST, port)
            running.push_async_callback(server.close)
        context = await browser.new_context()
        running.push_async_callback(context.close)
        made = Site(around, url, other, context)
        await context.expose_binding("violated", lambda _source, text: made.violations.append(text))
        await context.add_init_script(NOTE_VIOLATIONS)
        password = base64.b64encode(b"agent5001:agent5001").decode()
        answer = await context.request.get(
            f"{around.gws.url}/api/v2/me", headers={"Authorization": f"Basic {password}"}
        )
        assert answer.ok
        yield made


async def phone_in(page: Page, desk: str) -> Frame:
    """The phone's frame, with both lights on."""
    for _ in range(200):
        found = [frame for frame in page.frames if frame.url.rstrip("/") == desk]
        if found:
            break
        await asyncio.sleep(0.05)
    (frame,) = found
    for plane in ("sip", "gws"):
        await expect(frame.get_by_test_id(f"light-{plane}")).to_have_attribute("data-state", "on", timeout=15_000)
    return frame


def dialled(site: Site) -> list[str]:
    return [one.destination for one in site.stage.telephony.requests if isinstance(one, MakeCall)]


async def has_dialled(site: Site, number: str) -> None:
    """GWS was asked to, once: a card is there before."""
    await until(lambda: dialled(site) == [number], f"GWS was asked to call {number}")


async def test_click_to_dial_and_a_screen_pop_from_another_origin(browser: Browser) -> None:
    async with site(browser) as s:
        page = await s.page(f"{s.url}/crm.html")
        phone = await phone_in(page, s.stage.desk)
        await page.get_by_role("button", name="Move to the next side").click()
        await page.reload()
        phone = await phone_in(page, s.stage.desk)
        box = await page.locator("[data-cordboard=phone]").bounding_box()
        assert box is not None
        assert (box["x"], box["width"]) == (0, 380)  # it is where the agent put it
        await expect(page.locator("#said")).to_have_text("The phone is connected.")
        await page.get_by_text("+1 555 0101").click()
        await expect(phone.get_by_test_id("call-card")).to_have_attribute("data-state", "dialing")
        await expect(page.locator("#who")).to_have_text("Alan Turing")
        await has_dialled(s, "+15550101")
        await page.locator("#hangUp").click()
        await expect(page.locator("#pop")).to_be_hidden(timeout=20_000)
        call = s.stage.telephony.ring("5001", CUSTOMER, {"Segment": "<b>Gold</b>"})
        leg = await s.stage.gateway.invite(CUSTOMER, call.call_uuid)
        await expect(page.locator("#who")).to_have_text("Ada Lovelace")
        await expect(page.locator("#data")).to_contain_text("<b>Gold</b>")
        await page.locator("#answer").click()
        await leg.answered()
        await expect(page.locator("#said")).to_have_text(f"talking: {CUSTOMER}")
        await page.keyboard.press("F8")
        await expect(phone.get_by_test_id("call-mute")).to_have_attribute("aria-pressed", "true")
        leg.hang_up()
        added = await page.evaluate(
            "Object.getOwnPropertyNames(window).filter((name) => !namesBefore.includes(name) && name !== 'namesBefore')"
        )
        assert added == ["cordboardPhone"]
        assert s.violations == []


async def test_a_page_that_nobody_named_gets_nothing(browser: Browser) -> None:
    async with site(browser) as s:
        page = await s.page(f"{s.other}/nosy.html")
        async with page.expect_popup() as opening:
            await page.evaluate("(url) => { window.phone = open(url); }", f"{s.stage.desk}/?embedded")
        popup = await opening.value
        phone = await phone_in(popup, f"{s.stage.desk}/?embedded")
        await page.evaluate("bother(phone, 20)")
        call = s.stage.telephony.ring("5001", CUSTOMER)
        leg = await s.stage.gateway.invite(CUSTOMER, call.call_uuid)
        await expect(phone.get_by_test_id("call-card")).to_have_attribute("data-state", "ringing")
        assert await phone.evaluate("cordboard.refusedMessages") == 21
        assert await page.evaluate("heard") == [{"cordboard": 1, "event": "ready", "data": {"version": 1}}]
        assert dialled(s) == []
        leg.cancel()
        framed = await s.page(f"{s.other}/crm.html")
        await until(lambda: any("frame-ancestors" in text for text in s.violations), "the refusal")
        left = [framed.url, "chrome-error://chromewebdata/"]
        await until(lambda: [frame.url for frame in framed.frames] == left, "the phone is in the page")


async def test_the_guides_call_in_a_sandbox_without_storage(browser: Browser) -> None:
    async with site(browser) as s:
        await s.context.add_init_script(NO_STORAGE)
        page = await s.page(f"{s.url}/plain.html")
        phone = await phone_in(page, s.stage.desk)
        frame = page.locator("iframe")
        assert await frame.get_attribute("sandbox") == "allow-scripts allow-same-origin"
        assert await frame.get_attribute("title") == "WebRTC Softphone"
        await phone.wait_for_function("cordboard.microphone === 'ready'")
        await phone.get_by_test_id("dial-number").fill("5002")
        await phone.get_by_test_id("dial-number").press("Enter")
        await expect(phone.get_by_test_id("call-card")).to_have_attribute("data-state", "dialing")
        await has_dialled(s, "5002")
        await page.get_by_role("button", name="Collapse").click()
        await expect(frame).to_be_hidden()
        await page.get_by_role("button", name="Open").click()
        await expect(frame).to_be_visible()
        assert s.violations == []


async def test_the_shell_shows_workspace_and_phone(browser: Browser) -> None:
    async with site(browser) as s:
        page = await s.page(f"{s.stage.desk}/shell/")
        phone = await phone_in(page, s.stage.desk)
        workspace = page.frame_locator("[data-testid=workspace]")
        await expect(workspace.get_by_test_id("desk-agent")).to_have_text("Agent 5001")
        await expect(workspace.get_by_test_id("desk-state")).to_be_visible()
        assert len([frame for frame in page.frames if frame.url.startswith(s.stage.desk)]) == 2  # shell and one phone
        await page.get_by_test_id("toggle").click()
        await expect(page.get_by_test_id("phone")).to_be_hidden()
        call = s.stage.telephony.ring("5001", CUSTOMER)
        leg = await s.stage.gateway.invite(CUSTOMER, call.call_uuid)
        await expect(phone.get_by_test_id("call-answer")).to_be_visible()
        assert await page.title() == "Incoming call"
        leg.cancel()
        assert s.violations == []


async def test_workspace_dials_where_it_hears_the_phone_and_gws_is_interrupted(browser: Browser) -> None:
    options = {"service-client-api.accepted-web-content-origins": "*"}
    async with site(browser, workspace_options=options) as s:
        page = await s.context.new_page()
        await page.route("**/gws/api/v2/notifications*", lambda route: route.abort())
        await page.route("**/gws/api/v2/notifications/*", lambda route: route.abort())
        await page.goto(s.stage.desktop)
        phone = page.frame_locator("[data-testid=softphone]")
        await expect(phone.get_by_test_id("light-sip")).to_have_attribute("data-state", "on", timeout=15_000)
        assert await phone.get_by_test_id("light-gws").get_attribute("data-state") != "on"
        (frame,) = [frame for frame in page.frames if frame.url.startswith(s.stage.desk)]
        await frame.wait_for_function("cordboard.workspace")
        await phone.get_by_test_id("dial-number").fill("5002")
        await phone.get_by_test_id("dial-call").click()
        await expect(page.get_by_test_id("desk-call")).to_have_attribute("data-state", "Dialing")
        await has_dialled(s, "5002")
