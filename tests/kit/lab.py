"""The whole lab on free loopback ports, agents at their desktops in Chromium, and customers: for tests of the main job.

async with running_lab() as lab, chromium() as browser:
    agent = await lab.agent(browser, "5001", microphone=620.0)
    await agent.ready()
    customer = await lab.customer("8000", tone=440.0)
    await agent.shows("desk-call-state", "Ringing")
    await agent.press("desk-op-Answer")
    await customer.hears(620.0)
    await agent.hears(440.0)
    await lab.is_idle()
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import aiohttp
from aiohttp import web
from playwright.async_api import Browser, BrowserContext, Frame, Page

from cordboard.cli.lab import Lab, start_lab
from cordboard.config import Address, Settings, lab_settings
from cordboard.lab.mixer import playing_tone
from cordboard.lab.telephony import TelephonyRequest
from cordboard.sip.events import Flow
from kit.chromium import new_page
from kit.desk import free_port
from kit.lab_agent import NOTE_TONES, PATIENCE, AgentPage
from kit.lab_customer import Customer
from kit.site import free_sip_port

HOST = "127.0.0.1"

Place = Browser | BrowserContext  # a browser gives each agent a context of its own


@dataclass(slots=True)
class RunningLab:
    """What `running_lab` gives. Everything listens on ports of its own."""

    settings: Settings
    lab: Lab
    http: aiohttp.ClientSession

    @property
    def gws(self) -> str:
        return f"http://{self.settings.lab.gws}"

    @property
    def desktop(self) -> str:
        return f"{self.gws}/ui/ad/v1/index.html"

    # --- customers

    async def customer(self, to: str, *, tone: float = 440.0, caller: str = "+15550100", **more: Any) -> Customer:
        """A customer who calls `to`."""
        order = {"from": caller, "to": to, "tone": tone, **more}
        async with self.http.post(f"{self.gws}/lab/calls", json=order) as response:
            assert response.status == 201, await response.text()
            return Customer(self.http, f"{self.gws}/lab/calls", (await response.json())["id"])

    async def called(self, number: str, *, tone: float = 440.0) -> Customer:
        """The customer at `number`, as soon as it is called; it says a tone instead of its clip."""
        customers = self.lab.telephone.customers

        def find() -> list[Any]:
            return [call for call in customers.calls if call.customer.own == number and not call.over]

        await until(lambda: bool(find()), f"nobody calls {number}", PATIENCE)
        (call,) = find()
        call.rtp.party.part = playing_tone(tone)
        return Customer(self.http, f"{self.gws}/lab/calls", call.id)

    def party(self, customer: Customer) -> Any:
        """The RTP party of a customer."""
        (call,) = [each for each in self.lab.telephone.customers.calls if each.id == customer.id]
        return call.rtp.party

    # --- agents

    async def agent(self, browser: Place, dn: str = "5001", *, microphone: float | None = 620.0) -> AgentPage:
        """An agent who is signed in at the desktop, with the softphone beside it registered."""
        page = await self.open(browser, self.desktop, microphone)
        await page.get_by_test_id("login-user").fill(f"agent{dn}")
        await page.get_by_test_id("login-password").fill(f"agent{dn}")
        await page.get_by_test_id("login-submit").click()
        agent = AgentPage(page, await self.phone_in(page))
        await agent.registered()
        return agent

    async def phone_in(self, page: Page) -> Frame:
        return await softphone_in(page)

    async def softphone(self, browser: Place, *, microphone: float = 620.0) -> AgentPage:
        """The softphone alone, with its connection panel filled in for 5001."""
        page = await self.open(browser, f"{self.settings.desk.url}/", microphone)
        return AgentPage(page, page)

    async def open(self, browser: Place, url: str, microphone: float | None) -> Page:
        page = await new_page(browser, microphone=microphone)
        await page.add_init_script(NOTE_TONES)
        await page.set_viewport_size({"width": 1280, "height": 800})
        await page.goto(url)
        return page

    # --- SIP Server

    def annex(self, dn: str, **options: str) -> None:
        """Give a DN options, `refer_enabled="true"`; a SIP Server that has crashed knows them no more."""
        dns = self.lab.telephone.sip_server.stack.machine.switch.dns
        annex = {name.replace("_", "-"): value for name, value in options.items()}
        dns[dn] = replace(dns[dn], annex={**dns[dn].annex, **annex})

    def cti(self, request: TelephonyRequest) -> None:
        """What another CTI client than GWS asks of SIP Server."""
        self.lab.telephone.sip_server.request(request)

    def uuid(self, dn: str) -> str:
        """The X-Genesys-CallUUID of the one call that the DN has."""
        (call,) = self.lab.telephone.sip_server.calls(dn)
        return call.call_uuid

    async def faults(self, **faults: Any) -> None:
        """How SIP Server misbehaves from now on: `drop=0.1`, `crashed=True`."""
        async with self.http.post(f"{self.gws}/lab/faults", json=faults) as response:
            assert response.status == 200, await response.text()

    # --- what goes on

    def sent_to_sip_server(self) -> list[str]:
        """The start lines and headers of what the gateway sends to SIP Server from now on."""
        transports = self.lab.product.gateway.trunk.transports
        sent, send = [], transports.send

        def note(flow: Flow, data: bytes) -> bool:
            sent.append(data.partition(b"\r\n\r\n")[0].decode())
            return send(flow, data)

        transports.send = note  # type: ignore[method-assign]
        return sent

    @asynccontextmanager
    async def connections_lost(self) -> AsyncIterator[None]:
        """Pages lose their connection to the gateway and get no new one before the end of the block."""
        sockets = self.lab.product.gateway.pages._sockets
        sockets._refusal = lambda request: web.Response(status=503)  # type: ignore[method-assign]
        for flow in list(sockets.flows):
            sockets.drop(flow)
        try:
            yield
        finally:
            del sockets._refusal

    # --- afterwards

    def in_service(self, dn: str) -> bool:
        """Whether SIP Server has a binding for the DN."""
        view = self.lab.telephone.sip_server.dn(dn)
        return view is not None and view.in_service

    async def all_idle(self, *agents: AgentPage) -> None:
        """Nothing is left of any call, on either side."""
        await self.is_idle()
        for agent in agents:
            await agent.idle()

    async def is_idle(self, within: float = 3.0, *, page_sessions: int = 0) -> None:
        """Calls, sessions and media of the product and of the look-alikes are released at once; nothing waits for a
        timer. `page_sessions` may be left: their page is gone, and nobody answers their BYE."""
        gateway, engine = self.lab.product.gateway, self.lab.product.engine
        server, customers = self.lab.telephone.sip_server, self.lab.telephone.customers
        await until(lambda: len(gateway.calls) == 0 and gateway.calls.sessions == 0, "calls of the gateway", within)
        await until(lambda: gateway.trunk.core.sessions == 0, "SIP sessions with SIP Server", within)
        await until(lambda: gateway.pages.core.sessions == page_sessions, "SIP sessions with pages", within)
        await until_async(lambda: is_empty(engine.list()), "calls of the media engine", within)
        await until(lambda: not server.stack.machine.switch.calls, "calls of the look-alike", within)
        await until(lambda: server.media_sessions == 0, "sessions of the look-alike's media server", within)
        await until(lambda: all(call.over for call in customers.calls), "customers on the phone", within)


async def softphone_in(page: Page) -> Frame:
    """The frame in which a desktop has its softphone."""
    element = await page.get_by_test_id("softphone").element_handle(timeout=PATIENCE * 1000)
    assert element is not None
    frame = await element.content_frame()
    assert frame is not None
    return frame


async def is_empty(listing: Awaitable[list[Any]]) -> bool:
    return not await listing


async def until(true: Callable[[], bool], what: str, within: float = 3.0) -> None:
    """Wait until it is so; `what` is what is still wrong when time is up."""

    async def now() -> bool:
        return true()

    await until_async(now, what, within)


async def until_async(true: Callable[[], Awaitable[bool]], what: str, within: float = 3.0) -> None:
    loop = asyncio.get_running_loop()
    end = loop.time() + within
    while not await true():
        assert loop.time() < end, f"after {within} s still: {what}"
        await asyncio.sleep(0.02)


def free_settings(**changes: Any) -> Settings:
    """The lab's settings on ports that nobody has now; a page on a busy machine may take its time to show that it is
    alive."""
    own = {
        "gateway.ping_before_call": 5000,
        "gateway.sip": Address(HOST, free_sip_port()),
        "gateway.websocket": Address(HOST, free_port(HOST)),
        "desk.listen": Address(HOST, free_port(HOST)),
        "lab.sip_server": Address(HOST, free_sip_port()),
        "lab.gws": Address(HOST, free_port(HOST)),
        "admin.listen": Address(HOST, free_port(HOST)),
    }
    return lab_settings(own | {name.replace("__", "."): value for name, value in changes.items()})


@asynccontextmanager
async def running_lab(**changes: Any) -> AsyncIterator[RunningLab]:
    """`changes` are settings, `gateway__page_gone_seconds=1`."""
    settings = free_settings(**changes)
    async with AsyncExitStack() as running:
        lab = await start_lab(settings, running)
        http = await running.enter_async_context(aiohttp.ClientSession())
        yield RunningLab(settings, lab, http)
