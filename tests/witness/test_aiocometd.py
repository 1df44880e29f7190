"""aiocometd-ng, a CometD client in Python that posts everything to the bare address, against the lab's GWS."""

from __future__ import annotations

import asyncio
from typing import Any

from aiocometd_ng import AuthExtension, Client, ConnectionType

from cordboard.bayeux.session import ServerSettings
from kit.gws import basic, gws_bench


class Basic(AuthExtension):
    """Credentials on every request."""

    async def outgoing(self, payload: Any, headers: Any = None) -> None:
        headers["Authorization"] = basic("agent5001", "agent5001")

    async def incoming(self, payload: Any, headers: Any = None) -> None:
        pass

    async def authenticate(self) -> None:
        pass


async def test_handshake_subscribe_receive_and_close() -> None:
    async with (
        asyncio.timeout(20),
        gws_bench(cometd=ServerSettings(timeout=2.0)) as bench,
        Client(bench.url + "/api/v2/notifications", ConnectionType.LONG_POLLING, auth=Basic()) as client,
    ):
        await client.subscribe("/v2/me/*")
        calls = [bench.telephony.ring("5001", "+15550100").call_uuid for _ in range(3)]

        received = [await client.receive() for _ in calls]

    assert [message["data"]["call"]["id"] for message in received] == calls


async def test_a_client_that_has_become_unknown_comes_back_by_itself() -> None:
    async with (
        asyncio.timeout(20),
        gws_bench(cometd=ServerSettings(timeout=1.0)) as bench,
        Client(bench.url + "/api/v2/notifications", ConnectionType.LONG_POLLING, auth=Basic()) as client,
    ):
        await client.subscribe("/v2/me/calls")
        bench.faults.check({"unknownClient": True})()
        calls = set()
        while not calls or not client.has_pending_messages:
            calls.add(bench.telephony.ring("5001", "+15550100").call_uuid)
            await asyncio.sleep(0.1)

        assert (await client.receive())["data"]["call"]["id"] in calls
