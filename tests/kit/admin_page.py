"""The admin page in Chromium, and its pictures in the documentation.

From `tests`: `python -m kit.admin_page ../docs/images` takes those of docs/admin.md, `python -m kit.admin_page FOLDER
dark 800` all views in other colours and another width, to be looked at.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from kit.chromium import chromium
from kit.lab import RunningLab, running_lab
from kit.lab_agent import AgentPage

VIEWS = ("overview", "agents", "calls", "traces", "doctor", "records", "settings")
PICTURED = ("overview", "doctor")  # in docs/admin.md, beside the trace
TALK_SECONDS = 4.0  # until a call's figures mean something
PATIENCE = 20_000.0  # milliseconds for a round of the doctor

Scheme = Literal["light", "dark"]


@dataclass(frozen=True, slots=True)
class AdminPage:
    """Somebody at the admin page. `wrong` are the browser's complaints."""

    page: Page
    url: str
    wrong: list[str]

    def by(self, testid: str) -> Locator:
        return self.page.get_by_test_id(testid)

    async def go(self, view: str) -> None:
        await self.by(f"nav-{view}").click()
        await expect(self.page.locator(f"admin-{view}")).to_be_visible()

    async def sign_in(self, user: str = "agent5001", password: str = "agent5001") -> None:
        await self.by("sign-in-user").fill(user)
        await self.by("sign-in-password").fill(password)
        await self.by("sign-in-submit").click()

    def row(self, view: str, key: str) -> Locator:
        """One row of a list."""
        return self.page.locator(f'[data-testid="{view}-row"][data-key="{key}"]')


async def admin_page(browser: Browser, url: str, *, scheme: Scheme = "light", width: int = 1280) -> AdminPage:
    """The page, not signed in, in a context of its own."""
    context: BrowserContext = await browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 800}, reduced_motion="reduce"
    )
    page = await context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    await page.goto(f"{url}/")
    await expect(page.get_by_test_id("sign-in-user")).to_be_visible()
    return AdminPage(page, url, wrong)


async def talking(lab: RunningLab, browser: Browser) -> AgentPage:
    """An agent who talks to a customer."""
    agent = await lab.agent(browser, "5001", microphone=620.0)
    await agent.ready()
    await lab.customer("8000", tone=440.0)
    await agent.by("desk-toast-accept").click()
    await agent.card("talking")
    return agent


async def walk(directory: Path, views: tuple[str, ...], scheme: Scheme = "light", width: int = 1280) -> None:
    """Write one picture of each of the views, and admin-trace.png."""
    async with running_lab() as lab, chromium() as browser:
        admin = await admin_page(browser, lab.settings.admin.url, scheme=scheme, width=width)
        await admin.sign_in()
        first = await talking(lab, browser)
        await first.press("call-hangup")
        await first.shows_no("call-card")
        await lab.agent(browser, "5002", microphone=700.0)
        await first.ready()
        await lab.customer("8000", tone=440.0)
        await first.by("desk-toast-accept").click()
        await admin.page.bring_to_front()
        await admin.go("doctor")
        await admin.by("doctor-run").click()
        await expect(admin.by("doctor-run")).to_have_text("Examine now", timeout=4 * PATIENCE)
        await asyncio.sleep(TALK_SECONDS)
        for view in views:
            await admin.go(view)
            await asyncio.sleep(2.5)
            await admin.page.screenshot(path=directory / f"admin-{view}.png")
        await admin.go("traces")
        await admin.by("traces-row").first.click()
        rest = admin.page.get_by_role("checkbox", name="REST")
        if await rest.count():  # what the desktop asked of the connector, before the call
            await rest.uncheck()
        await admin.by("ladder-step").nth(8).click()
        await admin.page.screenshot(path=directory / "admin-trace.png")
        print("\n".join(admin.wrong))


if __name__ == "__main__":
    if len(sys.argv) > 2:
        asyncio.run(walk(Path(sys.argv[1]), VIEWS, "dark" if sys.argv[2] == "dark" else "light", int(sys.argv[3])))
    else:
        asyncio.run(walk(Path(sys.argv[1]), PICTURED))
