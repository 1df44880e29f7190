"""A connection is closed when it is to be, whatever its peer does; where it came from is known while it lasts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from cordboard.net import websocket
from cordboard.net.http import serve_http
from cordboard.net.websocket import SipWebSockets
from cordboard.sip.events import Flow
from kit.phone import until

ORIGIN = "https://phone.example"
LARGE = b"x" * 4_000_000  # more than a connection takes without being read


class Owner:
    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.gone: list[Flow] = []

    def message(self, flow: Flow, data: bytes) -> None:
        self.heard.append(data)

    def closed(self, flow: Flow) -> None:
        self.gone.append(flow)


@asynccontextmanager
async def connected(origin: str) -> AsyncIterator[tuple[SipWebSockets, Flow, Owner, aiohttp.ClientWebSocketResponse]]:
    owner = Owner()
    sockets = SipWebSockets("page", owner, lambda origin: True)
    application = web.Application()
    application.router.add_get("/ws", sockets.handle)
    server = await serve_http(application, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.address[1]}/ws"
    headers = {"Origin": origin} if origin else {}
    async with (
        aiohttp.ClientSession() as client,
        client.ws_connect(url, protocols=("sip",), headers=headers) as page,
    ):
        assert await until(lambda: bool(sockets.flows))
        (flow,) = sockets.flows
        yield sockets, flow, owner, page
    await server.close()


@pytest.mark.parametrize("origin", [ORIGIN, ""])
async def test_origin_is_known_while_the_connection_lasts(origin: str) -> None:
    async with connected(origin) as (sockets, flow, owner, page):
        assert sockets.origin(flow) == origin
        await page.close()
        assert await until(lambda: owner.gone == [flow])
        assert sockets.origin(flow) == ""


async def test_what_was_said_before_the_end_is_heard() -> None:
    async with connected(ORIGIN) as (sockets, flow, _owner, page):
        sockets.send(flow, b"the last word")
        sockets.drop(flow)
        assert await page.receive_str(timeout=2) == "the last word"
        assert (await page.receive(timeout=2)).type is aiohttp.WSMsgType.CLOSE
        sockets.drop(flow)


async def test_a_peer_that_does_not_read_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "QUEUED_MESSAGES", 1)
    async with connected(ORIGIN) as (sockets, flow, owner, _page):
        assert sockets.send(flow, LARGE)
        await asyncio.sleep(0.05)
        assert sockets.send(flow, b"waits")
        assert not sockets.send(flow, b"has no room")
        sockets.drop(flow)
        assert await until(lambda: owner.gone == [flow])


async def test_a_stranger_who_talks_too_much_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "STRANGERS_MESSAGES", 3)
    async with connected(ORIGIN) as (_sockets, flow, owner, page):
        for number in range(9):
            await page.send_str(str(number))
        assert await until(lambda: owner.gone == [flow])
        assert owner.heard == [b"0", b"1", b"2"]


async def test_whom_the_owner_vouches_for_may_talk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "STRANGERS_MESSAGES", 3)
    async with connected(ORIGIN) as (sockets, flow, owner, page):
        sockets.vouch(flow)
        for number in range(9):
            await page.send_str(str(number))
        assert await until(lambda: len(owner.heard) == 9)
        assert owner.gone == []


async def test_strangers_make_room_and_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "MAXIMUM_CONNECTIONS", 2)
    async with connected(ORIGIN) as (sockets, flow, owner, page), aiohttp.ClientSession() as client:
        sockets.vouch(flow)
        url = page.get_extra_info("peername")
        address = f"http://{url[0]}:{url[1]}/ws"
        second = await client.ws_connect(address, protocols=("sip",))
        third = await client.ws_connect(address, protocols=("sip",))
        assert await until(lambda: len(owner.gone) == 1)
        assert flow in sockets.flows
        (last,) = (each for each in sockets.flows if each != flow)
        sockets.vouch(last)
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await client.ws_connect(address, protocols=("sip",))
        assert refused.value.status == 503
        await asyncio.gather(second.close(), third.close())
