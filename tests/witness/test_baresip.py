"""baresip as far end: an ordinary SIP telephone at SIP Server, and an agent's page in a real browser.

At SIP Server it sends back what it hears, so the agent who hears its own tone has been heard.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from kit.chromium import chromium, listen
from kit.lab import RunningLab, running_lab
from kit.lab_agent import PATIENCE, REMOTE, AgentPage
from kit.media_page import MediaPage, PageCall
from kit.site import HOST, Site, free_sip_port, site
from witness.baresip_process import Baresip, baresip

AGENT, OTHER = 620.0, 1000.0  # Hz
DN, PHONE = "5001", "5003"


@asynccontextmanager
async def telephones(directory: Path) -> AsyncIterator[tuple[AgentPage, Baresip, RunningLab]]:
    """An agent's page and baresip, both registered."""
    async with running_lab() as lab, chromium() as browser:
        agent = await lab.softphone(browser, microphone=AGENT)
        server = lab.settings.lab.sip_server
        async with baresip(directory, dn=PHONE, sip_server=(server.host, server.port)) as far:
            await agent.connect("sip")
            assert lab.in_service(PHONE), far.report()
            try:
                yield agent, far, lab
            except BaseException:
                print(far.events, far.report())
                raise


async def hears_music(agent: AgentPage) -> None:
    """SIP Server's, while it is held: something loud that is not the agent's own tone."""
    end = asyncio.get_running_loop().time() + PATIENCE
    while (sound := await listen(agent.phone, REMOTE)).is_silence or abs(sound.frequency - AGENT) < 15:
        assert asyncio.get_running_loop().time() < end, f"the agent hears {sound}, no music"
        await asyncio.sleep(0.05)


async def test_page_calls_the_telephone(tmp_path: Path) -> None:
    """With digits, hold and retrieve by the telephone."""
    async with telephones(tmp_path) as (agent, far, lab):
        await agent.dial(PHONE)
        await far.event("CALL_ESTABLISHED")
        await agent.hears(AGENT)
        await agent.press("call-keypad", "call-key-5")
        await far.event("CALL_DTMF_START", "5")
        await far.do("hold")
        await hears_music(agent)
        await far.do("resume")
        await agent.hears(AGENT)
        await agent.press("call-hangup")
        await far.event("CALL_CLOSED")
        await lab.all_idle(agent)


async def test_telephone_calls_the_page(tmp_path: Path) -> None:
    """The agent holds and retrieves, the telephone hangs up."""
    async with telephones(tmp_path) as (agent, far, lab):
        await far.do("dial", DN)
        await agent.press("call-answer")
        await far.event("CALL_ESTABLISHED")
        await agent.hears(AGENT)
        await agent.press("call-hold")
        await agent.hears_nothing()
        await agent.press("call-retrieve")
        await agent.hears(AGENT)
        await far.do("hangup")
        await lab.all_idle(agent)


@asynccontextmanager
async def in_sip_servers_place(directory: Path) -> AsyncIterator[tuple[MediaPage, PageCall, Baresip, Site]]:
    """baresip calls the gateway itself; the page has no browser. That it is no registrar does not matter."""
    port = free_sip_port()
    settings = {"ping_seconds": 0, "ping_before_call": 0, "registration_check": 0, "refer": "accept"}
    async with (
        baresip(directory, dn=PHONE, sip_server=(HOST, port), port=port, tone=OTHER) as far,
        site((HOST, port), **settings) as running,
        MediaPage.open(running.websocket_url, DN, running.token(DN), frequency=AGENT) as page,
    ):
        await far.do("dial", f"sip:{DN}@{HOST}:{running.sip[1]}")
        call = await page.called()
        page.answer(call)
        await far.event("CALL_ESTABLISHED")
        try:
            await far.event("CALL_RTPESTAB")
            await call.hears(OTHER)
            yield page, call, far, running
        except BaseException:
            print(far.events, far.report())
            raise


async def test_telephone_holds_the_gateway(tmp_path: Path) -> None:
    async with in_sip_servers_place(tmp_path) as (_, call, far, running):
        await far.do("hold")
        await call.hears_nothing()
        await far.do("resume")
        await call.hears(OTHER)
        await far.do("hangup")
        await call.is_in("over")
        await running.assert_idle()


async def test_telephone_refers_the_gateway(tmp_path: Path) -> None:
    """To itself: the gateway calls it once more and the old call ends."""
    async with in_sip_servers_place(tmp_path) as (page, call, far, running):
        await far.do("transfer", f"sip:{PHONE}@{HOST}:{running.settings.sip_server.address.port}")
        await call.was_told({"call": {"transferred": PHONE}})
        await far.event("CALL_ESTABLISHED", count=2)
        await far.event("CALL_CLOSED")
        await far.event("CALL_RTPESTAB", count=2)
        await call.hears(OTHER)
        page.hang_up(call)
        await running.assert_idle()
        assert call.reinvited == 0
