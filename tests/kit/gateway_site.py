"""The gateway with real sockets between a page's WebSocket and SIP Server's UDP, and an engine on paper."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from cordboard.access.token import issue
from cordboard.config import Address, lab_settings
from cordboard.gateway.gateway import Gateway
from cordboard.observe.metrics import Metrics
from kit.engine import PaperEngine
from kit.peer import SipPeer
from kit.sip_sockets import UdpPeer, WebSocketPeer

SECRET = b"s" * 32


@dataclass(slots=True)
class GatewaySite:
    gateway: Gateway
    server: UdpPeer
    engine: PaperEngine
    metrics: Metrics

    @property
    def url(self) -> str:
        host, port = self.gateway.pages.address
        return f"ws://{host}:{port}/ws"

    async def page(self, dn: str = "5001") -> WebSocketPeer:
        """A page that is registered, as its DN is at SIP Server."""
        page = await WebSocketPeer.open(self.url, dn)
        response = await page.register("Bearer " + issue(SECRET, dn, time.time(), 60))
        assert response.status == 200
        await self.server.answer_register()
        return page

    def dialog(self, name: str) -> UdpPeer:
        """Another dialog of SIP Server, over the same socket."""
        first = self.server.peer
        peer = SipPeer(name, first.own, first.other, first.contact, first.via, brackets=False)
        return UdpPeer(peer, self.server.socket, self.server.inbox, self.server.gateway)

    @staticmethod
    def leg(page: WebSocketPeer, name: str) -> WebSocketPeer:
        """Another dialog of a page, over the same WebSocket."""
        first = page.peer
        peer = SipPeer(name, first.own, first.other, first.contact, first.via)
        return WebSocketPeer(peer, page.session, page.socket, page.inbox, page.reader, page.dn)


@asynccontextmanager
async def gateway_site(**gateway_settings: Any) -> AsyncIterator[GatewaySite]:
    """`gateway_settings` beside those that make tests quick: no pings, no OPTIONS, no registration checks."""
    server = await UdpPeer.open()
    anywhere = Address("127.0.0.1", 0)
    lab = lab_settings({"sip_server.address": Address("127.0.0.1", server.socket.address[1])})
    quiet = {"ping_seconds": 0, "ping_before_call": 0, "registration_check": 0, "page_gone_seconds": 1}
    gateway = replace(lab.gateway, sip=anywhere, websocket=anywhere, advertise=anywhere, **(quiet | gateway_settings))
    agents = tuple(replace(agent, sip_server_password="sip-server-secret") for agent in lab.agents)
    settings = replace(lab, gateway=gateway, agents=agents, sip_server=replace(lab.sip_server, check_seconds=0))
    engine, metrics = PaperEngine(), Metrics()
    running = await Gateway.start(settings, engine, SECRET, metrics)
    server.gateway = running.trunk.address
    try:
        yield GatewaySite(running, server, engine, metrics)
    finally:
        await _close(running, server)


async def _close(gateway: Gateway, server: UdpPeer) -> None:
    """Whatever comes meanwhile is of no interest, but de-registrations want their answers."""
    closing = asyncio.get_running_loop().create_task(gateway.close())
    while not closing.done():
        try:
            await asyncio.wait_for(server.answer_register(), 0.05)
        except (TimeoutError, AssertionError):
            continue
    await closing
    server.close()
    await asyncio.sleep(0.01)
