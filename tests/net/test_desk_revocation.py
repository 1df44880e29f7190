"""At log-out the phone is let go in less than two seconds, with or without the page's help: desk and gateway."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cordboard.config import Address
from cordboard.desk.session_watch import ASK_AFTER
from kit.desk import HOST, Bench, PageInBrowser, desk_bench, free_port
from kit.fake_gws import VOICE_DEVICE, user_resource
from kit.gateway_site import SECRET, GatewaySite, gateway_site
from kit.page_words import heard
from kit.phone import until
from kit.sip_sockets import WebSocketPeer

LIMIT = 2.0  # seconds
OTHER_ORIGIN = "https://other.example"


@dataclass
class Scene:
    bench: Bench
    site: GatewaySite

    async def phone(self, dn: str = "5001") -> tuple[PageInBrowser, WebSocketPeer, str]:
        """A softphone: its page at the desk, its WebSocket at the gateway, and the token it registered with."""
        self.bench.gws.user = user_resource(devices=[{**VOICE_DEVICE, "phoneNumber": dn}])
        page = await self.bench.signed_in()
        token = "Bearer " + (await page.ask("POST", "/page/token", {})).json["token"]
        socket = await WebSocketPeer.open(self.site.url, dn, page.url)
        assert (await socket.register(token)).status == 200
        await self.site.server.answer_register()
        assert await until(lambda: self.site.gateway.seat_port.view(dn).registered)
        return page, socket, token

    async def is_let_go(self, page: PageInBrowser, socket: WebSocketPeer, token: str, began: float) -> None:
        """The page is told and cut off, its token refused, its DN de-registered; all of it in time."""
        assert await heard(socket) == {"do": "sign out"}
        assert await until(lambda: socket.socket.closed, LIMIT)
        assert not self.site.gateway.seat_port.view(socket.dn).page
        gone = await self.site.server.answer_register()
        assert gone.headers.get("Expires") == "0"
        assert time.monotonic() - began < LIMIT
        again = await WebSocketPeer.open(self.site.url, socket.dn, page.url)
        assert (await again.register(token, cseq=9)).status == 403
        await again.close()
        await socket.close()
        assert (await page.ask("POST", "/page/token", {})).status == 403


@asynccontextmanager
async def scene(directory: Path, **changes: Any) -> AsyncIterator[Scene]:
    port = free_port(HOST)
    async with gateway_site(allowed_origins=(f"http://{HOST}:{port}", OTHER_ORIGIN)) as site:
        now = time.time()
        port_and = {"desk__listen": Address(HOST, port), **changes}
        async with desk_bench(directory, seats=site.gateway.seat_port, secret=SECRET, **port_and) as bench:
            bench.now = now
            yield Scene(bench, site)


async def test_sign_out_of_the_page(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        page, socket, token = await s.phone()
        began = time.monotonic()
        await page.ask("POST", "/page/sign-out", {})
        await s.is_let_go(page, socket, token, began)


async def test_the_end_of_the_contact_centre_session_seen_on_its_way(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        page, socket, token = await s.phone()
        for other in ({"operationName": "Ready"}, {"operationName": "NotReady", "x": "EndContactCenterSession"}):
            assert (await page.ask("POST", "/gws/api/v2/me", other)).status == 200
        assert s.site.gateway.seat_port.view("5001").registered
        began = time.monotonic()
        ended = await page.ask("POST", "/gws/api/v2/me", {"operationName": "EndContactCenterSession"})
        assert ended.json["statusCode"] == 0
        await s.is_let_go(page, socket, token, began)


async def test_a_session_that_gws_no_longer_knows(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        page, socket, token = await s.phone()
        s.bench.gws.sessions.clear()
        began = time.monotonic()
        assert (await page.ask("GET", "/gws/api/v2/me/calls")).json["code"] == "session-ended"
        await s.is_let_go(page, socket, token, began)


@pytest.mark.parametrize(
    "sign",
    [
        b'{"channel":"/meta/connect","successful" : false,"error":"402::unknown"}]',
        b'{"channel":"/v2/me/devices","data":{"devices":[{"userState":{"state":"LoggedOut"}}]}}]',
    ],
)
async def test_a_session_ended_elsewhere_whose_signs_the_long_poll_brings(tmp_path: Path, sign: bytes) -> None:
    """The page does nothing about it."""
    async with scene(tmp_path) as s:
        page, socket, token = await s.phone()
        s.bench.gws.last_of_poll = sign
        poll = asyncio.get_running_loop().create_task(page.ask("POST", "/gws/api/v2/notifications", []))
        assert await until(lambda: s.bench.gws.polls_waiting == 1)
        began = time.monotonic()
        s.bench.gws.event.set()
        await asyncio.sleep(0.1)  # the event is ahead of the session's end
        s.bench.gws.sessions.clear()
        await s.is_let_go(page, socket, token, began)
        await poll


async def test_a_long_poll_that_ends_while_the_session_stands_ends_nothing(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        page, socket, _token = await s.phone()
        asked = len(s.bench.gws.asked)
        s.bench.gws.last_of_poll = b'{"successful":false}]'
        s.bench.gws.event.set()
        await page.ask("POST", "/gws/api/v2/notifications", [])
        assert await until(lambda: len(s.bench.gws.asked) == asked + 1 + len(ASK_AFTER))
        assert (await page.ask("POST", "/page/token", {})).status == 200
        assert s.site.gateway.seat_port.view("5001").registered
        await socket.close()


async def test_a_page_that_says_nothing_to_the_desk_is_found_by_asking(tmp_path: Path) -> None:
    async with scene(tmp_path, desk__session_check=1) as s:
        page, socket, token = await s.phone()
        s.bench.gws.sessions.clear()
        await s.is_let_go(page, socket, token, time.monotonic())


async def test_all_pages_of_one_session_go_with_it(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        s.bench.gws.sessions.add("of-the-desktop")
        pages = [s.bench.page(JSESSIONID="of-the-desktop") for _ in range(2)]
        for page in pages:
            await page.open()
        token = "Bearer " + (await pages[0].ask("POST", "/page/token", {})).json["token"]
        socket = await WebSocketPeer.open(s.site.url, "5001", pages[0].url)
        assert (await socket.register(token)).status == 200
        await s.site.server.answer_register()
        began = time.monotonic()
        await pages[1].ask("POST", "/gws/api/v2/me", {"operationName": "EndContactCenterSession"})
        s.bench.gws.sessions.clear()
        await s.is_let_go(pages[0], socket, token, began)


async def test_other_pages_stay(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        first, its_socket, token = await s.phone("5001")
        _second, socket, _token = await s.phone("5002")
        began = time.monotonic()
        await first.ask("POST", "/page/sign-out", {})
        await s.is_let_go(first, its_socket, token, began)
        assert s.site.gateway.seat_port.view("5002").registered
        await socket.close()


async def test_a_renewed_token_ends_with_the_sign_in_it_stems_from(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        page, socket, token = await s.phone()
        s.bench.now += 1
        renewed = "Bearer " + (await page.ask("POST", "/page/token", {})).json["token"]
        assert renewed != token
        assert (await socket.register(renewed, cseq=2)).status == 200
        began = time.monotonic()
        await page.ask("POST", "/page/sign-out", {})
        await s.is_let_go(page, socket, token, began)
        again = await WebSocketPeer.open(s.site.url, "5001", page.url)
        assert (await again.register(renewed, cseq=9)).status == 403
        await again.close()


async def test_who_signs_in_again_gets_another_token_that_is_good(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        page, socket, token = await s.phone()
        began = time.monotonic()
        await page.ask("POST", "/page/sign-out", {})
        await s.is_let_go(page, socket, token, began)
        await page.sign_in()
        fresh = "Bearer " + (await page.ask("POST", "/page/token", {})).json["token"]
        again = await WebSocketPeer.open(s.site.url, "5001", page.url)
        assert (await again.register(fresh, cseq=20)).status == 200
        await s.site.server.answer_register()
        await again.close()


@pytest.mark.parametrize("session_ended", [False, True])
async def test_a_sign_out_while_a_token_is_on_its_way_wins(tmp_path: Path, session_ended: bool) -> None:
    async with desk_bench(tmp_path) as bench:
        page = await bench.signed_in()
        asked = len(bench.gws.asked)
        bench.gws.me_answers.clear()
        token = asyncio.get_running_loop().create_task(page.ask("POST", "/page/token", {}))
        assert await until(lambda: len(bench.gws.asked) > asked)
        if session_ended:
            bench.gws.sessions.clear()
        await page.ask("POST", "/page/sign-out", {})
        bench.gws.me_answers.set()
        assert (await token).json["code"] == "signed-out"
        assert (await page.ask("POST", "/page/token", {})).json["code"] == "signed-out"


@pytest.mark.parametrize("origin", [OTHER_ORIGIN, None])
async def test_a_token_is_of_no_use_to_pages_of_another_origin_nor_to_programs(
    tmp_path: Path, origin: str | None
) -> None:
    async with scene(tmp_path) as s:
        page = await s.bench.signed_in()
        token = "Bearer " + (await page.ask("POST", "/page/token", {})).json["token"]
        elsewhere = await WebSocketPeer.open(s.site.url, "5001", origin)
        assert (await elsewhere.register(token)).status == 403
        await elsewhere.close()
