"""CometD over WebSocket at the lab's GWS: off by default, and for signed-in pages of its own origin only."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from cordboard.bayeux.session import ServerSettings
from cordboard.lab.gws.settings import Protection
from kit.gws import PATIENCE, AgentClient, basic, gws_bench

ON = ServerSettings(timeout=5.0, websocket=True)
PATH = "/api/v2/notifications"


class Socket:
    """Bayeux by hand over one WebSocket; replies and messages come in any order."""

    def __init__(self, connection: aiohttp.ClientWebSocketResponse) -> None:
        self._connection = connection
        self.client = ""
        self.heard: list[dict[str, Any]] = []

    async def send(self, channel: str, **fields: object) -> None:
        client = {"clientId": self.client} if self.client else {}
        await self._connection.send_json([{"channel": channel, **client, **fields}])

    async def next(self, channel: str) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE):
            while not any(message["channel"] == channel for message in self.heard):
                self.heard += await self._connection.receive_json()
        found = next(message for message in self.heard if message["channel"] == channel)
        self.heard.remove(found)
        return found

    async def ready(self, *channels: str) -> None:
        await self.send("/meta/handshake", version="1.0", supportedConnectionTypes=["websocket", "long-polling"])
        self.client = (await self.next("/meta/handshake"))["clientId"]
        for channel in channels:
            await self.send("/meta/subscribe", subscription=channel)
            assert (await self.next("/meta/subscribe"))["successful"]
        await self.send("/meta/connect", connectionType="websocket", advice={"timeout": 0})
        assert (await self.next("/meta/connect"))["successful"]


@contextlib.asynccontextmanager
async def socket(agent: AgentClient, **headers: str) -> AsyncIterator[Socket]:
    sent = {"Authorization": agent.authorization} if agent.authorization else {}
    async with agent.http.ws_connect(agent.bench.url + PATH, headers={**sent, **headers}) as connection:
        yield Socket(connection)


async def test_messages_come_while_a_connect_is_held() -> None:
    async with gws_bench(cometd=ON) as bench:
        agent = await bench.working()
        async with socket(agent, Origin=bench.url) as page:
            await page.ready("/v2/me/calls")
            await page.send("/meta/connect", connectionType="websocket")
            await page.send("/meta/subscribe", subscription="/v2/me/devices")
            assert (await page.next("/meta/subscribe"))["successful"], "a held connect keeps nothing waiting"
            call = bench.telephony.ring("5001", "+15550100").call_uuid

            assert (await page.next("/v2/me/calls"))["data"]["call"]["id"] == call
            await page.send("/meta/disconnect")
            assert (await page.next("/meta/disconnect"))["successful"]


async def test_by_default_there_is_none() -> None:
    async with gws_bench() as bench:
        agent = await bench.signed_in()

        with pytest.raises(aiohttp.WSServerHandshakeError) as raised:
            async with socket(agent):
                pass

        assert raised.value.status == 200
        assert (await agent.get(PATH)).json["supportedConnectionTypes"] == ["long-polling"]


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1.evil.example", "https://desk.example.com:444"]
)
async def test_a_page_of_another_origin_gets_none_although_it_has_the_cookie(origin: str) -> None:
    protection = Protection(allowed_origins=("https://desk.example.com",))
    async with gws_bench(cometd=ON, protection=protection) as bench:
        agent = await bench.signed_in()

        with pytest.raises(aiohttp.WSServerHandshakeError) as raised:
            async with socket(agent, Origin=origin):
                pass
        assert raised.value.status == 403
        async with socket(agent, Origin="https://desk.example.com") as page:
            await page.ready()


async def test_it_is_for_who_is_signed_in() -> None:
    async with gws_bench(cometd=ON) as bench:
        stranger = await bench.browser()
        with pytest.raises(aiohttp.WSServerHandshakeError) as raised:
            async with socket(stranger):
                pass
        assert raised.value.status == 403

        async with socket(await bench.browser("5001", basic("agent5001", "agent5001"))) as page:
            await page.ready("/v2/me/*")


@pytest.mark.parametrize("frame", ["", "{", "[]", "[7]", b"[]", "x" * 300_000], ids=lambda frame: repr(frame)[:8])
async def test_what_is_not_bayeux_closes_the_socket(frame: str | bytes) -> None:
    async with gws_bench(cometd=ON) as bench:
        agent = await bench.signed_in()
        async with agent.http.ws_connect(bench.url + PATH) as connection:
            await (connection.send_bytes(frame) if isinstance(frame, bytes) else connection.send_str(frame))

            closed = await connection.receive(PATIENCE)

        assert closed.type is aiohttp.WSMsgType.CLOSE
        assert (await agent.get("/api/v2/me")).status == 200


async def test_the_end_of_the_session_ends_it() -> None:
    async with gws_bench(cometd=ON) as bench:
        agent = await bench.working()
        async with agent.http.ws_connect(bench.url + PATH) as connection:
            page = Socket(connection)
            await page.ready("/v2/me/calls")
            await page.send("/meta/connect", connectionType="websocket")
            await agent.operate("/me", "EndContactCenterSession")

            assert (await page.next("/meta/connect"))["advice"]["reconnect"] == "none"
            await page.send("/meta/connect", connectionType="websocket")
            assert (await connection.receive(PATIENCE)).type is aiohttp.WSMsgType.CLOSE


async def test_a_stop_of_the_server_closes_it_at_once() -> None:
    async with gws_bench(cometd=ON) as bench:
        agent = await bench.working()
        async with agent.http.ws_connect(bench.url + PATH) as connection:
            page = Socket(connection)
            await page.ready("/v2/me/calls")
            await page.send("/meta/connect", connectionType="websocket")

            async with asyncio.timeout(3):
                await bench.stop()
                while not connection.closed:
                    await connection.receive()
