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
from cordboard.media.port import MediaEvent, MediaEventKind
from cordboard.observe.metrics import Metrics
from cordboard.observe.trace import Traces
from kit.engine import PaperEngine
from kit.gateway_stack import description
from kit.peer import BODIES, SipPeer
from kit.phone import until
from kit.sip_sockets import UdpPeer, WebSocketPeer

SECRET = b"s" * 32
RINGING = "INVITE sip:5001@gateway + X-Genesys-CallUUID: ONE | server offer"
NAMES = ("server offer", "server answer", "page offer", "page answer")
BODIES.update({name: description(name, "127.0.0.81", 8006) for name in NAMES})


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

    async def talking(self) -> WebSocketPeer:
        """A page in an answered call of a customer's."""
        page = await self.page()
        self.server.send(RINGING)
        await self.server.expect("100")
        await page.expect("INVITE")
        await page.send("180")
        await self.server.expect("180")
        await page.send("200 | page answer")
        await page.expect("ACK")
        await self.server.expect("200")
        self.server.send("ACK")
        return page

    async def hang_up(self, page: WebSocketPeer) -> None:
        """The customer ends it, nothing of it is left, and the page goes."""
        self.server.send("BYE")
        await self.server.expect("200 BYE")
        await page.expect("BYE")
        await page.send("200 BYE")
        assert await until(lambda: not self.engine.open)
        await page.close()

    def tell(self, kind: MediaEventKind, why: str = "") -> None:
        """The engine has something to say about its one call."""
        (call,) = self.engine.open
        for listener in self.engine.listeners:
            listener(MediaEvent(call, kind, why))

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
async def gateway_site(traces: Traces | None = None, **gateway_settings: Any) -> AsyncIterator[GatewaySite]:
    """`gateway_settings` beside those that make tests quick: no pings, no OPTIONS, no registration checks."""
    server = await UdpPeer.open()
    anywhere = Address("127.0.0.1", 0)
    lab = lab_settings({"sip_server.address": Address("127.0.0.1", server.socket.address[1])})
    quiet = {"ping_seconds": 0, "ping_before_call": 0, "registration_check": 0, "page_gone_seconds": 1}
    gateway = replace(lab.gateway, sip=anywhere, websocket=anywhere, advertise=anywhere, **(quiet | gateway_settings))
    agents = tuple(replace(agent, sip_server_password="sip-server-secret") for agent in lab.agents)
    settings = replace(lab, gateway=gateway, agents=agents, sip_server=replace(lab.sip_server, check_seconds=0))
    engine, metrics = PaperEngine(), Metrics()
    running = await Gateway.start(settings, engine, SECRET, metrics, traces)
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
