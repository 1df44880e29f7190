"""The main job over rtpengine, and a page and a telephone that have no codec in common."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser

from cordboard.config import Address
from cordboard.media.rtpengine.engine import RtpengineEngine
from kit.lab import RunningLab, running_lab
from kit.rtpengine import daemons

pytestmark = pytest.mark.asyncio(loop_scope="module")

NUMBER = "+15550102"
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
