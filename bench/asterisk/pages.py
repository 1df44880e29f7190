"""From the click on Answer to sound both ways in a real Chromium: our softphone, and stock JsSIP before Asterisk.

Measured alike on both sides: the page's click and its track's first packet (`unmute`) by the page's clock, the agent's
first packet by the packet loop of the far end. Both ways is the later of the two. The far end is the same program and
sends from the moment that it has the answer.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from aiohttp import web
from playwright.async_api import Browser, Page

from bench.answer import clock_ahead
from cordboard.net.http import serve_http
from cordboard.phone.far_call import FarCall
from cordboard.phone.far_end import FarEnd
from kit.jssip_page import bundled

HERE = Path(__file__).parent
WATCH = (HERE / "watch.js").read_text()
ANSWER = "[data-testid=call-answer]"
RINGS_FOR = 0.4  # seconds until the click
PATIENCE = 5.0
LOOK_EVERY = 0.02
PAUSE = 0.4  # seconds between two calls

HTML = """<!doctype html><meta charset="utf-8"><title>not registered</title>
<button data-testid="call-answer" hidden>Answer</button><audio autoplay></audio><script src="bundle.js"></script>
"""


class NoSound(Exception):
    """A call had no sound; the text says which way."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A page that can be called: `dn` at `gateway` (None: where the DN is registered at the far end)."""

    page: Page
    far_end: FarEnd
    dn: str
    gateway: tuple[str, int] | None = None

    async def answer_once(self) -> tuple[float, float]:
        """One call; seconds from the click to the far end's first packet from the page, and to the page's first."""
        call = await self.far_end.call(self.dn, self.gateway)
        try:
            await self.page.wait_for_selector(ANSWER, state="visible", timeout=PATIENCE * 1000)
            ahead = await clock_ahead(self.page)
            await asyncio.sleep(RINGS_FOR)
            await self.page.click(ANSWER, timeout=PATIENCE * 1000)
            heard = await self._heard(call)
        finally:
            call.hang_up()
            await asyncio.sleep(PAUSE)
        return self._since(await self._marks(), ahead, heard)

    async def _heard(self, call: FarCall) -> float:
        """Seconds of the wall clock at which the far end got the first packet, when the page has heard too."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not (call.figures().first_received and (await self._marks())["heard"]):  # noqa: ASYNC110
                    await asyncio.sleep(LOOK_EVERY)
        except TimeoutError:
            way = "the page" if call.figures().first_received else "the far end"
            raise NoSound(f"no sound at {way}: {call.reason or call.state}") from None
        return call.figures().first_received - time.monotonic() + time.time()

    async def _marks(self) -> dict[str, float]:
        found: dict[str, float] = await self.page.evaluate("({ ...benchMarks })")
        return found

    @staticmethod
    def _since(marks: dict[str, float], ahead: float, heard: float) -> tuple[float, float]:
        clicked = marks["clicked"] / 1000
        return heard - (clicked - ahead), marks["heard"] / 1000 - clicked


async def softphone(browser: Browser, desk_url: str, dn: str, password: str) -> Page:
    """Our softphone on a page of its own, connected."""
    page = await _opened(browser, f"{desk_url}/")
    await page.get_by_test_id("field-agent-dn").fill(dn)
    await page.get_by_test_id("field-password").fill(password)
    await page.get_by_test_id("connect-sip").click()
    await page.wait_for_selector("[data-testid=light-sip][data-state=on]", timeout=PATIENCE * 1000)
    return page


async def stock_page(browser: Browser, origin: str, server: str, dn: str, password: str, *, early: bool) -> Page:
    """A page of `stock_pages`, registered."""
    settings = {"server": server, "dn": dn, "password": password, **({"early": "1"} if early else {})}
    page = await _opened(browser, f"{origin}/?{urlencode(settings)}")
    await page.wait_for_function("document.title === 'registered'", timeout=PATIENCE * 1000)
    return page


async def _opened(browser: Browser, url: str) -> Page:
    page = await (await browser.new_context()).new_page()
    await page.add_init_script(WATCH)
    await page.goto(url)
    return page


@asynccontextmanager
async def stock_pages(host: str = "127.0.0.1") -> AsyncIterator[str]:
    """Serve the page with stock JsSIP; its origin."""
    with tempfile.TemporaryDirectory(prefix="cordboard-page-") as folder:
        script = (await bundled(HERE / "page.js", Path(folder))).read_text()
        site = web.Application()
        site.router.add_get("/", _text(HTML, "text/html"))
        site.router.add_get("/bundle.js", _text(script, "text/javascript"))
        server = await serve_http(site, host, 0)
        try:
            yield f"http://{host}:{server.address[1]}"
        finally:
            await server.close()


def _text(text: str, content_type: str) -> web.Handler:  # type: ignore[name-defined]
    async def answer(_: web.Request) -> web.Response:
        return web.Response(text=text, content_type=content_type)

    return answer
