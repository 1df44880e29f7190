"""A real Chromium and the relay: the browser's tone goes to a trunk that echoes, and is heard again in the browser."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, Page

from cordboard.media.port import MediaEngine, MediaEventKind
from cordboard.net.http import serve_http
from cordboard.sdp.codec import PCMA
from kit.chromium import heard_tone, new_page
from kit.phone import Voice
from kit.relay import relay
from kit.trunk import TrunkPhone

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAGE = """<!doctype html><title>echo</title><script>
const connection = new RTCPeerConnection();
connection.ontrack = (event) => { window.remoteStream = event.streams[0] ?? new MediaStream([event.track]); };
async function addMicrophone() {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  connection.addTrack(stream.getAudioTracks()[0], stream);
}
async function offer() {
  await addMicrophone();
  await connection.setLocalDescription();
  return connection.localDescription.sdp;
}
async function restart() {
  await connection.setLocalDescription(await connection.createOffer({ iceRestart: true }));
  return connection.localDescription.sdp;
}
async function takeAnswer(sdp) { await connection.setRemoteDescription({ type: "answer", sdp }); }
async function answer(sdp) {
  await connection.setRemoteDescription({ type: "offer", sdp });
  await addMicrophone();
  await connection.setLocalDescription();
  return connection.localDescription.sdp;
}
async function received() {
  for (const report of (await connection.getStats()).values()) {
    if (report.type === "inbound-rtp") return { packets: report.packetsReceived, lost: report.packetsLost };
  }
  return { packets: 0, lost: 0 };
}
</script>"""


@pytest_asyncio.fixture(loop_scope="session")
async def site() -> AsyncIterator[str]:
    async def page(_: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    application = web.Application()
    application.router.add_get("/", page)
    server = await serve_http(application, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.address[1]}/"
    await server.close()


@asynccontextmanager
async def echoing_trunk(engine: MediaEngine, call: str) -> AsyncIterator[TrunkPhone]:
    trunk = TrunkPhone()
    trunk.echo = True
    try:
        await engine.take_trunk_offer(call, trunk.describe())
        trunk.take(await engine.trunk_answer(call))
        yield trunk
    finally:
        trunk.close()


async def open_page(browser: Browser, site: str, frequency: float) -> Page:
    page = await new_page(browser, microphone=frequency)
    await page.goto(site)
    return page


async def assert_echo(page: Page, trunk: TrunkPhone, frequency: float) -> None:
    assert await trunk.hears(frequency), f"the trunk got {len(trunk.received)} packets"
    sound = await heard_tone(page, "window.remoteStream", frequency)
    assert sound.is_tone(frequency), sound
    assert (await page.evaluate("received()"))["lost"] == 0


async def test_browser_calls_and_hears_its_own_tone(browser: Browser, site: str) -> None:
    async with relay() as engine, echoing_trunk(engine, "out") as trunk:
        page = await open_page(browser, site, 440.0)
        await engine.take_page_offer("out", await page.evaluate("offer()"))
        await page.evaluate("takeAnswer", await engine.page_answer("out"))
        await assert_echo(page, trunk, 440.0)
        statistics = await engine.stats("out")
        assert statistics.page.codec == "PCMU"
        assert statistics.page.packets_refused == 0


async def test_browser_is_called_and_hears_its_own_tone(browser: Browser, site: str) -> None:
    async with relay() as engine, echoing_trunk(engine, "in") as trunk:
        page = await open_page(browser, site, 660.0)
        await engine.take_page_answer("in", await page.evaluate("answer", await engine.page_offer("in")))
        await assert_echo(page, trunk, 660.0)


async def test_browser_hears_a_repointed_trunk_at_once(browser: Browser, site: str) -> None:
    """Other SSRC, other codec, lower sequence: for Chromium's SRTP and jitter buffer it is one stream."""
    async with relay() as engine, echoing_trunk(engine, "call") as trunk:
        page = await open_page(browser, site, 440.0)
        await engine.take_page_answer("call", await page.evaluate("answer", await engine.page_offer("call")))
        await assert_echo(page, trunk, 440.0)
        music = TrunkPhone([PCMA])
        music.voice = Voice(ssrc=1, sequence=1, timestamp=1)
        try:
            music.take(await engine.trunk_offer("call"))
            await engine.take_trunk_answer("call", music.describe())
            music.speak(1000.0)
            sound = await heard_tone(page, "window.remoteStream", 1000.0, within=2.0)
            assert sound.is_tone(1000.0), sound
            assert await music.hears(440.0)
            assert (await page.evaluate("received()"))["lost"] == 0
        finally:
            music.close()


async def test_browser_restarts_ice_and_goes_on(browser: Browser, site: str) -> None:
    async with relay() as engine, echoing_trunk(engine, "call") as trunk:
        events: list[MediaEventKind] = []
        engine.on_event(lambda event: events.append(event.kind))
        page = await open_page(browser, site, 440.0)
        await engine.take_page_offer("call", await page.evaluate("offer()"))
        await page.evaluate("takeAnswer", await engine.page_answer("call"))
        await assert_echo(page, trunk, 440.0)
        await engine.take_page_offer("call", await page.evaluate("restart()"))
        await page.evaluate("takeAnswer", await engine.page_answer("call"))
        await page.wait_for_function("connection.iceConnectionState === 'connected'")
        await assert_echo(page, trunk, 440.0)
        assert events == [MediaEventKind.CONNECTED]
