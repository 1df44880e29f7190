"""Headless agents at a running lab, and what they are asked.

async with running_lab() as lab, agents_of(lab) as agents:
    agent = await agents.start("5003", frequency=620.0)
    call = await agents.called(agent)
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from cordboard.phone.agent import Agent
from cordboard.phone.call import PhoneCall
from cordboard.phone.packets import PacketLoop, make
from cordboard.phone.settings import AgentSettings, AudioSettings
from kit.desk import PageInBrowser
from kit.lab import RunningLab
from kit.phone import until

PATIENCE = 6.0  # seconds


class Agents:
    """Those of one lab; `came` has the calls that came to each, in their order."""

    def __init__(self, lab: RunningLab, packets: PacketLoop, tls: ssl.SSLContext | None) -> None:
        self.lab = lab
        self.packets = packets
        self.came: dict[str, list[PhoneCall]] = {}
        self.running: list[Agent] = []
        self._tls = tls

    async def token(self, dn: str) -> str:
        """From the desk, for an agent who has signed in there."""
        page = PageInBrowser(self.lab.settings.desk.url, self.lab.http)
        await page.open()
        signed_in = await page.ask("POST", "/page/sign-in", {"userName": f"agent{dn}", "password": f"agent{dn}"})
        assert signed_in.status == 200, signed_in.body
        return str((await page.ask("POST", "/page/token")).json["token"])

    def settings(self, dn: str, *, frequency: float = 620.0, **more: Any) -> AgentSettings:
        """What the agent says is a clean tone."""
        audio = AudioSettings(frequency=frequency, expected=440.0, stamp_every=0)
        given: dict[str, Any] = {"audio": audio, "tls": self._tls, "origin": self.lab.settings.desk.url}
        return AgentSettings(self.lab.settings.gateway.websocket_url, dn, **given | more)

    async def start(self, dn: str, token_of: str = "", **settings: Any) -> Agent:
        """Registered with a token of the desk, its own or that of another DN."""
        agent = Agent(self.settings(dn, token=await self.token(token_of or dn), **settings), self.packets)
        self.running.append(agent)
        self.came[dn] = []
        agent.on_call(self.came[dn].append)
        await agent.connect()
        await agent.register()
        return agent

    async def called(self, agent: Agent, number: int = 1) -> PhoneCall:
        """Wait for that many calls; the latest one."""
        came = self.came[agent.settings.dn]
        assert await until(lambda: len(came) >= number, PATIENCE), f"{agent.settings.dn} is not called"
        return came[number - 1]


async def hears(call: PhoneCall, within: float = PATIENCE) -> None:
    """The tone that is expected, in packets that come from now on."""
    begin = call.figures().received
    heard = await until(lambda: call.figures().heard and call.figures().received > begin + 15, within)
    assert heard, f"the agent hears {call.figures()}"


@asynccontextmanager
async def agents_of(lab: RunningLab, tls: ssl.SSLContext | None = None) -> AsyncIterator[Agents]:
    """`tls` is what they trust where the gateway has WSS."""
    packets = make()
    agents = Agents(lab, packets, tls)
    try:
        yield agents
    finally:
        for agent in agents.running:
            await agent.close()
        packets.close()
