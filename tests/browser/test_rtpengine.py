"""The main job over rtpengine, and a page and a telephone that have no codec in common."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser

from cordboard.config import Address
from cordboard.media.rtpengine.engine import RtpengineEngine
from kit.heard_call import AGENT, CUSTOMER, talking
from kit.lab import RunningLab, running_lab, until
from kit.pictures import sees, sees_itself, sees_nothing
from kit.rtpengine import daemons
from kit.served import served

pytestmark = pytest.mark.asyncio(loop_scope="session")

NUMBER = "+15550102"
STANDS_STILL = 1.8  # seconds, after which a page shows no picture that does not move
# A page that is to have nothing but Opus; every browser has G.711, too.
OPUS_ONLY = """
const created = RTCPeerConnection.prototype.createOffer;
RTCPeerConnection.prototype.createOffer = function (...given) {
  const opus = RTCRtpReceiver.getCapabilities("audio").codecs.filter(({ mimeType }) => mimeType === "audio/opus");
  for (const each of this.getTransceivers()) {
    if (each.receiver.track.kind === "audio") each.setCodecPreferences(opus);
  }
  return created.apply(this, given);
};
"""


@asynccontextmanager
async def lab_over_rtpengine() -> AsyncIterator[RunningLab]:
    async with daemons(1) as (daemon,):
        places = (Address(*daemon.ng),)
        async with running_lab(media__engine="rtpengine", rtpengine__daemons=places) as lab:
            assert isinstance(lab.lab.product.engine, RtpengineEngine)
            yield lab


async def test_answered_held_retrieved_and_ended(browser: Browser) -> None:
    async with lab_over_rtpengine() as lab:
        agent = await lab.agent(await browser.new_context(), "5001", microphone=620.0)
        await agent.ready()
        customer = await lab.customer("8000", tone=440.0)
        await agent.shows("desk-call-state", "Ringing")
        await agent.press("desk-op-Answer")
        await asyncio.gather(agent.hears(440.0), customer.hears(620.0))
        await agent.press("desk-op-Hold")
        await agent.shows("call-state", "On hold")
        await agent.hears_nothing()
        await customer.hears_music()
        await agent.press("desk-op-Retrieve")
        await asyncio.gather(agent.hears(440.0), customer.hears(620.0))
        await agent.press("desk-op-Hangup")
        await agent.idle()
        await customer.is_in("ended")
        await lab.is_idle()


async def test_pictures_between_two_agents(browser: Browser) -> None:
    """Sound and pictures have a transport each: on and off by either side, held and retrieved."""
    async with lab_over_rtpengine() as lab:
        ada = await lab.agent(browser, "5001", microphone=620.0)
        ben = await lab.agent(browser, "5002", microphone=880.0)
        await ada.dial("5002")
        await ben.card("ringing")
        await ben.press("call-answer")
        await asyncio.gather(ada.hears(880.0), ben.hears(620.0))
        await ada.press("call-camera")
        await asyncio.gather(sees_itself(ada), sees(ben))
        await sees_nothing(ada)
        await ben.press("call-camera")
        await sees(ada)
        await ada.press("call-hold")
        await ada.card("held")
        await asyncio.gather(sees_nothing(ada), sees_nothing(ben))
        await ada.press("call-retrieve")
        await ada.card("talking")
        await asyncio.gather(sees(ada), sees(ben), ada.hears(880.0))
        await ada.press("call-camera")
        await sees_nothing(ben)
        await asyncio.sleep(STANDS_STILL)
        await sees(ada)
        await ada.press("call-camera")
        await asyncio.gather(sees(ada), sees(ben), ada.hears(880.0))
        await ada.press("call-hangup")
        await lab.all_idle(ada, ben)


async def test_gateway_killed_and_started_again(browser: Browser, tmp_path: Path) -> None:
    """The daemon carries the call on, and the next gateway moves it to where it knows it: to another daemon."""
    async with daemons(2) as started:
        each = ", ".join(f'"{Address(*daemon.ng)}"' for daemon in started)
        places = f'engine = "rtpengine"\n[rtpengine]\ndaemons = [{each}]'
        async with served(tmp_path, media=places) as site:
            await site.start()
            call = await talking(site, browser)
            await site.kill()
            await asyncio.sleep(1.0)
            await site.start()
            await call.agent.light("sip", "on", within=6.0)
            await until(lambda: site.said("media connected"), "the new place", 8.0)
            await call.gaps("gateway killed and started again, over rtpengine")
            await call.agent.card("talking")
            await asyncio.gather(call.agent.hears(CUSTOMER), call.customer.hears(AGENT))
            await call.agent.press("call-hangup")
            await call.customer.is_in("ended")
            await call.agent.idle()


async def test_page_with_opus_calls_a_telephone_with_g711(browser: Browser) -> None:
    async with lab_over_rtpengine() as lab:
        context = await browser.new_context()
        await context.add_init_script(OPUS_ONLY)
        agent = await lab.softphone(context, microphone=620.0)
        await agent.by("field-use-gws").set_checked(False)
        await agent.connect("sip")
        await agent.connect("gws")
        await agent.dial(NUMBER)
        customer = await lab.called(NUMBER, tone=440.0)
        await asyncio.gather(agent.hears(440.0), customer.hears(620.0))
        found = await lab.lab.product.engine.stats((await lab.lab.product.engine.list())[0].call)
        assert (found.page.codec, found.trunk.codec) == ("OPUS", "PCMU")
        await agent.press("call-hangup")
        await lab.is_idle()
