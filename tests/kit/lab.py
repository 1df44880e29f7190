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
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from playwright.async_api import Browser, Frame, Locator, Page, expect

from cordboard.cli.lab import Lab, start_lab
from cordboard.config import Address, Settings, lab_settings
from kit.chromium import Sound, heard_silence, heard_tone, new_page
from kit.desk import free_port
from kit.site import free_port as free_port_of_kind

HOST = "127.0.0.1"
PATIENCE = 8.0  # seconds
REMOTE = "[...document.querySelectorAll('audio')].map((each) => each.srcObject).find((each) => each)"


@dataclass(slots=True)
class Customer:
    """A call placed through the lab's HTTP API."""

    lab: RunningLab
    id: str

    async def view(self) -> dict[str, Any]:
        return await self.lab.get(f"/lab/calls/{self.id}")

    async def hears(self, frequency: float, within: float = PATIENCE) -> dict[str, Any]:
        """Wait until a clean tone of that frequency is heard."""
        return await self._until(lambda view: is_tone(view["heard"], frequency), f"a tone of {frequency} Hz", within)

    async def hears_music(self, within: float = PATIENCE) -> dict[str, Any]:
        """Something loud that is no single tone."""
        return await self._until(lambda view: is_music(view["heard"]), "music", within)

    async def is_in(self, state: str, within: float = PATIENCE) -> dict[str, Any]:
        return await self._until(lambda view: view["state"] == state, f"state {state}", within)

    async def hang_up(self) -> None:
        async with self.lab.http.delete(f"{self.lab.gws}/lab/calls/{self.id}") as response:
            assert response.status == 204

    async def send_digits(self, digits: str) -> None:
        async with self.lab.http.post(
            f"{self.lab.gws}/lab/calls/{self.id}/digits", json={"digits": digits}
        ) as response:
            assert response.status == 204

    async def _until(self, true: Callable[[dict[str, Any]], bool], what: str, within: float) -> dict[str, Any]:
        view: dict[str, Any] = {}
        for _ in range(int(within / 0.05)):
            view = await self.view()
            if true(view):
                return view
            await asyncio.sleep(0.05)
        raise AssertionError(f"the customer waited {within} s for {what}, and has {view}")


def is_tone(heard: dict[str, float], frequency: float) -> bool:
    return abs(heard["frequency"] - frequency) < 15 and heard["share"] > 0.8


def is_music(heard: dict[str, float]) -> bool:
    return heard["seconds"] > 0.9 and 0.0 < heard["share"] < 0.8


@dataclass(slots=True)
class AgentPage:
    """A browser page of one agent; `phone` is the frame in which the softphone runs."""

    page: Page
    phone: Page | Frame

    def by(self, name: str) -> Locator:
        """An element by its test id, in the desktop or in the softphone."""
        place = self.page if name.startswith(("desk-", "login-")) else self.phone
        return place.get_by_test_id(name)

    async def press(self, name: str) -> None:
        await self.by(name).first.click(timeout=PATIENCE * 1000)

    async def shows(self, name: str, text: str, within: float = PATIENCE) -> None:
        await expect(self.by(name).first).to_contain_text(text, timeout=within * 1000)

    async def shows_no(self, name: str, within: float = PATIENCE) -> None:
        await expect(self.by(name)).to_have_count(0, timeout=within * 1000)

    async def ready(self) -> None:
        """Press Ready and see it come true."""
        await self.press("desk-state-Ready")
        await self.shows("desk-state", "Ready")

    async def registered(self, within: float = PATIENCE) -> None:
        await expect(self.by("light-sip")).to_have_attribute("data-state", "on", timeout=within * 1000)
        await expect(self.by("light-gws")).to_have_attribute("data-state", "on", timeout=within * 1000)

    async def cards(self) -> list[dict[str, Any]]:
        return list(await self.phone.evaluate("window.cordboard.cards"))

    async def idle(self) -> None:
        """No card, no microphone."""
        await self.shows_no("call-card")
        assert await self.phone.evaluate("window.cordboard.microphones") == 0

    async def hears(self, frequency: float, within: float = PATIENCE) -> Sound:
        sound = await heard_tone(self.phone, REMOTE, frequency, within)  # type: ignore[arg-type]
        assert sound.is_tone(frequency), f"the agent hears {sound}, not {frequency} Hz"
        return sound

    async def hears_nothing(self, within: float = PATIENCE) -> None:
        sound = await heard_silence(self.phone, REMOTE, within)  # type: ignore[arg-type]
        assert sound.is_silence, f"the agent hears {sound}"


