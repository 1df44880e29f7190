"""Pictures between pages, and with SIP video phones: a camera or none, on and off in a call, refused and lost."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, expect

from kit.lab import RunningLab, running_lab
from kit.lab_agent import AgentPage
from kit.pictures import sees, sees_itself, sees_nothing, shows_nothing
from kit.video_phone import video_phone

pytestmark = pytest.mark.asyncio(loop_scope="session")

ADA, BEN, CUSTOMER = 620.0, 880.0, 440.0  # Hz
REFUSE_CAMERA = """() => {
  navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotAllowedError'); };
}"""
KEEP_CAMERA = """() => {
  const devices = navigator.mediaDevices;
  const ask = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (wanted) => (globalThis.lastCamera = await ask(wanted));
}"""


@asynccontextmanager
async def two_agents(browser: Browser) -> AsyncIterator[tuple[AgentPage, AgentPage, RunningLab]]:
    """5001 has called 5002, who has answered: they talk."""
    async with running_lab() as lab:
        ada = await lab.agent(browser, "5001", microphone=ADA)
        ben = await lab.agent(browser, "5002", microphone=BEN)
        await ada.dial("5002")
        await ben.card("ringing")
        await ben.press("call-answer")
        await both_hear(ada, ben)
        yield ada, ben, lab
        await ada.press("call-hangup")
        await lab.all_idle(ada, ben)
        assert await cameras(ada) == await cameras(ben) == 0


async def both_hear(ada: AgentPage, ben: AgentPage) -> None:
    await ada.hears(BEN)
    await ben.hears(ADA)


async def cameras(agent: AgentPage) -> int:
    return int(await agent.phone.evaluate("cordboard.cameras"))


async def test_camera_on_and_off_in_a_call(browser: Browser) -> None:
    async with two_agents(browser) as (ada, ben, _):
        assert await cameras(ada) == 0
        await ada.press("call-camera")
        await sees_itself(ada)
        await sees(ben)
        assert await cameras(ben) == 0  # nobody was asked
        await sees_nothing(ada)
        await ben.press("call-camera")
        await sees(ada)
        await sees_itself(ben)
        await both_hear(ada, ben)

        await ada.press("call-camera")
        await sees_nothing(ben)
        await shows_nothing(ada)
        assert await cameras(ada) == 0
        await sees(ada)
        await ada.press("call-camera")
        await sees(ben)
        await sees(ada)
        await both_hear(ada, ben)


async def test_pictures_go_on_when_the_media_worker_dies(browser: Browser) -> None:
    """The new one is told which lines there are, or the browser would not take its offer."""
    async with two_agents(browser) as (ada, ben, lab):
        await ada.press("call-camera")
        await sees(ben)
        (worker,) = lab.lab.product.engine.workers.running.values()
        os.kill(worker.pid, signal.SIGKILL)
        await asyncio.sleep(1.5)
        await both_hear(ada, ben)
        await sees(ben)
        await ben.press("call-camera")
        await sees(ada)


async def test_both_turn_their_cameras_on_at_once(browser: Browser) -> None:
    async with two_agents(browser) as (ada, ben, _):
        for _ in range(2):
            await asyncio.gather(ada.press("call-camera"), ben.press("call-camera"))
            await sees(ada)
            await sees(ben)
            await asyncio.gather(ada.press("call-camera"), ben.press("call-camera"))
            await sees_nothing(ada)
            await sees_nothing(ben)
            await both_hear(ada, ben)


async def test_held_and_retrieved_with_pictures(browser: Browser) -> None:
    async with two_agents(browser) as (ada, ben, _):
        await ada.press("call-camera")
        await ben.press("call-camera")
        await sees(ada)
        await sees(ben)
        await ada.press("call-hold")
        await ada.card("held")
        await sees_nothing(ada)
        await sees_nothing(ben)
        await ada.press("call-retrieve")
        await ada.card("talking")
        await both_hear(ada, ben)
        await sees(ada)
        await sees(ben)


async def test_a_camera_that_is_lost_says_what_to_do_and_the_call_goes_on(browser: Browser) -> None:
    async with two_agents(browser) as (ada, ben, _):
        await ada.phone.evaluate(KEEP_CAMERA)
        await ada.press("call-camera")
        await sees(ben)
        await ada.phone.evaluate("lastCamera.getTracks().forEach((track) => track.dispatchEvent(new Event('ended')))")
        await ada.shows("message-text", "No camera: it was unplugged or taken away.")
        await ada.shows("message-help", "Plug it in again, then turn it on.")
        await sees_nothing(ben)
        await both_hear(ada, ben)
        await ada.press("call-camera")
        await sees(ben)


async def test_a_camera_that_is_not_allowed_says_what_to_do(browser: Browser) -> None:
    async with two_agents(browser) as (ada, ben, _):
        await ada.phone.evaluate(REFUSE_CAMERA)
        await ada.press("call-camera")
        await ada.shows("message-text", "No camera: it is not allowed for this page.")
        await ada.shows("message-help", "Allow the camera for this page, then turn it on again.")
        await ada.shows("call-camera", "Camera on")
        await both_hear(ada, ben)


async def test_the_other_side_takes_no_video(browser: Browser) -> None:
    """A customer's telephone: the camera goes off again by itself."""
    async with running_lab() as lab:
        ada = await lab.agent(browser, microphone=ADA)
        await ada.ready()
        customer = await lab.customer("8000", tone=CUSTOMER)
        await ada.card("ringing")
        await expect(ada.by("call-answer-with-camera")).to_be_hidden()
        await ada.press("call-answer")
        await ada.hears(CUSTOMER)
        await ada.press("call-camera")
        await ada.shows("message-text", "The other side takes no video.")
        await shows_nothing(ada)
        assert await cameras(ada) == 0
        await ada.hears(CUSTOMER)
        await customer.hears(ADA)
        await ada.press("call-hangup")
        await lab.all_idle(ada)


