"""A gateway that drains, one that hands its calls over, and the next one that takes them up: with real sockets, without
media.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from cordboard.access.token import issue
from cordboard.config import Address, Settings, lab_settings
from cordboard.gateway.gateway import Gateway
from cordboard.media.port import MediaEvent, MediaEventKind
from cordboard.observe.metrics import Metrics
from kit.engine import PaperEngine
from kit.sip_sockets import UdpPeer, WebSocketPeer

SECRET = b"s" * 32
HAND_OVER = {"after_drain": "hand over", "drain_registrations": "keep", "drain_seconds": 0}


@dataclass(slots=True)
class Site:
    """One SIP Server and one engine, and one gateway after the other."""

    server: UdpPeer
    settings: Settings
    engine: PaperEngine = field(default_factory=PaperEngine)
    metrics: Metrics = field(default_factory=Metrics)
    gateways: list[Gateway] = field(default_factory=list)

    @property
    def gateway(self) -> Gateway:
        return self.gateways[-1]

    async def start(self, **changes: Any) -> Gateway:
        """The next gateway, on the address of the one before; `changes` are of its section."""
        settings = replace(self.settings, gateway=replace(self.settings.gateway, **changes))
        if self.gateways:
            at = Address(*self.gateway.trunk.address)
            settings = replace(settings, gateway=replace(settings.gateway, sip=at, advertise=at))
        gateway = await Gateway.start(settings, self.engine, SECRET, self.metrics)
        self.gateways.append(gateway)
        self.server.gateway = gateway.trunk.address
        return gateway

    async def page(self, dn: str = "5001", cseq: int = 1) -> WebSocketPeer:
        """A page that is registered."""
        host, port = self.gateway.pages.address
        page = await WebSocketPeer.open(f"ws://{host}:{port}/ws", dn)
        assert (await page.register("Bearer " + issue(SECRET, dn, time.time(), 60), cseq=cseq)).status == 200
        return page

    async def talking(self) -> WebSocketPeer:
        page = await self.page()
        await self.server.answer_register()
        self.server.send("INVITE sip:5001@gateway + X-Genesys-CallUUID: ONE")
        await self.server.expect("100")
        await page.expect("INVITE")
        await page.send("180")
        await self.server.expect("180")
        await page.send("200")
        await page.expect("ACK")
        await self.server.expect("200")
        self.server.send("ACK")
        await self.kept()
        return page

    async def kept(self) -> None:
        """The snapshot of the call is written."""
        async with asyncio.timeout(3):
            while not any(self.engine.texts.values()):  # noqa: ASYNC110  what the gateway does by itself
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)

    async def registered_again(self) -> None:
        """The next gateway's REGISTER, in the middle of SIP Server's dialog."""
        dialog = copy(self.server.peer)
        await self.server.answer_register()
        self.server.peer = dialog

    async def handed_over(self) -> None:
        """The gateway goes, its calls stay."""
        await self.gateway.draining.run()
        await self.gateway.close()


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    server = await UdpPeer.open()
    anywhere = Address("127.0.0.1", 0)
    lab = lab_settings(
        {
            "sip_server.address": Address("127.0.0.1", server.socket.address[1]),
            "sip_server.check_seconds": 0,
            "media.worker_directory": "/nowhere",
        }
    )
    gateway = replace(lab.gateway, sip=anywhere, websocket=anywhere, advertise=anywhere, ping_seconds=0)
    site = Site(server, replace(lab, gateway=gateway))
    yield site
    for each in site.gateways:
        await each.close()
    server.close()
    await asyncio.sleep(0.01)


async def test_snapshot_is_stored_again_where_the_media_has_moved(site: Site) -> None:
    await site.start()
    page = await site.talking()
    before = dict(site.engine.texts)
    site.engine.texts.clear()
    for listener in site.engine.listeners:
        listener(MediaEvent(next(iter(before)), MediaEventKind.MOVED, "its media worker died"))
    await site.kept()
    assert site.engine.texts.keys() == before.keys()
    await page.close()


async def test_draining_refuses_both_sides_and_waits_for_the_last_call(site: Site) -> None:
    gateway = await site.start(drain_seconds=30, drain_registrations="keep")
    page = await site.talking()
    draining = asyncio.get_running_loop().create_task(gateway.draining.run())
    await page.expect('MESSAGE | /{"draining":true}/')
    assert "cordboard_draining 1.0" in site.metrics.text().decode()
    other = replace(site.server.peer)
    other.forget()
    site.server.socket.send(other.build("INVITE sip:5001@gateway"), site.server.gateway)
    assert b"SIP/2.0 100" in await site.server.inbox.get()
    assert b"SIP/2.0 503" in await site.server.inbox.get()
    assert not draining.done()
    site.server.send("BYE")
    await asyncio.wait_for(draining, 3)
    await page.close()


async def test_draining_takes_the_registrations_back(site: Site) -> None:
    gateway = await site.start(drain_seconds=0)
    page = await site.page()
    await site.server.answer_register()
    await gateway.draining.run()
    assert (await site.server.answer_register()).headers.get("Expires") == "0"
    again = await site.page(cseq=2)
    await asyncio.sleep(0.1)
    assert site.server.inbox.empty(), "a page that comes meanwhile registers nothing"
    await page.close()
    await again.close()


async def test_a_call_of_the_page_is_refused_while_draining(site: Site) -> None:
    gateway = await site.start(drain_seconds=0, drain_status=480)
    page = await site.page()
    await site.server.answer_register()
    await gateway.draining.run()
    await site.server.answer_register()
    await page.expect("MESSAGE")
    page.peer.forget()
    await page.send("INVITE sip:5002@gateway.invalid")
    await page.expect("100")
    await page.expect("480")
    await page.close()


async def test_time_up_is_logged_with_the_calls_that_are_left(site: Site) -> None:
    gateway = await site.start(drain_seconds=0, drain_registrations="keep")
    page = await site.talking()
    with capture_logs() as lines:
        await gateway.draining.run()
    assert [(line["event"], line["calls"]) for line in lines if line["log_level"] == "warning"] == [
        ("draining: no new calls", 1),
        ("drained: time is up", 1),
    ]
    await page.close()


async def test_the_next_gateway_takes_the_call_up_and_sip_server_can_end_it(site: Site) -> None:
    await site.start(**HAND_OVER)
    page = await site.talking()
    await site.handed_over()
    assert site.engine.open, "its media goes on"
    await asyncio.sleep(0.05)
    assert site.server.inbox.empty(), "SIP Server hears nothing"
    gateway = await site.start()
    assert len(gateway.calls) == 1
    await site.registered_again()
    site.server.send("BYE")
    await site.server.expect("200 BYE")
    await asyncio.sleep(0.05)
    assert (len(gateway.calls), site.engine.open) == (0, set())
    await page.close()


async def test_its_own_page_gets_its_dialog_again(site: Site) -> None:
    await site.start(**HAND_OVER)
    old = await site.talking()
    await site.handed_over()
    gateway = await site.start()
    (call,) = gateway.calls.of_dn("5001")
    host, port = gateway.pages.address
    page = await WebSocketPeer.open(f"ws://{host}:{port}/ws")
    page.peer = old.peer
    assert (await page.register("Bearer " + issue(SECRET, "5001", time.time(), 60), cseq=7)).status == 200
    assert not call.page.waits_for_page
    await site.registered_again()
    site.server.send("NOTIFY + Event: hold")
    await site.server.expect("200 NOTIFY")
    await site.server.expect("INVITE | /s=trunk_offer/")
    await page.expect('INFO | /{"do":"hold"}/')
    await page.close()
    await old.close()


@pytest.mark.parametrize("broken", ['"version":9', '"dn":"9999"'])
async def test_a_call_that_cannot_be_taken_up_is_ended_at_sip_server(site: Site, broken: str) -> None:
    await site.start(**HAND_OVER)
    page = await site.talking()
    await site.handed_over()
    ((name, text),) = site.engine.texts.items()
    assert json.loads(text)["version"] == 1
    site.engine.texts[name] = re.sub(broken.split(":")[0] + ":[^,]*", broken, text, count=1)
    with capture_logs() as lines:
        gateway = await site.start()
    await site.server.expect("BYE + Reason: /cause=480/")
    assert (len(gateway.calls), site.engine.open) == (0, set())
    assert "call of an earlier process cannot be taken up" in [line["event"] for line in lines]
    await page.close()


@pytest.mark.parametrize("text", ["", "rubbish", '{"version":1,"trunk":{"dialog":{"version":1}}}'])
async def test_media_that_belongs_to_no_call_we_know_is_closed(site: Site, text: str) -> None:
    site.engine.open.add("call-x")
    site.engine.texts["call-x"] = text
    gateway = await site.start()
    assert (len(gateway.calls), site.engine.open) == (0, set())
    assert site.server.inbox.empty()


async def test_a_dialog_of_the_page_that_cannot_be_used_costs_the_page_only(site: Site) -> None:
    """Whoever comes next gets the call anew."""
    await site.start(**HAND_OVER)
    old = await site.talking()
    await site.handed_over()
    ((name, text),) = site.engine.texts.items()
    content = json.loads(text)
    content["page"]["dialog"]["version"] = 9
    site.engine.texts[name] = json.dumps(content)
    gateway = await site.start()
    assert len(gateway.calls) == 1
    await site.server.answer_register()
    page = await site.page()
    await page.expect("INVITE + X-Cordboard-Call: resumed + X-Genesys-CallUUID: ONE | /s=page_offer/")
    await page.close()
    await old.close()