@dataclass(slots=True)
class RunningLab:
    """What `running_lab` gives. Everything listens on ports of its own."""

    settings: Settings
    lab: Lab
    http: aiohttp.ClientSession
    pages: list[Page] = field(default_factory=list)

    @property
    def gws(self) -> str:
        return f"http://{self.settings.lab.gws}"

    @property
    def desktop(self) -> str:
        return f"{self.gws}/ui/ad/v1/index.html"

    async def get(self, path: str) -> dict[str, Any]:
        async with self.http.get(self.gws + path) as response:
            assert response.status == 200, await response.text()
            return dict(await response.json())

    async def customer(self, to: str, *, tone: float = 440.0, caller: str = "+15550100", **more: Any) -> Customer:
        order = {"from": caller, "to": to, "tone": tone, **more}
        async with self.http.post(f"{self.gws}/lab/calls", json=order) as response:
            assert response.status == 201, await response.text()
            return Customer(self, (await response.json())["id"])

    async def agent(self, browser: Browser, dn: str = "5001", *, microphone: float = 620.0) -> AgentPage:
        """An agent who is signed in at the desktop, with the softphone beside it registered."""
        page = await self.open(browser, self.desktop, microphone)
        await page.get_by_test_id("login-user").fill(f"agent{dn}")
        await page.get_by_test_id("login-password").fill(f"agent{dn}")
        await page.get_by_test_id("login-submit").click()
        frame = await self._softphone(page)
        agent = AgentPage(page, frame)
        await agent.registered()
        return agent

    async def softphone(self, browser: Browser, *, microphone: float = 620.0) -> AgentPage:
        """The softphone alone, with its connection panel."""
        page = await self.open(browser, f"{self.settings.desk.url}/", microphone)
        return AgentPage(page, page)

    async def open(self, browser: Browser, url: str, microphone: float) -> Page:
        page = await new_page(browser, microphone=microphone)
        await page.set_viewport_size({"width": 1280, "height": 800})
        await page.goto(url)
        self.pages.append(page)
        return page

    async def _softphone(self, page: Page) -> Frame:
        element = await page.get_by_test_id("softphone").element_handle(timeout=PATIENCE * 1000)
        assert element is not None
        frame = await element.content_frame()
        assert frame is not None
        return frame

    async def is_idle(self, within: float = 3.0) -> None:
        """Calls, sessions, media and the look-alike's calls are released at once; nothing waits for a timer."""
        gateway, engine = self.lab.product.gateway, self.lab.product.engine
        await until(lambda: len(gateway.calls) == 0 and gateway.calls.sessions == 0, "calls of the gateway", within)
        await until_async(lambda: is_empty(engine.list()), "calls of the media engine", within)


async def is_empty(listing: Awaitable[list[Any]]) -> bool:
    return not await listing


async def until(true: Callable[[], bool], what: str, within: float = 3.0) -> None:
    for _ in range(int(within / 0.02)):
        if true():
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"after {within} s still: {what}")


async def until_async(true: Callable[[], Awaitable[bool]], what: str, within: float = 3.0) -> None:
    for _ in range(int(within / 0.05)):
        if await true():
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"after {within} s still: {what}")


def free_settings(**changes: Any) -> Settings:
    """The lab's settings on ports that nobody has now."""
    ports = {
        "gateway.sip": Address(HOST, free_port_of_kind(socket.SOCK_DGRAM)),
        "gateway.websocket": Address(HOST, free_port(HOST)),
        "desk.listen": Address(HOST, free_port(HOST)),
        "lab.sip_server": Address(HOST, free_port_of_kind(socket.SOCK_DGRAM)),
        "lab.gws": Address(HOST, free_port(HOST)),
    }
    return lab_settings(ports | {name.replace("__", "."): value for name, value in changes.items()})


@asynccontextmanager
async def running_lab(**changes: Any) -> AsyncIterator[RunningLab]:
    """`changes` are settings, `gateway__page_gone_seconds=1`."""
    settings = free_settings(**changes)
    async with AsyncExitStack() as running:
        lab = await start_lab(settings, running)
        http = await running.enter_async_context(aiohttp.ClientSession())
        yield RunningLab(settings, lab, http)
