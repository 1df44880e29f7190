"""A page's ICE restart meets the gateway's own offer (the far end turned its camera on): neither ends the call, neither
is lost.
"""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Browser

from kit.lab import running_lab
from kit.lab_agent import AgentPage
from kit.pictures import sees, sees_nothing

pytestmark = pytest.mark.asyncio(loop_scope="session")

ADA, BEN = 620.0, 880.0  # Hz
PATIENCE = 8.0  # seconds
KEEP_CONNECTION = """() => {
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...given) { super(...given); globalThis.lastConnection = this; }
  };
}"""
LOSE_PATH = """() => {
  Object.defineProperty(lastConnection, "iceConnectionState", { configurable: true, get: () => "disconnected" });
  lastConnection.dispatchEvent(new Event("iceconnectionstatechange"));
  delete lastConnection.iceConnectionState;
}"""
UFRAG = r"() => /ice-ufrag:(\S+)/.exec(lastConnection.currentLocalDescription.sdp)[1]"


async def restarted(agent: AgentPage, before: str) -> None:
    """The new credentials are agreed."""
    async with asyncio.timeout(PATIENCE):
        while await agent.phone.evaluate(UFRAG) == before:  # noqa: ASYNC110  what a page does by itself
            await asyncio.sleep(0.05)


async def test_an_ice_restart_meets_an_offer_of_the_gateway(browser: Browser) -> None:
    async with running_lab() as lab:
        ada = await lab.agent(browser, "5001", microphone=ADA)
        ben = await lab.agent(browser, "5002", microphone=BEN)
        await ben.phone.evaluate(KEEP_CONNECTION)
        await ada.dial("5002")
        await ben.card("ringing")
        await ben.press("call-answer")
        await ada.hears(BEN)
        for after in (0.0, 0.01, 0.02, 0.04, 0.08):
            before = await ben.phone.evaluate(UFRAG)
            await ada.press("call-camera")
            await asyncio.sleep(after)
            await ben.phone.evaluate(LOSE_PATH)
            await sees(ben)
            await restarted(ben, before)
            await ada.hears(BEN)
            await ben.hears(ADA)
            before = await ben.phone.evaluate(UFRAG)
            await asyncio.gather(ada.press("call-camera"), ben.phone.evaluate(LOSE_PATH))
            await sees_nothing(ben)
            await restarted(ben, before)
        await ada.hears(BEN)
        await ada.press("call-hangup")
        await lab.all_idle(ada, ben)
