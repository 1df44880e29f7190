"""Twenty DNs whose gateway is started anew: their pages come back within two seconds, and all are registered within
five. Nothing is kept of a DN without a call: to register one before its page is there would be a promise that nobody
keeps.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from cordboard.access.token import issue
from cordboard.config import Address, Settings, lab_settings
from cordboard.gateway.gateway import Gateway
from cordboard.net.udp import UdpSocket, open_udp
from cordboard.observe.metrics import Metrics
from cordboard.sip.message import Request, Response, parse_message, to_bytes
from kit.engine import PaperEngine
from kit.sip_sockets import WebSocketPeer

SECRET = b"s" * 32
DNS = [str(dn) for dn in range(5001, 5021)]
PAGES_ARE_BACK_WITHIN = 2.0  # seconds; measured in `tests/browser/test_outlives_gateway.py`
WITHIN = 5.0
COPIED = ("Via", "From", "Call-ID", "CSeq")


class Registrar:
    """Grants every REGISTER, a moment later."""

    def __init__(self) -> None:
        self.registered: Counter[str] = Counter()
        self.others: list[str] = []
        self.all_at: float | None = None
        self.socket: UdpSocket

    @classmethod
    async def open(cls) -> Registrar:
        registrar = cls()
        registrar.socket = await open_udp("127.0.0.1", 0, registrar._received)
        return registrar

    def _received(self, data: bytes, source: tuple[str, int]) -> None:
        request = parse_message(data)
        if isinstance(request, Request) and request.method == "REGISTER" and request.headers.get("Expires") != "0":
            asyncio.get_running_loop().call_later(0.05, self._grant, request, source)
        elif isinstance(request, Request):
            self.others.append(request.method)

    def _grant(self, request: Request, source: tuple[str, int]) -> None:
        copied = [(name, value) for name, value in request.headers.items() if name in COPIED]
        response = Response(200, "OK")
        for name, value in (*copied, ("To", f"{request.headers.get('To')};tag=r"), ("Expires", "1800")):
            response.headers.add(name, value)
        response.headers.add("Contact", f"{request.headers.get('Contact')};expires=1800")
        self.socket.send(to_bytes(response), source)
        named = re.search(r"sip:(\d+)@", request.headers.get("To") or "")
        assert named is not None
        self.registered[named[1]] += 1
        if len(self.registered) == len(DNS):
            self.all_at = self.all_at or time.monotonic()

    def begin_anew(self) -> None:
        self.registered.clear()
        self.all_at = None

    async def has_all(self) -> float:
        """When the last of them was registered."""
        async with asyncio.timeout(WITHIN):
            while self.all_at is None:  # noqa: ASYNC110  what the gateway does by itself
                await asyncio.sleep(0.01)
        return self.all_at


async def page(gateway: Gateway, dn: str, after: float = 0.0) -> WebSocketPeer:
    await asyncio.sleep(after)
    host, port = gateway.pages.address
    peer = await WebSocketPeer.open(f"ws://{host}:{port}/ws", dn)
    assert (await peer.register("Bearer " + issue(SECRET, dn, time.time(), 60))).status == 200
    return peer


def settings_for(port: int) -> Settings:
    anywhere = Address("127.0.0.1", 0)
    lab = lab_settings({"sip_server.address": Address("127.0.0.1", port), "sip_server.check_seconds": 0})
    gateway = replace(
        lab.gateway,
        sip=anywhere,
        websocket=anywhere,
        advertise=anywhere,
        ping_seconds=0,
        drain_registrations="keep",
        drain_seconds=0,
    )
    return replace(lab, gateway=gateway)


@pytest.fixture
async def registrar() -> AsyncIterator[Registrar]:
    registrar = await Registrar.open()
    yield registrar
    registrar.socket.close()
    await asyncio.sleep(0.01)


async def leave(gateway: Gateway, pages: list[WebSocketPeer]) -> None:
    """As if killed: SIP Server hears nothing (`drain_registrations = "keep"`)."""
    await gateway.draining.run()
    await gateway.close()
    for each in pages:
        await each.close()


async def test_twenty_dns_are_registered_again_within_five_seconds(registrar: Registrar) -> None:
    settings = settings_for(registrar.socket.address[1])
    gateway = await Gateway.start(settings, PaperEngine(), SECRET, Metrics())
    pages = await asyncio.gather(*(page(gateway, dn) for dn in DNS))
    await registrar.has_all()
    await leave(gateway, pages)
    assert (registrar.registered, registrar.others) == (Counter(DNS), [])

    registrar.begin_anew()
    began = time.monotonic()
    gateway = await Gateway.start(settings, PaperEngine(), SECRET, Metrics())
    delays = (PAGES_ARE_BACK_WITHIN * number / (len(DNS) - 1) for number in range(len(DNS)))
    pages = await asyncio.gather(*(page(gateway, dn, after) for dn, after in zip(DNS, delays, strict=True)))
    took = await registrar.has_all() - began
    await leave(gateway, pages)
    print(f"\n{len(DNS)} DNs registered {took:.1f} s after the start")
    assert took < WITHIN
    assert (registrar.registered, registrar.others) == (Counter(DNS), [])