@pytest.mark.parametrize("codec", ["H264", "VP8"])
@pytest.mark.parametrize("button", ["call-answer", "call-answer-with-camera"])
async def test_a_video_phone_calls(browser: Browser, codec: str, button: str) -> None:
    """It shows what it sees: the agent without a camera sees nothing, with one itself."""
    async with running_lab() as lab:
        ada = await lab.agent(browser, microphone=ADA)
        phone, mirror = await video_phone("5010", lab.lab.telephone.sip_server.address, CUSTOMER, codec)
        try:
            phone.dial("5001")
            await ada.card("ringing")
            await ada.shows("call-state", "Incoming video call")
            assert await cameras(ada) == 0
            await ada.press(button)
            await ada.hears(CUSTOMER)
            if button == "call-answer":
                assert await cameras(ada) == 0
                assert mirror.received == 0
                await ada.press("call-camera")
            await sees_itself(ada)
            await sees(ada)
            assert mirror.payload_types == {mirror.sends}
            await ada.press("call-camera")
            await sees_nothing(ada)
            await phone.hears(ADA)
            await ada.press("call-hangup")
            await phone.until(lambda: phone.state == "idle")
            await lab.all_idle(ada)
        finally:
            await phone.close()


async def test_a_video_phone_is_called(browser: Browser) -> None:
    """Calls begin as plain sound; the camera comes later."""
    async with running_lab() as lab:
        ada = await lab.agent(browser, microphone=ADA)
        phone, mirror = await video_phone("5010", lab.lab.telephone.sip_server.address, CUSTOMER, "H264")
        try:
            await ada.dial("5010")
            await phone.until(lambda: phone.state == "ringing")
            assert "m=video" not in phone.offer
            phone.answer()
            await ada.hears(CUSTOMER)
            await ada.press("call-camera")
            await sees(ada)
            await phone.hears(ADA)
            phone.hang_up()
            await lab.all_idle(ada)
            assert mirror.received > 0
        finally:
            await phone.close()


async def test_without_video_at_the_gateway_there_is_no_camera(browser: Browser) -> None:
    async with running_lab(media__video=False) as lab:
        ada = await lab.agent(browser, microphone=ADA)
        phone, mirror = await video_phone("5010", lab.lab.telephone.sip_server.address, CUSTOMER, "H264")
        try:
            phone.dial("5001")
            await ada.card("ringing")
            await ada.shows("call-state", "Incoming call")
            await ada.press("call-answer")
            await ada.hears(CUSTOMER)
            await expect(ada.by("call-camera")).to_be_hidden()
            phone.hang_up()
            await lab.all_idle(ada)
            assert mirror.remote is None
        finally:
            await phone.close()
