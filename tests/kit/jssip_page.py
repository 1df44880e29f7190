"""Pages with stock JsSIP, bundled and served by the test itself.

async with jssip_site() as pages, site(server.address, origins=[pages.origin]) as running, chromium() as browser:
    agent = await pages.open(browser, microphone=440.0)
    await agent.register(running.websocket_url, "5001", password)
    await agent.click("answer")
    await agent.shows("call", "connected")
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web
from playwright.async_api import Browser, Page, expect

from cordboard.net.http import serve_http
from kit.chromium import Sound, heard_silence, heard_tone, new_page

HERE = Path(__file__).parent
MODULES = HERE.parent.parent / "web" / "node_modules"
PATIENCE = 5000  # milliseconds
STREAM = "window.phone.remoteStream"

HTML = """<!doctype html><meta charset="utf-8"><title>plain phone</title>
<input id="server" size="40"><input id="dn"><input id="password" type="password"><button id="register">Register</button>
<input id="number"><button id="dial">Dial</button><input id="digits"><button id="digit">Digit</button>
<button id="digit-in-sound">Digit in the sound</button>
<button id="answer">Answer</button><button id="reject">Reject</button><button id="end">End</button>
<button id="hold">Hold</button><button id="retrieve">Retrieve</button>
<button id="hold-by-update">Hold by UPDATE</button><button id="retrieve-by-update">Retrieve by UPDATE</button>
<output id="registration"></output><output id="call"></output><audio id="sound" autoplay></audio>
<script src="bundle.js"></script>
"""


class BundleFailed(Exception):
    """The page could not be made; the text says why."""


@dataclass(frozen=True, slots=True)
class JsSipPage:
    """One page, in one browser context of its own."""

    page: Page

    async def register(self, websocket_url: str, dn: str, password: str) -> None:
        """Fill in and press Register; `shows("registration", ...)` tells what came of it."""
        for field, value in (("server", websocket_url), ("dn", dn), ("password", password)):
            await self.page.fill(f"#{field}", value)
        await self.click("register")

    async def dial(self, number: str) -> None:
        await self.page.fill("#number", number)
        await self.click("dial")

    async def press_digit(self, digit: str, button: str = "digit") -> None:
        await self.page.fill("#digits", digit)
        await self.click(button)

    async def lose_microphone(self) -> None:
        """From now on there is none."""
        missing = "throw new DOMException('none is there', 'NotFoundError')"
        await self.page.evaluate(f"() => {{ navigator.mediaDevices.getUserMedia = async () => {{ {missing}; }}; }}")

    async def click(self, button: str) -> None:
        await self.page.click(f"#{button}", timeout=PATIENCE)

    async def shows(self, where: str, what: str) -> None:
        """Wait until `registration` or `call` says so."""
        await expect(self.page.locator(f"#{where}")).to_have_text(what, timeout=PATIENCE)

    async def hears(self, frequency: float) -> Sound:
        return await heard_tone(self.page, STREAM, frequency)

    async def hears_nothing(self) -> Sound:
        return await heard_silence(self.page, STREAM)

    async def events(self) -> list[str]:
        """All that happened, in order."""
        events: list[str] = await self.page.evaluate("window.phone.events")
        return events

    async def header(self, name: str) -> str | None:
        """A header of the latest INVITE that came or went."""
        value: str | None = await self.page.evaluate("name => window.phone.requests.at(-1).getHeader(name)", name)
        return value

    async def remote_description(self) -> str:
        """The gateway's latest SDP."""
        sdp: str = await self.page.evaluate("window.phone.session.connection.remoteDescription.sdp")
        return sdp

    async def transport(self) -> dict[str, Any]:
        """What getStats says of the one transport of the call."""
        script = """async () => [...(await window.phone.session.connection.getStats()).values()]
            .find((report) => report.type === "transport")"""
        found: dict[str, Any] = await self.page.evaluate(script)
        return found


@dataclass(frozen=True, slots=True)
class JsSipSite:
    """Serves one kind of page."""

    origin: str

    async def open(self, browser: Browser, *, microphone: float) -> JsSipPage:
        """A page whose microphone gives a tone of that frequency; close its `context` to be rid of it."""
        page = await new_page(browser, microphone=microphone)
        await page.goto(f"{self.origin}/")
        return JsSipPage(page)


@asynccontextmanager
async def jssip_site(script: str = "plain_page.js") -> AsyncIterator[JsSipSite]:
    """`script`: `plain_page.js`, or `obedient_page.js`, which understands the word `answer`."""
    with tempfile.TemporaryDirectory(prefix="cordboard-page-") as directory:
        bundle = await bundled(HERE / script, Path(directory))
        application = web.Application()
        application.router.add_get("/", _answer(HTML, "text/html"))
        application.router.add_get("/bundle.js", _answer(bundle.read_text(), "text/javascript"))
        server = await serve_http(application, "127.0.0.1", 0)
        try:
            yield JsSipSite(f"http://127.0.0.1:{server.address[1]}")
        finally:
            await server.close()


def _answer(text: str, content_type: str) -> Any:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(text=text, content_type=content_type)

    return answer


async def bundled(script: Path, directory: Path) -> Path:
    """One file with all that the script imports. Raises `BundleFailed`."""
    esbuild = next(MODULES.glob("@esbuild/*/bin/esbuild"), None)
    if esbuild is None:
        raise BundleFailed(f"no esbuild under {MODULES}: run `make web`")
    out = directory / "bundle.js"
    process = await asyncio.create_subprocess_exec(
        str(esbuild),
        str(script),
        "--bundle",
        "--format=iife",
        "--log-level=warning",
        f"--outfile={out}",
        env={**os.environ, "NODE_PATH": str(MODULES)},
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, errors = await asyncio.wait_for(process.communicate(), 20)
    except TimeoutError:
        process.kill()
        await process.communicate()
        raise BundleFailed("esbuild took longer than 20 s") from None
    if process.returncode:
        raise BundleFailed(errors.decode())
    return out
