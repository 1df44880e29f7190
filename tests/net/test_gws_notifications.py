"""CometD at the lab's GWS: what arrives, for whom, and how polls end."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import aiohttp
import pytest

from cordboard.bayeux.session import ServerSettings
from cordboard.lab.telephony import AnswerCall, HoldCall
from cordboard.net.tasks import Tasks
from kit.gws import HOST, AgentClient, GwsBench, gws_bench


async def in_the_meantime(bench: GwsBench, poll: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    """A poll that has reached the server and is held there."""
    tasks = Tasks("test")
    bench.stack.push_async_callback(tasks.close)
    task = tasks.start(poll, "poll")
    await asyncio.sleep(0.1)
    return task


SUFFIXES = ["", "/", "/handshake", "/connect", "/a/b"]


async def test_the_life_of_a_call_as_messages() -> None:
    async with gws_bench() as bench:
        agent = await bench.working()
        page = await agent.cometd("/v2/me/calls")
        call = bench.telephony.ring("5001", "+15550100", {"Segment": "Gold"}).call_uuid
        for operation, fields in [
            ("UpdateUserData", {"userData": {"k": "v"}}),
            ("Answer", {}),
            ("SendDtmf", {"digits": "1"}),
            ("Hold", {}),
            ("Retrieve", {}),
            ("Hangup", {}),
        ]:
            await agent.operate(f"/me/calls/{call}", operation, **fields)
        messages = await page.messages(7)

    assert {message["channel"] for message in messages} == {"/v2/me/calls"}
    data = [message["data"] for message in messages]
    assert [(one["notificationType"], one["call"]["state"]) for one in data] == [
        ("StatusChange", "Ringing"),
        ("AttachedDataChanged", "Ringing"),
        ("StatusChange", "Established"),
        ("DtmfSent", "Established"),
        ("StatusChange", "Held"),
        ("StatusChange", "Established"),
        ("StatusChange", "Released"),
    ]
    assert all(one["messageType"] == "CallStateChangeMessage" for one in data)
    assert all(one["phoneNumber"] == "5001" for one in data)
    assert data[0]["extensions"] == {"BusinessCall": 1, "OriginationDN": "+15550100"}
    assert data[1]["call"]["userData"] == {"Segment": "Gold", "k": "v"}
    assert "Answer" in data[0]["call"]["capabilities"]
    assert {"Hold", "Hangup", "SendDtmf"} <= set(data[2]["call"]["capabilities"])
    assert "Retrieve" in data[4]["call"]["capabilities"]
    assert data[6]["call"]["capabilities"] == []
    assert set(data[0]["metrics"]["eventProcessing"]) == {
        "nodeProcessingTimeNanos",
        "serverGenerationTimestamp",
        "serverProcessingTimeTotalMs",
    }


async def test_a_caller_who_gives_up_is_a_release() -> None:
    async with gws_bench() as bench:
        agent = await bench.working()
        page = await agent.cometd("/v2/me/calls", "/user/agent/events")
        bench.telephony.abandon(bench.telephony.ring("5001", "+15550100").call_uuid)

        messages = await page.messages(4)

    assert [message["data"].get("notificationType") for message in messages][2] == "StatusChange"
    assert messages[2]["data"]["call"]["state"] == "Released"
    assert messages[3]["data"]["event"] == "Released"


async def test_the_agents_state_as_messages_on_devices_and_channels() -> None:
    async with gws_bench() as bench:
        agent = await bench.signed_in()
        bench.telephony.register("5001")
        page = await agent.cometd("/v2/me/*")
        await agent.start_session()
        await agent.operate("/me/channels/voice", "AfterCallWork")

        messages = await page.messages(4)

    assert [message["channel"] for message in messages] == ["/v2/me/devices", "/v2/me/channels"] * 2
    device = messages[2]["data"]["devices"][0]
    assert messages[0]["data"]["messageType"] == "DeviceStateChangeMessage"
    assert messages[1]["data"]["messageType"] == "ChannelStateChangeMessageV2"
    assert device["userState"] == {
        "id": "D3663509-3D82-4DD3-A82E-2EA8EFA02AEF",
        "displayName": "After Call Work",
        "state": "NotReady",
        "workMode": "AfterCallWork",
    }
    assert messages[3]["data"]["channels"] == [{"channel": "voice", "userState": device["userState"]}]


async def test_events_are_for_the_agent_of_the_dn_only() -> None:
    async with gws_bench() as bench:
        mine, other = await bench.working("5001"), await bench.working("5002")
        my_page, other_page = await mine.cometd("/**"), await other.cometd("/**")

        bench.telephony.ring("5002", "+15550100")
        bench.telephony.ring("5003", "+15550100")  # a DN without an account

        assert (await other_page.messages())[0]["data"]["phoneNumber"] == "5002"
        assert await my_page.quiet()


async def test_a_message_is_there_no_later_than_the_answer() -> None:
    async with gws_bench() as bench:
        agent = await bench.working()
        page = await agent.cometd("/v2/me/devices")

        assert (await agent.operate("/me/channels/voice", "Ready")).code == (200, 0)

        assert not await page.quiet()


async def test_a_phone_that_does_not_pick_up_gives_no_message() -> None:
    async with gws_bench() as bench:
        agent = await bench.working()
        bench.telephony.silent.add(AnswerCall)
        call = bench.telephony.ring("5001", "+15550100").call_uuid
        page = await agent.cometd("/v2/me/calls")

        assert (await agent.operate(f"/me/calls/{call}", "Answer")).code == (200, 0)

        assert await page.quiet()


async def test_a_request_that_fails_later_is_an_error_message_on_its_channel() -> None:
    async with gws_bench() as bench:
        agent = await bench.working()
        page = await agent.cometd("/v2/me/calls", "/v2/me/devices")
        call = bench.telephony.establish(bench.telephony.ring("5001", "+15550100").call_uuid).call_uuid
        await page.messages(2)
        bench.telephony.silent.add(HoldCall)
        await agent.operate(f"/me/calls/{call}", "Hold")
        bench.telephony.fail("5001", "Invalid call", 1161)

        (message,) = await page.messages()

    assert message["channel"] == "/v2/me/calls"
    assert message["data"].pop("metrics")["eventProcessing"]
    assert message["data"] == {
        "messageType": "ErrorMessage",
        "devicePath": f"/devices/{agent.device}",
        "deviceUri": f"{bench.settings.api_root}/devices/{agent.device}",
        "errorMessage": "Invalid call",
        "errorCode": 1161,
    }


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("path", ["/api/v2/notifications", "/cometd"])
async def test_every_suffix_is_taken_and_the_channel_decides(path: str, suffix: str) -> None:
    async with gws_bench() as bench:
        agent = await bench.working()
        page = await agent.cometd("/v2/me/calls", path=path + suffix)
        bench.telephony.ring("5001", "+15550100")

        assert len(await page.messages()) == 1


async def test_the_integration_guides_channels() -> None:
    async with gws_bench() as bench:
        agent = await bench.working()
        page = await agent.cometd("/user/agent/events", "/call/state", path="/cometd")
        call = bench.telephony.ring("5001", "+15550100").call_uuid
        bench.telephony.establish(call)
        bench.telephony.release(call)

        messages = await page.messages(6)

    events = [message["data"]["event"] for message in messages if message["channel"] == "/user/agent/events"]
    states = [message["data"]["state"] for message in messages if message["channel"] == "/call/state"]
    assert events == states == ["Ringing", "Established", "Released"]
    assert {message["data"]["call"]["id"] for message in messages} == {call}


@pytest.mark.parametrize("path", ["/cometd", "/cometd/", "/api/v2/notifications"])
async def test_a_plain_get_answers_json_to_everybody(path: str) -> None:
    async with gws_bench() as bench:
        answer = await (await bench.browser()).get(path)

    assert answer.status == 200
    assert answer.json["supportedConnectionTypes"] == ["long-polling"]


async def test_a_handshake_sets_the_browsers_cookie_once() -> None:
    async with gws_bench() as bench:
        agent = await bench.signed_in()
        handshake = {"channel": "/meta/handshake", "version": "1.0", "supportedConnectionTypes": ["long-polling"]}

        first = await agent.post("/api/v2/notifications/handshake", handshake)
        second = await agent.post("/api/v2/notifications/handshake", [handshake])

    assert first.headers["Set-Cookie"].startswith("BAYEUX_BROWSER=")
    assert "HttpOnly" in first.headers["Set-Cookie"]
    assert "Set-Cookie" not in second.headers
    assert first.json[0]["clientId"] != second.json[0]["clientId"]


async def test_a_second_page_of_a_browser_is_slowed_down() -> None:
    async with gws_bench() as bench:
        agent = await bench.signed_in()
        first, second = await agent.cometd(), await agent.cometd()
        held = await in_the_meantime(bench, first.connect())

        reply = await second.connect()

        assert reply["advice"] == {"multiple-clients": True, "reconnect": "retry", "interval": 2000, "timeout": 1000}
        assert not held.done()
        assert (await asyncio.wait_for(held, 5))["successful"]


async def test_a_body_in_chunks() -> None:
    async def body() -> Any:
        for part in (
            b'[{"channel":"/meta/handshake",',
            b'"version":"1.0","supportedConn',
            b'ectionTypes":["long-polling"]}]',
        ):
            yield part

    async with gws_bench() as bench:
        agent = await bench.signed_in()
        async with agent.http.post(bench.url + "/api/v2/notifications", data=body()) as response:
            assert "Content-Length" not in response.request_info.headers
            assert (await response.json())[0]["successful"] is True


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"[7]", b'{"id":"1"}', b"\x00" * 100, b"[" * 60_000], ids=len)
async def test_what_is_not_bayeux_is_400(body: bytes) -> None:
    async with gws_bench() as bench:
        agent = await bench.signed_in()

        answer = await agent.ask("POST", "/api/v2/notifications", body, Content_Type="application/json")

    assert answer.code == (400, 2)


async def test_a_body_that_is_too_long_or_wrongly_packed_is_refused() -> None:
    async with gws_bench() as bench:
        agent = await bench.signed_in()

        long = await agent.ask("POST", "/api/v2/notifications", b" " * 300_000)
        packed = await agent.ask("POST", "/api/v2/notifications", b"not gzip", Content_Encoding="gzip")

        assert long.code == (413, 2)
        assert packed.status == 400


async def test_the_end_of_the_session_releases_the_poll_and_forgets_the_client() -> None:
    async with gws_bench(cometd=ServerSettings(timeout=30.0)) as bench:
        agent = await bench.working()
        page = await agent.cometd("/v2/me/calls")
        held = await in_the_meantime(bench, page.connect())

        await agent.operate("/me", "EndContactCenterSession")
        reply = await asyncio.wait_for(held, 5)

    assert reply["advice"]["reconnect"] == "none"


async def test_a_poll_whose_browser_has_gone_is_let_go_and_nothing_is_lost() -> None:
    async with gws_bench(cometd=ServerSettings(timeout=30.0)) as bench:
        agent = await bench.working()
        page = await agent.cometd("/v2/me/calls")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(page.connect(), 0.2)
        await asyncio.sleep(1.0)  # the server looks after its connections four times a second

        bench.telephony.ring("5001", "+15550100")

        assert len(await page.messages()) == 1


async def test_a_stop_of_the_server_releases_polls_at_once() -> None:
    async with gws_bench(cometd=ServerSettings(timeout=30.0)) as bench:
        agent = await bench.working()
        page = await agent.cometd()
        held = await in_the_meantime(bench, page.connect())

        async with asyncio.timeout(3):
            await bench.stop()
            reply = await held

        bench.telephony.ring("5001", "+15550100")  # heard by nobody, and harmless
    assert reply["successful"] is True


async def test_a_client_that_drops_its_request_half_way_disturbs_nobody() -> None:
    async with gws_bench() as bench:
        port = int(bench.url.rsplit(":", 1)[1])
        for sent in (
            b"POST /api/v2/notifications HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n[{",
            b"\x16\x03\x01\r\n\r\n",
        ):
            _, writer = await asyncio.open_connection(HOST, port)
            writer.write(sent)
            await writer.drain()
            writer.close()
            await writer.wait_closed()

        assert (await (await bench.signed_in()).get("/api/v2/me")).status == 200


async def test_bearer_is_accepted_for_cometd() -> None:
    async with gws_bench() as bench:
        token = await (await bench.browser()).post(
            "/api/v2/sign-in", {"userName": "agent5001", "password": "agent5001"}
        )
        http = await bench.stack.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()))
        agent = AgentClient(bench, "5001", http, "Bearer " + token.json["token"])
        page = await agent.cometd("/v2/me/calls")
        bench.telephony.ring("5001", "+15550100")

        assert len(await page.messages()) == 1
