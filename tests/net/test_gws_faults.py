"""A GWS in trouble: slow, refusing, forgetting, losing; and what a client that keeps to the rules makes of it."""

from __future__ import annotations

import time
from typing import Any

import aiohttp
import pytest

from cordboard.bayeux.session import ServerSettings
from cordboard.lab.gws.faults import GwsFaults
from cordboard.lab.telephony import AgentLogin
from kit.gws import AgentClient, CometdClient, gws_bench


def trouble(faults: GwsFaults, **what: object) -> None:
    faults.check(what)()


async def test_slow_rest_and_quick_cometd() -> None:
    faults = GwsFaults()
    async with gws_bench(faults=faults) as bench:
        agent = await bench.signed_in()
        trouble(faults, slow=0.3)
        began = time.monotonic()
        await agent.cometd()
        between = time.monotonic()
        await agent.get("/api/v2/me")

        assert between - began < 0.3
        assert time.monotonic() - between >= 0.3


async def test_refusals_of_rest_and_of_cometd() -> None:
    faults = GwsFaults()
    async with gws_bench(faults=faults) as bench:
        agent = await bench.signed_in()
        trouble(faults, refuse=503)
        answer = await agent.get("/api/v2/me")
        assert answer.code == (503, 4)
        assert (await agent.get("/internal-api/me/settings")).status == 503
        page = await agent.cometd()

        trouble(faults, refuse=0, refuseCometd=500)
        assert (await agent.get("/api/v2/me")).status == 200
        assert (await agent.post(page.path, [])).status == 500
        faults.end()
        assert (await page.connect(0))["successful"]


async def recovered(agent: AgentClient, page: CometdClient) -> dict[str, Any]:
    """What Genesys's documents ask of a client whose connect is answered 402: handshake, subscribe, read again."""
    reply = await page.connect()
    assert reply["error"].startswith("402:")
    assert reply["advice"]["reconnect"] == "handshake"
    await page.handshake()
    await page.subscribe("/v2/me/*")
    await page.connect(0)
    user = (await agent.get("/api/v2/me?subresources=devices,calls")).json["user"]
    assert isinstance(user, dict)
    return user


async def test_an_unknown_client_comes_back_without_a_second_session() -> None:
    faults = GwsFaults()
    async with gws_bench(faults=faults) as bench:
        agent = await bench.working()
        page = await agent.cometd("/v2/me/*")
        trouble(faults, unknownClient=True)
        call = bench.telephony.ring("5001", "+15550100").call_uuid

        user = await recovered(agent, page)
        bench.telephony.establish(call)
        (message,) = await page.messages()

        assert [one["id"] for one in user["calls"]] == [call]
        assert message["data"]["call"]["state"] == "Established"
        assert sum(isinstance(one, AgentLogin) for one in bench.telephony.requests) == 1


async def test_a_session_that_timed_out_is_403_to_rest_and_to_the_next_poll() -> None:
    faults = GwsFaults()
    async with gws_bench(faults=faults) as bench:
        agent = await bench.working()
        page = await agent.cometd("/v2/me/*")
        trouble(faults, expireSessions=True)

        assert (await agent.get("/api/v2/me")).code == (403, 20)
        assert (await agent.post(page.path, [])).code == (403, 20)
        again = await bench.signed_in()
        assert (await again.operate("/me/channels/voice", "Ready")).code == (200, 0), "the agent still works"


async def test_lost_messages_are_lost_for_good_and_there_by_rest() -> None:
    faults = GwsFaults()
    async with gws_bench(faults=faults) as bench:
        agent = await bench.working()
        page = await agent.cometd("/v2/me/calls")
        trouble(faults, lose=1)
        bench.telephony.ring("5001", "+15550100")
        trouble(faults, lose=0)

        assert await page.quiet()
        assert len((await agent.get("/api/v2/me/calls?fields=*")).json["calls"]) == 1


@pytest.mark.parametrize("acknowledges", [True, False])
async def test_an_answer_that_breaks_on_the_way_is_sent_again_to_whom_acknowledges(acknowledges: bool) -> None:
    faults = GwsFaults()
    async with gws_bench(faults=faults, cometd=ServerSettings(timeout=0.5)) as bench:
        agent = await bench.working()
        page = await agent.cometd()
        (shaken,) = await page.send(
            "/meta/handshake", version="1.0", supportedConnectionTypes=["long-polling"], ext={"ack": acknowledges}
        )
        page.client = shaken["clientId"]
        await page.subscribe("/v2/me/calls")
        await page.connect(0)
        bench.telephony.ring("5001", "+15550100")
        trouble(faults, cut=1)
        poll = {"clientId": page.client, "connectionType": "long-polling", "ext": {"ack": 0}}
        with pytest.raises(aiohttp.ClientError):
            await page.send("/meta/connect", **poll)
        trouble(faults, cut=0)

        _, *messages = await page.send("/meta/connect", **poll, advice={"timeout": 0})

        assert len(messages) == acknowledges


def test_what_holds_is_shown() -> None:
    faults = GwsFaults()
    trouble(faults, slow=1, lose=0.5, refuseCometd=503)

    assert faults.view() == {"slow": 1.0, "lose": 0.5, "cut": 0.0, "refuse": 0, "refuseCometd": 503}
    faults.end()
    assert not any(faults.view().values())


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (7, "gws must be an object"),
        ({"slows": 1}, "unknown field 'slows' in gws: the fields are slow, lose"),
        ({"slow": 61}, "gws.slow must be a number from 0 to 60 (seconds)"),
        ({"slow": True}, "gws.slow must be a number"),
        ({"lose": "1"}, "gws.lose must be a number from 0 to 1"),
        ({"lose": float("nan")}, "gws.lose must be a number from 0 to 1"),
        ({"refuse": 200}, "gws.refuse must be an HTTP status from 400 to 599, or 0"),
        ({"refuse": True}, "gws.refuse must be an HTTP status"),
        ({"unknownClient": 1}, "gws.unknownClient must be true or false"),
    ],
)
def test_what_is_wrong_is_said_and_changes_nothing(value: Any, why: str) -> None:
    faults = GwsFaults()
    faults.attach(lambda: None, lambda: None)

    with pytest.raises(ValueError, match="gws") as raised:
        faults.check(value)

    assert str(raised.value).startswith(why)
    assert not any(faults.view().values())
