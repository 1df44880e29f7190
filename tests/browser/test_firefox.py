"""Firefox at the softphone: it takes calls and places them, with sound and pictures both ways."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from kit.firefox import FirefoxPage, firefox
from kit.gws import basic
from kit.lab import RunningLab, running_lab
from kit.lab_customer import Customer
from kit.pictures import sees, sees_itself, sees_nothing
from kit.video_phone import video_phone

pytestmark = pytest.mark.asyncio(loop_scope="session")

CUSTOMER = 620.0  # Hz
FAKE_DEVICE = 1000.0  # Hz, Firefox's own
AGENT = 880.0
NUMBER = "+15550102"
WATCHED = """(() => {
  const [video] = document.querySelectorAll('[data-testid="remote-video"]');
  return video.hidden || video.videoWidth === 0 ? 0 : video.currentTime;
})()"""


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def page(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[FirefoxPage]:
    """One Firefox for all: each test has a lab, and with it an origin, of its own."""
    async with firefox(tmp_path_factory.mktemp("firefox")) as running:
        yield running


@asynccontextmanager
async def signed_in(page: FirefoxPage) -> AsyncIterator[RunningLab]:
    """Firefox at the softphone alone, connected to both planes, ready."""
    async with running_lab() as lab, left_at_the_end(page):
        await page.open(f"{lab.settings.desk.url}/")
        await page.press("connect-sip")
        await page.until("cordboard.lights.sip === 'on'")
        await page.press("connect-gws")
        await page.until("cordboard.lights.gws === 'on'")
        await page.press("state-Ready")
        await page.shows("agent-state", "Ready")
        yield lab
        await page.until("cordboard.cards.length === 0")
        assert await page.evaluate("[cordboard.microphones, cordboard.cameras, cordboard.tone].join()") == "0,0,none"
        assert await page.ask("errors") == []
        await lab.is_idle()


@asynccontextmanager
async def left_at_the_end(page: FirefoxPage) -> AsyncIterator[None]:
    try:
        yield
    finally:
        await page.ask("goto", url="about:blank")


async def both_hear(page: FirefoxPage, customer: Customer) -> None:
    await page.hears(CUSTOMER)
    await customer.hears(FAKE_DEVICE)


async def answered_by_gws(page: FirefoxPage, lab: RunningLab) -> None:
    """Another program of the same agent answers; SIP Server tells the phone so."""
    call = await page.evaluate("cordboard.cards[0].uuid")
    headers = {"Authorization": basic("agent5001", "agent5001")}
    url = f"{lab.gws}/api/v2/me/calls/{call}"
    async with lab.http.post(url, json={"operationName": "Answer"}, headers=headers) as response:
        assert (await response.json())["statusCode"] == 0


async def test_a_call_is_answered_held_and_hung_up(page: FirefoxPage) -> None:
    async with signed_in(page) as lab:
        customer = await lab.customer("8000", tone=CUSTOMER)
        await page.card("ringing")
        await page.press("call-answer")
        await both_hear(page, customer)
        for _ in range(2):
            await page.press("call-hold")
            await page.card("held")
            await customer.hears_music()
            await page.hears_nothing()
            await page.press("call-retrieve")
            await both_hear(page, customer)
            await page.card("talking")
        await page.press("call-mute")
        await customer.hears_silence()
        await page.press("call-mute")
        await page.press("call-keypad", "call-key-1", "call-key-#")
        await customer.has_digits("1#")
        await page.press("call-hangup")
        await customer.is_in("ended")


async def test_a_call_is_answered_by_gws_and_ended_by_the_customer(page: FirefoxPage) -> None:
    async with signed_in(page) as lab:
        customer = await lab.customer("8000", tone=CUSTOMER)
        await page.card("ringing")
        await answered_by_gws(page, lab)
        await both_hear(page, customer)
        await page.card("talking")
        await customer.hang_up()


@pytest.mark.parametrize("by_gws", [True, False])
async def test_a_call_is_placed(page: FirefoxPage, by_gws: bool) -> None:
    async with signed_in(page) as lab:
        if not by_gws:
            await page.evaluate("document.querySelector('[data-testid=\"field-use-gws\"]').click()")
        await page.fill("dial-number", NUMBER)
        await page.press("dial-call")
        customer = await lab.called(NUMBER, tone=CUSTOMER)
        await both_hear(page, customer)
        await page.card("talking")
        await page.press("call-hangup")
        await customer.is_in("ended")


async def test_a_call_whose_media_worker_dies_is_called_anew(page: FirefoxPage) -> None:
    """Firefox takes the offer of the new place and keeps its DTLS association; in another dialog it makes a new one."""
    async with signed_in(page) as lab:
        customer = await lab.customer("8000", tone=CUSTOMER)
        await page.card("ringing")
        await page.press("call-answer")
        await both_hear(page, customer)
        leg = await page.evaluate("cordboard.cards[0].leg")
        workers = lab.lab.product.engine.workers.running
        (worker,) = workers.values()
        os.kill(worker.pid, signal.SIGKILL)
        await page.until(f"cordboard.cards.length === 1 && cordboard.cards[0].leg !== '{leg}'")
        await both_hear(page, customer)
        await page.card("talking")
        assert worker.pid not in [each.pid for each in workers.values()]
        await customer.hang_up()


async def firefox_sees(page: FirefoxPage) -> None:
    """Pictures are decoded, and what is shown moves."""
    await page.until("cordboard.cards[0].video.remote")
    await page.until(f"{WATCHED} > 0")
    before = await page.evaluate(WATCHED)
    await page.until(f"{WATCHED} > {before + 0.3}")


async def test_pictures_with_chromium(page: FirefoxPage, browser: Browser) -> None:
    async with signed_in(page) as lab:
        agent = await lab.agent(browser, "5002", microphone=AGENT)
        await agent.dial("5001")
        await page.card("ringing")
        await page.press("call-answer")
        await page.hears(AGENT)
        await agent.press("call-camera")
        await firefox_sees(page)
        assert await page.evaluate("cordboard.cameras") == 0
        for _ in range(2):
            await page.press("call-camera")
            await sees(agent)
            await sees_itself(agent)
            await firefox_sees(page)
            await page.press("call-camera")
            await sees_nothing(agent)
        await agent.press("call-camera")
        await page.until("!cordboard.cards[0].video.remote")
        await agent.hears(FAKE_DEVICE)
        await page.press("call-hangup")
        await agent.idle()


async def test_pictures_with_a_video_phone(page: FirefoxPage) -> None:
    """VP8: a Firefox that may fetch nothing has no H.264."""
    async with signed_in(page) as lab:
        phone, mirror = await video_phone("5010", lab.lab.telephone.sip_server.address, CUSTOMER, "VP8")
        try:
            phone.dial("5001")
            await page.card("ringing")
            await page.shows("call-state", "Incoming video call")
            await page.press("call-answer-with-camera")
            await page.hears(CUSTOMER)
            await firefox_sees(page)
            await phone.hears(FAKE_DEVICE)
            assert mirror.payload_types == {mirror.sends}
            await page.press("call-hangup")
            await phone.until(lambda: phone.state == "idle")
        finally:
            await phone.close()
