"""A real Chromium and the relay: the browser's tone goes to a trunk that echoes, and is heard again in the browser."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from playwright.async_api import Browser, Page

from cordboard.media.port import MediaEngine
from cordboard.net.http import serve_http
from kit.chromium import chromium, heard_tone, new_page
from kit.relay import relay
from kit.trunk import TrunkPhone

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


@pytest.fixture
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


async def test_browser_calls_and_hears_its_own_tone(site: str) -> None:
    async with chromium() as browser, relay() as engine, echoing_trunk(engine, "out") as trunk:
        page = await open_page(browser, site, 440.0)
        await engine.take_page_offer("out", await page.evaluate("offer()"))
        await page.evaluate("takeAnswer", await engine.page_answer("out"))
        await assert_echo(page, trunk, 440.0)
        statistics = await engine.stats("out")
        assert statistics.page.codec == "PCMU"
        assert statistics.page.packets_refused == 0


async def test_browser_is_called_and_hears_its_own_tone(site: str) -> None:
    async with chromium() as browser, relay() as engine, echoing_trunk(engine, "in") as trunk:
        page = await open_page(browser, site, 660.0)
        await engine.take_page_answer("in", await page.evaluate("answer", await engine.page_offer("in")))
        await assert_echo(page, trunk, 660.0)
