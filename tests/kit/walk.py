"""Takes the pictures of `docs/day.md` (two agents, one customer, a transfer with a consultation), README and
`docs/softphone.md`.

From `tests`: `python -m kit.walk ../docs/images`.
"""

from __future__ import annotations

import asyncio
import base64
import shutil
import sys
from pathlib import Path

from playwright.async_api import Browser

from kit.chromium import chromium
from kit.lab import RunningLab, running_lab
from kit.lab_agent import AgentPage

TALK_SECONDS = 1.5  # until a page shows what it is to be seen with


PHONE = {"width": 400, "height": 600}
README = 4  # the picture of the day that README shows, too


async def walk(directory: Path) -> None:
    """Write all pictures."""
    async with chromium() as browser:
        async with running_lab() as lab:
            await day(directory, lab, browser)
        async with running_lab() as lab:
            await phone(directory, lab, browser)
    shutil.copy(directory / f"day-{README}.png", directory / "desktop.png")


async def day(directory: Path, lab: RunningLab, browser: Browser) -> None:
    """Write day-1.png to day-6.png."""
    numbers = iter(range(1, 10))

    async def take(agent: AgentPage) -> None:
        await asyncio.sleep(TALK_SECONDS)
        await agent.page.screenshot(path=directory / f"day-{next(numbers)}.png")

    first = await lab.agent(browser, "5001", microphone=620.0)
    await first.ready()
    await take(first)
    await lab.customer("8000", tone=440.0)
    await first.by("desk-toast-accept").wait_for()
    second = await lab.agent(browser, "5002", microphone=700.0)
    await second.ready()
    await first.page.bring_to_front()
    await take(first)
    await first.press("desk-toast-accept")
    await first.card("talking")
    await first.press("desk-join-transfer")
    await first.by("desk-dial-number").fill("5002")
    await take(first)
    await first.press("desk-contact-transfer-consult")
    await second.press("desk-toast-accept")
    await take(first)
    await first.press("desk-op-CompleteTransfer")
    await take(second)
    await take(first)


async def phone(directory: Path, lab: RunningLab, browser: Browser) -> None:
    """Write softphone.png: the phone alone, three times side by side."""
    agent = await lab.softphone(browser)
    await agent.page.set_viewport_size(PHONE)
    await agent.connect("sip")
    await agent.connect("gws")
    await agent.ready()
    await lab.customer("8000", tone=440.0)
    await agent.card("ringing")
    pictures = [await agent.page.screenshot()]
    await agent.press("call-answer")
    await agent.card("talking")
    await agent.press("call-data-edit")
    await asyncio.sleep(TALK_SECONDS)
    pictures.append(await agent.page.screenshot())
    await agent.press("call-data-edit", "call-transfer")
    await agent.by("call-join-number").fill("600")
    await agent.press("call-join-consult")
    await agent.by("call-card").nth(1).get_by_text("Connected").wait_for()
    await asyncio.sleep(TALK_SECONDS)
    pictures.append(await agent.page.screenshot())
    await side_by_side(directory / "softphone.png", browser, pictures)


async def side_by_side(path: Path, browser: Browser, pictures: list[bytes]) -> None:
    width = len(pictures) * (PHONE["width"] + 10) - 10
    page = await browser.new_page(viewport={"width": width, "height": PHONE["height"]})
    shown = "".join(f'<img src="data:image/png;base64,{base64.b64encode(each).decode()}">' for each in pictures)
    await page.set_content(f'<body style="margin:0;display:flex;gap:10px;background:#cbd5dc">{shown}')
    await page.screenshot(path=path)


if __name__ == "__main__":
    asyncio.run(walk(Path(sys.argv[1])))
