"""A page that knows nothing of us moves its video from one media line to another; real browsers see it there."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

from cordboard.media.port import MediaEngine
from kit.camera import H264, VP8, Camera
from kit.chromium import new_page
from kit.firefox import firefox
from kit.relay import relay
from kit.trunk import TrunkPhone

pytestmark = pytest.mark.asyncio(loop_scope="session")

SCRIPT = (Path(__file__).parents[1] / "kit" / "raw_page.js").read_text() + ";0"
CALL = "call"
PATIENCE = 8.0  # seconds
WAYS = ["stopped", "inactive", "recvonly"]
Evaluate = Callable[[str], Awaitable[Any]]


@asynccontextmanager
async def mirror() -> AsyncIterator[TrunkPhone]:
    """A trunk that sends back what it hears and sees."""
    trunk = TrunkPhone()
    trunk.echo = True
    trunk.camera = Camera((VP8, H264))
    trunk.camera.direction = "sendrecv"
    try:
        yield trunk
    finally:
        trunk.close()


async def offer(page: Evaluate, engine: MediaEngine, trunk: TrunkPhone, version: int) -> None:
    """The page's offer goes to the trunk and back."""
    if await engine.take_page_offer(CALL, await page("rawPage.offer()")) or version == 1:
        trunk.take(await engine.trunk_offer(CALL))
        await engine.take_trunk_answer(CALL, trunk.describe(version))
    await page(f"rawPage.answered({json.dumps(await engine.page_answer(CALL))})")


async def sees(page: Evaluate) -> None:
    """Pictures are decoded on the present line, and go on being so."""
    before = await page("rawPage.seen()")
    loop = asyncio.get_running_loop()
    end = loop.time() + PATIENCE
    while (now := await page("rawPage.seen()")) < before + 5:
        assert loop.time() < end, f"{now - before} frames on line {await page('rawPage.mid()')}"
        await asyncio.sleep(0.05)


async def moves(page: Evaluate, way: str) -> None:
    """To a new line, to one that takes an ended one's place, and once more."""
    async with relay() as engine, mirror() as trunk:
        await page(SCRIPT)
        await offer(page, engine, trunk, 1)
        await sees(page)
        mids = ["1"]
        for version in (2, 3, 4):
            await page(f"rawPage.move('{way}')")
            await offer(page, engine, trunk, version)
            await sees(page)
            mids.append(await page("rawPage.mid()"))
            assert await page("rawPage.pc.iceConnectionState") in ("connected", "completed")
        assert len(set(mids)) == 4
        await engine.close(CALL)


@pytest.mark.parametrize("way", WAYS)
async def test_chromium_moves_its_video(browser: Browser, way: str) -> None:
    page = await new_page(browser)
    await moves(page.evaluate, way)
    await page.context.close()


async def test_firefox_moves_its_video(tmp_path: Path) -> None:
    """It shows nothing where the SSRC of the line before comes in a new one."""
    async with firefox(tmp_path) as page:
        for way in WAYS:
            await page.ask("goto", url="about:blank")
            await moves(page.evaluate, way)
