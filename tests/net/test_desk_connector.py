"""The connector's first version, as Workspace calls it: in the traced order, with its bodies, answered by the truth."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from cordboard.observe.trace import TraceRing
from cordboard.observe.trace.redaction import Redactor
from cordboard.seat.desk_port import AudioView
from kit.desk import Answer, Bench, desk_bench
from kit.fake_gws import VOICE_DEVICE, user_resource

OPTIONS = {
    "uri": "https://127.0.0.1:8000",
    "sip-server-address": "127.0.0.81:5060",
    "register-interval": 1500,
    "wait-user-max-attempts": 20,
    "register-max-attempts": 10,
    "ping-interval": 2000,
    "max-failed-ping": 10,
    "transport-protocol": "UDP",
    "headset-unplugged-set-not-ready": True,
    "noise_suppression": "1",
    "policy.session.agc_mode": "1",
    "policy.session.auto_answer": "0",
    "policy.session.noise_suppression": "1",
}
OPTION_WORDS = {
    "do": "options",
    "autoAnswer": False,
    "notReadyWithoutHeadset": True,
    "noiseSuppression": True,
    "autoGainControl": True,
}


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with desk_bench(tmp_path, connector__answer_milliseconds=200) as running:
        running.gws.sessions.add("of-the-desktop")
        yield running


async def ask(bench: Bench, name: str, body: object = None, **headers: str) -> Answer:
    """As Workspace does: GET without a body, POST with one, from its own origin."""
    page = bench.page(JSESSIONID="of-the-desktop")
    origin = {"Origin": bench.settings.gws.browser_url} | headers
    return await page.ask("GET" if body is None else "POST", f"/connector/{name}", body, **origin)


async def told(bench: Bench, name: str, body: object = None) -> Any:
    answer = await ask(bench, name, body)
    assert answer.status == 200, answer.body
    return answer.json


def parameter(answer: Any, key: str) -> Any:
    return {each["Key"]: each["Value"] for each in answer["get_SIPEndpointParametersResult"]}[key]


async def test_the_traced_start_in_its_order(bench: Bench) -> None:
    assert await told(bench, "GetDnSIP") == {"get_DnSIPResult": ""}
    assert await told(bench, "SetOptions", {"value": OPTIONS}) == {}
    udp = {"value": [{"Key": "SipEndpointTransportProtocol", "Value": "UDP"}]}
    assert await told(bench, "SetSIPEndpointParameters", udp) == {}
    dn = {"addresses": ["127.0.0.81:5060"], "users": ["5001"]}
    assert await told(bench, "RegisterDn/", dn) == {"RegisterDnResult": True}
    assert await told(bench, "GetIsEndpointActive") == {"get_IsEndpointActiveResult": False}
    before = await told(bench, "GetSIPEndpointParameters")
    assert before["get_SIPEndpointParametersResult"] == [
        {"Key": "EndpointStatus", "Value": "EndpointStatus_NotReady"},
        {"Key": "IsPingMandatory", "Value": False},
        {"Key": "Status", "Value": "Initialized"},
    ]
    bench.seats.put("5001")
    assert await told(bench, "GetIsEndpointActive") == {"get_IsEndpointActiveResult": True}
    assert parameter(await told(bench, "GetSIPEndpointParameters"), "EndpointStatus") == "EndpointStatus_Ready"
    assert await told(bench, "SetPingPeriod", {"value": 2000}) == {}
    assert await told(bench, "Ping") == {"PingResult": []}
    assert await told(bench, "GetDnSIP") == {"get_DnSIPResult": "5001"}


async def test_active_means_registered_at_sip_server(bench: Bench) -> None:
    bench.seats.put("5001", registered=False)
    assert await told(bench, "GetIsEndpointActive") == {"get_IsEndpointActiveResult": False}
    assert await told(bench, "GetDnSIP") == {"get_DnSIPResult": ""}


async def test_a_phone_without_its_microphone_is_active_but_not_ready(bench: Bench) -> None:
    bench.seats.put("5001", reachable=False, microphone="lost")
    assert await told(bench, "GetIsEndpointActive") == {"get_IsEndpointActiveResult": True}
    assert parameter(await told(bench, "GetSIPEndpointParameters"), "EndpointStatus") == "EndpointStatus_NotReady"


async def test_options_reach_the_page_now_and_each_page_that_comes_later_once(bench: Bench) -> None:
    await told(bench, "SetOptions", {"value": OPTIONS})
    assert bench.seats.said == []
    bench.seats.put("5001")
    bench.seats.put("5001", reachable=False)
    assert bench.seats.said == [("5001", OPTION_WORDS)]
    bench.seats.put("5001", connection="page-2")
    assert bench.seats.said == [("5001", OPTION_WORDS)] * 2
    await told(bench, "SetOptions", {"value": {"policy.session.auto_answer": "1"}})
    assert bench.seats.said[2:] == [("5001", {"do": "options", "autoAnswer": True})]


async def test_options_that_mean_nothing_to_a_browser_are_told_nobody(bench: Bench) -> None:
    bench.seats.put("5001")
    await told(bench, "SetOptions", {"value": {"transport-protocol": "UDP", "policy": {"nested": 1}}})
    await told(bench, "SetOptions", {"value": "nonsense"})
    await told(bench, "SetOptions", {})
    assert bench.seats.said == []


@pytest.mark.parametrize("users", [["5002"], ["5001", "5002"], "5002", [{"dn": "5001"}]])
async def test_the_dn_of_somebody_else_is_answered_false_and_logged_once(bench: Bench, users: object) -> None:
    with capture_logs() as logs:
        for _ in range(3):
            answer = await told(bench, "RegisterDn", {"addresses": ["sip:5060"], "users": users})
            assert answer == {"RegisterDnResult": False}
    assert len([line for line in logs if "not the agent's own" in line["event"]]) == 1
    assert await told(bench, "UnregisterDn", {"users": users}) == {"UnregisterDnResult": False}
    assert bench.seats.said == []


async def test_unregister_and_register_again(bench: Bench) -> None:
    bench.seats.put("5001")
    assert await told(bench, "UnregisterDN", {"users": ["5001"]}) == {"UnregisterDnResult": True}
    assert await told(bench, "GetIsEndpointActive") == {"get_IsEndpointActiveResult": False}
    assert parameter(await told(bench, "GetSIPEndpointParameters"), "EndpointStatus") == "EndpointStatus_NotReady"
    assert await told(bench, "RegisterDn", {"users": ["5001"]}) == {"RegisterDnResult": True}
    assert await told(bench, "GetIsEndpointActive") == {"get_IsEndpointActiveResult": True}
    assert [words["do"] for _, words in bench.seats.said] == ["unregister", "register"]
    await told(bench, "RegisterDn", {"users": ["5001"]})
    assert len(bench.seats.said) == 2  # it is registered, nothing is to be said


@pytest.mark.parametrize("device", ["Microphone", "Speaker"])
async def test_mute_moves_the_page_and_is_answered_when_the_page_says_so(bench: Bench, device: str) -> None:
    bench.seats.put("5001")
    state = {f"Get{device}StateResult": False, f"get_{device}StateResult": False}
    assert await told(bench, f"Get{device}State") == state
    assert await told(bench, f"Mute{device}", {}) == {f"Mute{device}Result": True}
    assert await told(bench, f"Get{device}State") == dict.fromkeys(state, True)
    assert await told(bench, f"Unmute{device}", {}) == {f"Unmute{device}Result": True}
    assert await told(bench, f"Get{device}State") == state
    assert bench.seats.said == [("5001", {"do": "mute", device.lower(): muted}) for muted in (True, False)]


@pytest.mark.parametrize("device", ["Microphone", "Speaker"])
async def test_volume(bench: Bench, device: str) -> None:
    bench.seats.put("5001")
    assert await told(bench, f"Set{device}Volume", {"value": 40}) == {f"Set{device}VolumeResult": 40}
    assert await told(bench, f"Set{device}Volume", {"value": "55"}) == {f"Set{device}VolumeResult": 55}
    assert await told(bench, f"Get{device}Volume") == {f"Get{device}VolumeResult": 55, f"get_{device}VolumeResult": 55}
    for wrong in (101, -1, "loud", None, True, [1]):
        refused = await ask(bench, f"Set{device}Volume", {"value": wrong})
        assert (refused.status, refused.json["code"]) == (400, "wrong-volume")


async def test_a_page_that_does_not_obey_is_not_said_to_be_mute(bench: Bench) -> None:
    bench.seats.put("5001")
    bench.seats.obeys = False
    assert await told(bench, "MuteMicrophone", {}) == {"MuteMicrophoneResult": False}
    assert await told(bench, "SetSpeakerVolume", {"value": 10}) == {"SetSpeakerVolumeResult": 100}


async def test_the_answer_waits_for_the_page(bench: Bench) -> None:
    bench.seats.put("5001")
    bench.seats.obeys = False
    asyncio.get_running_loop().call_later(0.05, lambda: bench.seats.put("5001", audio=AudioView(microphone_muted=True)))
    assert await told(bench, "MuteMicrophone", {}) == {"MuteMicrophoneResult": True}


async def test_without_a_page_nothing_is_mute_and_nothing_is_known(bench: Bench) -> None:
    assert await told(bench, "MuteMicrophone", {}) == {"MuteMicrophoneResult": False}
    assert await told(bench, "SetSpeakerVolume", {"value": 10}) == {"SetSpeakerVolumeResult": None}
    assert (await told(bench, "GetMicrophoneState"))["get_MicrophoneStateResult"] is None
    assert await told(bench, "UnregisterDn", {}) == {"UnregisterDnResult": True}


async def test_any_content_type_and_any_case_of_the_name_will_do(bench: Bench) -> None:
    page = bench.page(JSESSIONID="of-the-desktop")
    bench.seats.put("5001")
    origin = bench.settings.gws.browser_url
    for kind in ("text/plain", "application/x-www-form-urlencoded; charset=UTF-8", "application/json"):
        headers = {"Origin": origin, "Content-Type": kind}
        answer = await page.ask("POST", "/connector/registerdn", {"users": ["5001"]}, **headers)
        assert answer.json == {"RegisterDnResult": True}


async def test_calls_that_there_are_not_and_bodies_that_are_none(bench: Bench) -> None:
    unknown = await ask(bench, "Answer", {})
    assert (unknown.status, unknown.json["code"]) == (404, "unknown-call")
    page = bench.page(JSESSIONID="of-the-desktop")
    deleted = await page.ask("DELETE", "/connector/Ping")
    assert (deleted.status, deleted.json["code"]) == (405, "wrong-method")
    for content in (b"{", b"[1]", b'"text"', b"\xff\xfe"):
        async with bench.client.post(
            f"{page.url}/connector/SetOptions",
            data=content,
            headers={"Origin": page.url, "Cookie": "JSESSIONID=of-the-desktop"},
        ) as answer:
            assert (answer.status, (await answer.json())["code"]) == (400, "not-json")
    long = await ask(bench, "SetOptions", {"value": "x" * 30_000})
    assert (long.status, long.json["code"]) == (413, "too-long")


async def test_a_workspace_that_ceases_to_ping_is_logged(bench: Bench) -> None:
    bench.seats.put("5001")
    await told(bench, "SetOptions", {"value": {"max-failed-ping": 2}})
    await told(bench, "SetPingPeriod", {"value": 50})
    with capture_logs() as logs:
        await told(bench, "Ping")
        await asyncio.sleep(0.2)
    assert [line["event"] for line in logs if "pings" in line["event"]] == ["Workspace no longer pings the softphone"]
    assert bench.seats.said == []


async def test_pings_that_stop_can_unregister_the_phone(tmp_path: Path) -> None:
    async with desk_bench(tmp_path, connector__when_pings_stop="unregister") as bench:
        bench.gws.sessions.add("of-the-desktop")
        bench.seats.put("5001")
        await told(bench, "SetOptions", {"value": {"max-failed-ping": 1, "ping-interval": 20}})
        await told(bench, "Ping")
        await asyncio.sleep(0.1)
        assert bench.seats.said == [("5001", {"do": "unregister"})]


async def test_an_agent_without_a_phone_of_ours(bench: Bench) -> None:
    bench.gws.user = user_resource(devices=[{**VOICE_DEVICE, "phoneNumber": "7777"}])
    answer = await ask(bench, "GetIsEndpointActive")
    assert (answer.status, answer.json["code"]) == (403, "no-phone")


async def test_what_workspace_asks_is_in_the_trace_of_the_agents_call(tmp_path: Path) -> None:
    """Before the call and in it; questions that are asked all the time only when the answer is another."""
    traces = TraceRing()
    async with desk_bench(tmp_path, connector__answer_milliseconds=10, traces=traces) as bench:
        bench.gws.sessions.add("of-the-desktop")
        await told(bench, "RegisterDn/", {"users": ["5002", "5001"], "token": "tick"})
        traces.began("call-1", "5001")
        for name in ("Ping", "GetIsEndpointActive", "GetIsEndpointActive", "Ping"):
            await told(bench, name)
        bench.seats.put("5001")
        await told(bench, "getisendpointactive")
        await told(bench, "MuteMicrophone")
        assert (await ask(bench, "SetSpeakerVolume", {"value": 1000})).status == 400
    trace = traces.get("call-1")
    assert trace is not None
    path = "/connector"
    assert [each.title for each in trace.entries] == [
        f"POST {path}/RegisterDn",
        f"200 to POST {path}/RegisterDn",
        f"200 to GET {path}/Ping",
        f"200 to GET {path}/GetIsEndpointActive",
        f"200 to GET {path}/getisendpointactive",
        f"GET {path}/MuteMicrophone",
        f"200 to GET {path}/MuteMicrophone",
        f"POST {path}/SetSpeakerVolume",
        f"400 to POST {path}/SetSpeakerVolume",
    ]
    shown = Redactor().trace(trace)
    assert json.loads(shown.entries[0].text) == {"users": ["number-2", "number-1"], "token": "(secret)"}
