"""Gateway and media engine of the product on loopback ports that nobody else uses, with the lab's settings and no lab.

async with site(server.address, origins=[page_site.origin]) as running:
    ... running.websocket_url ...
    await running.assert_idle()
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from cordboard.access.token import issue
from cordboard.config import Address, Settings, lab_settings
from cordboard.gateway.gateway import Gateway
from cordboard.media.port import MediaEngine
from cordboard.observe.metrics import Metrics
from kit.phone import until
from kit.ports import free_port as free_port
from kit.ports import free_sip_port as free_sip_port
from kit.relay import relay

SECRET = b"the secret that desk and gateway share"
HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Site:
    """What runs. Agents are the lab's: 5001 to 5020."""

    settings: Settings
    engine: MediaEngine
    gateway: Gateway

    @property
    def websocket_url(self) -> str:
        """Where pages register."""
        host, port = self.gateway.pages.address
        return f"ws://{host}:{port}/ws"

    @property
    def sip(self) -> tuple[str, int]:
        """Where SIP Server sends its calls."""
        return self.gateway.trunk.address

    def page_password(self, dn: str) -> str:
        agent = self.settings.agent(dn)
        assert agent is not None, dn
        return agent.page_password

    def token(self, dn: str, lifetime: float = 60.0) -> str:
        """As the desk issues it."""
        return issue(SECRET, dn, time.time(), lifetime)

    async def assert_idle(self, within: float = 3.0) -> None:
        """No call, no session and no media is left."""
        calls = self.gateway.calls
        gone = await until(lambda: len(calls) == 0 and calls.sessions == 0, within)
        assert gone, f"{len(calls)} calls and {calls.sessions} sessions are left"
        media = await self.engine.list()
        assert not media, media


@asynccontextmanager
async def site(
    sip_server: tuple[str, int],
    *,
    origins: Iterable[str] = (),
    engine: MediaEngine | None = None,
    transport: str = "udp",
    backup: tuple[str, int] | None = None,
    password: str = "",
    **gateway: Any,
) -> AsyncIterator[Site]:
    """`origins` may open the WebSocket; `gateway` are fields of `GatewaySettings`, free ports where they name none.

    `transport` leads to SIP Server, which is asked whether it is there only if it has a `backup`; `password` is that
    of every DN at SIP Server.
    """
    lab = lab_settings(
        {
            "sip_server.address": Address(*sip_server),
            "sip_server.transport": transport,
            "sip_server.check_seconds": 1 if backup else 0,
            **({"sip_server.backup": Address(*backup)} if backup else {}),
        }
    )
    agents = tuple(replace(agent, sip_server_password=password) for agent in lab.agents)
    usual = {
        "sip": Address(HOST, 0),
        "advertise": Address(HOST, 0),
        "websocket": Address(HOST, free_port()),
        "allowed_origins": tuple(origins),
        "ping_before_call": 5000,
    }
    settings = replace(lab, agents=agents, gateway=replace(lab.gateway, **{**usual, **gateway}))
    if engine is not None:
        async with _gateway(settings, engine) as running:
            yield running
        return
    async with relay() as own, _gateway(settings, own) as running:
        yield running


@asynccontextmanager
async def _gateway(settings: Settings, engine: MediaEngine) -> AsyncIterator[Site]:
    gateway = await Gateway.start(settings, engine, SECRET, Metrics())
    try:
        yield Site(settings, engine, gateway)
    finally:
        await gateway.close()
