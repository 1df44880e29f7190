"""Headless Chromium for tests: one launcher with the right flags, and the words of `tone.js` for sound by frequency.

    async with chromium() as browser:
        page = await new_page(browser, microphone=440.0)       # getUserMedia gives a 440 Hz tone
        ...
        heard = await listen(page, "window.remoteStream")      # any expression that is a MediaStream
        sound = await heard_tone(page, "window.remoteStream", 1000.0)

Everything stays on loopback: the flags switch off every service that Chromium would call, and names resolve nowhere.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Frame, Page, async_playwright

TONE_SCRIPT = (Path(__file__).parent / "tone.js").read_text()

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    # Names resolve nowhere, and no candidate is announced by multicast DNS.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE ::1, EXCLUDE localhost",
    "--disable-features=WebRtcHideLocalIpsWithMdns,OptimizationHints,MediaRouter,Translate,SpareRendererForSitePerProcess",
    "--allow-loopback-in-peer-connection",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    # Two pages in one test: the one that is not in front must not be slowed down.
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
)


class ChromiumMissing(Exception):
    """No Chromium on this machine."""


def executable() -> str:
    """Where Chromium is; raises `ChromiumMissing`."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    raise ChromiumMissing("no chromium on PATH: apt-get install chromium")


@asynccontextmanager
async def chromium(*more_flags: str) -> AsyncIterator[Browser]:
    """A headless Chromium of our own, ended on the way out."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=executable(), headless=True, args=[*FLAGS, *more_flags], timeout=30_000
        )
        try:
            yield browser
        finally:
            await browser.close()


async def new_page(where: Browser | BrowserContext, *, microphone: float | None = None) -> Page:
    """A page that knows `cordboardSound`; `microphone` is the frequency that getUserMedia shall give instead of a
    device.

    A `Browser` gives a new context (own cookies and storage: one per agent), a `BrowserContext` a further tab of it.
    """
    context = await where.new_context() if isinstance(where, Browser) else where
    page = await context.new_page()
    await page.add_init_script(TONE_SCRIPT)
    if microphone is not None:
        await page.add_init_script(f"cordboardSound.replaceMicrophone({microphone});")
    return page


@dataclass(frozen=True, slots=True)
class Sound:
    """The last 170 ms of a stream: loudest frequency in Hz, its share of the energy (0 to 1), loudness (RMS, 0 to
    1).
    """

    frequency: float
    share: float
    level: float

    def is_tone(self, frequency: float) -> bool:
        return abs(self.frequency - frequency) < 12.0 and self.share > 0.8 and self.level > 0.01

    @property
    def is_silence(self) -> bool:
        return self.level < 0.002


async def listen(page: Page | Frame, stream: str = "window.remoteStream") -> Sound:
    """Measure what `stream`, a JavaScript expression for a MediaStream, sounds like now."""
    found = await page.evaluate(f"cordboardSound.measure({stream})")
    return Sound(found["frequency"], found["share"], found["level"])


async def heard_tone(page: Page | Frame, stream: str, frequency: float, within: float = 5.0) -> Sound:
    """Wait until `stream` is a clean tone of that frequency; the sound, or the last other one when time is up."""
    loop = asyncio.get_running_loop()
    end = loop.time() + within
    sound = Sound(0.0, 0.0, 0.0)
    while loop.time() < end:
        sound = await listen(page, stream)
        if sound.is_tone(frequency):
            return sound
        await asyncio.sleep(0.05)
    return sound


async def heard_silence(page: Page | Frame, stream: str, within: float = 5.0) -> Sound:
    """Wait until nothing is heard in `stream`; the sound, or the last other one when time is up."""
    loop = asyncio.get_running_loop()
    end = loop.time() + within
    sound = Sound(0.0, 0.0, 1.0)
    while loop.time() < end:
        sound = await listen(page, stream)
        if sound.is_silence:
            return sound
        await asyncio.sleep(0.05)
    return sound
