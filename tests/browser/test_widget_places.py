"""Where `webrtc-widget.json` puts the softphone in the desktop: at the left, at the bottom, floating. No media."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, FloatRect, Page, expect

from kit.chromium import new_page
from kit.lab_agent import soon
from kit.softphone import Stage, stage

pytestmark = pytest.mark.asyncio(loop_scope="session")

WINDOW = {"width": 1280, "height": 800}
ANY_ORIGIN = {"Access-Control-Allow-Origin": "*"}


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def around() -> AsyncIterator[Stage]:
    async with stage() as s:
        yield s


async def desktop(browser: Browser, around: Stage, **widget: Any) -> Page:
    """An agent at the desktop, to which the file says this."""
    page = await new_page(browser)
    await page.set_viewport_size({"width": WINDOW["width"], "height": WINDOW["height"]})
    file = f"{around.desk}/webrtc-widget.json"
    told = {"softphone": f"{around.desk}/", "widget": file}
    said = {"name": "Phone", "url": f"{around.desk}/", **widget}
    await page.route("**/lab/configuration.json", lambda route: route.fulfill(json=told))
    await page.route(file, lambda route: route.fulfill(json=said, headers=ANY_ORIGIN))
    await page.goto(around.desktop)
    await page.get_by_test_id("login-user").fill("agent5001")
    await page.get_by_test_id("login-password").fill("agent5001")
    await page.get_by_test_id("login-submit").click()
    return page


async def registered(page: Page) -> None:
    light = page.frame_locator("[data-testid=softphone]").get_by_test_id("light-sip")
    await soon(expect(light).to_have_attribute, "data-state", "on")


async def box(page: Page, name: str = "desktop-phone") -> FloatRect:
    found = await page.locator(name).bounding_box()
    assert found is not None
    return found


async def drag(page: Page, x: float, y: float, by: tuple[float, float]) -> None:
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x + 1, y + 1)
    for _ in range(3):  # frames, until the browser knows whose the pointer is
        await page.evaluate("new Promise(requestAnimationFrame)")
    await page.mouse.move(x + by[0] / 2, y + by[1] / 2)
    await page.mouse.move(x + by[0], y + by[1])
    await page.mouse.up()


async def test_at_the_left_and_as_wide_as_the_agent_drags_it(browser: Browser, around: Stage) -> None:
    page = await desktop(browser, around, position="left", width=420, resizable=True)
    await registered(page)
    phone, work = await box(page), await box(page, ".work")
    assert (phone["x"], phone["width"], work["x"]) == (0, 420, 420)
    assert phone["y"] + phone["height"] == WINDOW["height"]
    await drag(page, phone["width"] - 4, 300, (80, 0))
    assert (await box(page))["width"] == 500
    assert (await box(page, ".work"))["x"] == 500
    await drag(page, 496, 300, (-200, 0))  # over the frame
    assert (await box(page))["width"] == 300


async def test_at_the_bottom(browser: Browser, around: Stage) -> None:
    page = await desktop(browser, around, position="bottom", height=300, resizable=True)
    await registered(page)
    phone, work = await box(page), await box(page, ".work")
    assert (phone["x"], phone["width"], phone["height"]) == (0, WINDOW["width"], 300)
    assert phone["y"] + phone["height"] == WINDOW["height"]
    assert work["width"] == WINDOW["width"]
    assert work["y"] + work["height"] == phone["y"]
    await drag(page, 600, phone["y"] + 4, (0, -60))
    assert (await box(page))["height"] == 360


async def test_floating_it_is_opened_by_a_button_and_moved_by_its_bar(browser: Browser, around: Stage) -> None:
    page = await desktop(browser, around, position="floating", width=380, height=520, resizable=True, autoLoad=False)
    await page.get_by_test_id("softphone-open").click()
    await registered(page)
    phone = await box(page)
    assert (phone["width"], phone["height"]) == (380, 520)
    assert (phone["x"] + phone["width"], phone["y"] + phone["height"]) == (WINDOW["width"] - 18, WINDOW["height"] - 18)
    assert (await box(page, ".work"))["width"] == WINDOW["width"]
    (frame,) = [each for each in page.frames if each.parent_frame is not None]
    assert await frame.evaluate("originAgentCluster"), "the phone shares its main thread with the desktop"
    await frame.evaluate("window.sameAsBefore = true")
    await drag(page, phone["x"] + 60, phone["y"] + 12, (-400, -150))
    moved = await box(page)
    assert (moved["x"], moved["y"]) == (phone["x"] - 400, phone["y"] - 150)
    assert (moved["width"], moved["height"]) == (380, 520)
    await drag(page, moved["x"] + 374, moved["y"] + 514, (40, 30))
    assert await box(page) == {"x": moved["x"], "y": moved["y"], "width": 420, "height": 550}
    assert await frame.evaluate("window.sameAsBefore"), "a phone that is loaded anew loses its calls"
