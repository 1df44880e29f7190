"""Opus between two real pages, given up for a party that has only G.711, and what was agreed with the page stays."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser

from kit.lab import RunningLab, running_lab, until_async
from kit.lab_agent import PATIENCE, AgentPage
from kit.untouched import connections, watched

pytestmark = pytest.mark.asyncio(loop_scope="session")

ADA, BEN, CUSTOMER = 620.0, 880.0, 440.0  # Hz
NUMBER = "+15550102"

SPOKEN = """
async () => {
  const [connection] = notedConnections.filter((each) => each.connectionState === "connected");
  const reports = await connection.getStats();
  const streams = [...reports.values()].filter(({ type, kind }) => type.endsWith("bound-rtp") && kind === "audio");
  const named = streams.filter(({ type, codecId }) => !type.startsWith("remote") && codecId);
  return Object.fromEntries(named.map(({ type, codecId }) => [type, reports.get(codecId).mimeType]));
}
"""


async def speaks(agent: AgentPage, codec: str) -> None:
    """The page sends and gets this codec, by its own statistics."""
    wanted = {"inbound-rtp": codec, "outbound-rtp": codec}

    async def now() -> bool:
        return bool(await agent.phone.evaluate(SPOKEN) == wanted)

    await until_async(now, f"{codec} both ways", PATIENCE)


async def both_talk(ada: AgentPage, ben: AgentPage) -> None:
    await ada.hears(BEN)
    await ben.hears(ADA)


async def agreed(agent: AgentPage) -> list[dict[str, Any]]:
    """ICE, DTLS and transport of the page's one call; a new codec takes a new description."""
    return [{name: value for name, value in each.items() if name != "described"} for each in await connections(agent)]


async def caller(lab: RunningLab, browser: Browser) -> AgentPage:
    """5001, whose phone dials by itself: SIP Server that makes a call begins it with sound of its own, in G.711."""
    agent = await lab.softphone(await watched(browser), microphone=ADA)
    await agent.by("field-use-gws").set_checked(False)
    await agent.connect("sip")
    await agent.connect("gws")
    return agent


async def test_two_pages_speak_opus_until_one_of_them_is_a_telephone(browser: Browser) -> None:
    async with running_lab() as lab:
        ada = await caller(lab, browser)
        ben = await lab.agent(await watched(browser), "5002", microphone=BEN)
        await ada.dial("5002")
        await ben.card("ringing")
        await ben.press("call-answer")

        await both_talk(ada, ben)
        for agent in (ada, ben):
            await speaks(agent, "audio/opus")
        before = [await agreed(agent) for agent in (ada, ben)]

        await ada.press("call-hold")
        await speaks(ben, "audio/PCMU")
        await ada.press("call-retrieve")
        await both_talk(ada, ben)
        assert [await agreed(agent) for agent in (ada, ben)] == before

        await ada.press("call-transfer")
        await ada.by("call-join-number").locator("visible=true").fill(NUMBER)
        await ada.by("call-join-directly").locator("visible=true").click()
        customer = await lab.called(NUMBER, tone=CUSTOMER)
        await ben.hears(CUSTOMER)
        await customer.hears(BEN)
        assert await agreed(ben) == before[1]
        await ben.press("call-hangup")
        await customer.is_in("ended")
        await lab.all_idle(ada, ben)
