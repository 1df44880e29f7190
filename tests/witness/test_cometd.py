"""CometD's own JavaScript clients, 3.1.x as WWE 8.5 ships it and 9.x as our pages do, against the lab's GWS."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from cordboard.bayeux.session import ServerSettings
from cordboard.lab.telephony import AgentLogin
from kit.gws import GwsBench, basic, gws_bench
from witness.cometd_client import install, stock_client

SETTINGS = ServerSettings(timeout=1.0)
CALLS = "/v2/me/calls"
AUTHORIZATION = basic("agent5001", "agent5001")

pytestmark = [
    pytest.mark.skipif(shutil.which("node") is None, reason="node is not on PATH (`make test` puts one there)"),
    pytest.mark.timeout(180),
]


@pytest.fixture(scope="module", autouse=True)
def packages() -> None:
    install()


def ring(bench: GwsBench) -> str:
    return bench.telephony.ring("5001", "+15550100").call_uuid


@pytest.mark.parametrize("path", ["/api/v2/notifications", "/cometd"])
@pytest.mark.parametrize("library", ["cometd3", "cometd"])
async def test_handshake_subscribe_receive_hold_restart_and_disconnect(library: str, path: str) -> None:
    async with (
        gws_bench(cometd=SETTINGS) as bench,
        stock_client(library, bench.url + path, AUTHORIZATION, CALLS, "/user/agent/*") as client,
    ):
        await client.next("subscribed")
        await client.next("subscribed")
        first = ring(bench)
        assert (await client.next("message"))["data"]["call"]["id"] == first
        assert (await client.next("message"))["data"]["event"] == "Ringing"

        for _ in range(2):  # polls that time out, one after the other
            assert (await client.next("connect"))["successful"]
        bench.telephony.abandon(first)
        assert (await client.next("message"))["data"]["call"]["state"] == "Released"
        await client.next("message")

        client.said.clear()
        await bench.restart()
        handshake = await client.next("handshake")
        await client.next("subscribed")
        await client.next("subscribed")
        second = ring(bench)
        assert (await client.next("message"))["data"]["call"]["id"] == second
        assert handshake["successful"]
        assert any((said.get("error") or "").startswith("402:") for said in client.said)

        client.tell("disconnect")
        assert (await client.next("disconnect"))["successful"]
        assert await asyncio.wait_for(client.process.wait(), 10) == 0

    said = [one["transport"] for one in client.said if one["event"] == "handshake"]
    assert said[-1] == "long-polling"


@pytest.mark.parametrize("library", ["cometd3", "cometd"])
async def test_a_burst_arrives_whole_and_in_order(library: str) -> None:
    async with (
        gws_bench(cometd=SETTINGS) as bench,
        stock_client(library, bench.url + "/api/v2/notifications", AUTHORIZATION, CALLS) as client,
    ):
        await client.next("subscribed")
        expected = [ring(bench) for _ in range(25)]

        assert [(await client.next("message"))["data"]["call"]["id"] for _ in expected] == expected


@pytest.mark.parametrize("library", ["cometd3", "cometd"])
async def test_publishing_is_refused(library: str) -> None:
    async with (
        gws_bench(cometd=SETTINGS) as bench,
        stock_client(library, bench.url + "/api/v2/notifications", AUTHORIZATION, CALLS) as client,
    ):
        await client.next("subscribed")
        client.tell("publish")

        assert (await client.next("published"))["successful"] is False


@pytest.mark.parametrize("library", ["cometd3", "cometd"])
async def test_wrong_credentials_make_no_client(library: str) -> None:
    async with (
        gws_bench(cometd=SETTINGS) as bench,
        stock_client(library, bench.url + "/api/v2/notifications", basic("agent5001", "wrong"), CALLS) as client,
    ):
        assert (await client.next("handshake"))["successful"] is False


@pytest.mark.parametrize("library", ["cometd3+ack", "cometd+ack"])
async def test_an_answer_that_breaks_on_the_way_is_sent_again_to_whom_acknowledges(library: str) -> None:
    async with (
        gws_bench(cometd=SETTINGS) as bench,
        stock_client(library, bench.url + "/api/v2/notifications", AUTHORIZATION, CALLS) as client,
    ):
        await client.next("subscribed")
        first = ring(bench)
        assert (await client.next("message"))["data"]["call"]["id"] == first
        bench.faults.check({"cut": 1})()
        lost = ring(bench)
        while (await client.next("connect"))["successful"]:
            pass
        bench.faults.end()
        later = ring(bench)

        again = [(await client.next("message"))["data"]["call"]["id"] for _ in range(2)]

    assert again == [lost, later], "once each, in order"


@pytest.mark.parametrize("library", ["cometd3", "cometd"])
async def test_a_client_that_is_unknown_shakes_hands_subscribes_and_reads_again(library: str) -> None:
    async with (
        gws_bench(cometd=SETTINGS) as bench,
        stock_client(library, bench.url + "/api/v2/notifications", AUTHORIZATION, CALLS) as client,
    ):
        await bench.working()
        await client.next("read")
        client.said.clear()
        bench.faults.check({"lose": 1, "unknownClient": True})()
        missed = ring(bench)

        read = await client.next("read")
        bench.faults.end()
        bench.telephony.establish(missed)
        heard = await client.next("message")

    assert any((said.get("error") or "").startswith("402:") for said in client.said)
    assert read["calls"] == [missed], "what was missed is there by REST"
    assert heard["data"]["call"]["state"] == "Established"
    assert sum(isinstance(one, AgentLogin) for one in bench.telephony.requests) == 1, "no second session"


async def test_a_client_that_stayed_away_too_long_is_unknown_when_it_comes_back() -> None:
    settings = ServerSettings(timeout=1.0, max_interval=0.5)
    async with (
        gws_bench(cometd=settings) as bench,
        stock_client("cometd3", bench.url + "/api/v2/notifications", AUTHORIZATION, CALLS) as client,
    ):
        await client.next("read")
        client.said.clear()
        bench.faults.check({"refuseCometd": 503})()
        await asyncio.sleep(2.0)
        bench.faults.end()

        assert (await client.next("handshake"))["successful"]
        await client.next("subscribed")

    errors = [said.get("error") or "" for said in client.said if said["event"] == "connect"]
    assert any(error.startswith("402:") for error in errors)


@pytest.mark.parametrize("library", ["cometd3", "cometd"])
async def test_websocket_where_it_is_switched_on(library: str) -> None:
    async with (
        gws_bench(cometd=ServerSettings(timeout=1.0, websocket=True)) as bench,
        stock_client(library, bench.url + "/api/v2/notifications", AUTHORIZATION, CALLS) as client,
    ):
        await client.next("subscribed")
        calls = [ring(bench) for _ in range(5)]

        assert [(await client.next("message"))["data"]["call"]["id"] for _ in calls] == calls
    assert {said["transport"] for said in client.said if said["event"] == "handshake"} == {"websocket"}


def test_the_lock_file_names_no_registry() -> None:
    lock = (Path(__file__).parent / "cometd" / "package-lock.json").read_text()

    assert '"resolved"' not in lock
