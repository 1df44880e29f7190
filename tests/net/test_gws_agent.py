"""`/me`, devices, channels and the agent's state."""

from __future__ import annotations

from typing import Any

import pytest

from cordboard.genesys.states import AgentState, AgentStateName, UserState
from cordboard.lab.telephony import (
    AgentLogin,
    AgentLogout,
    AgentSetNotReady,
    AgentSetReady,
    TelephonyRequest,
)
from kit.gws import gws_bench

NOT_REGISTERED = {"statusCode": 4, "statusMessage": "Device '5001' is not registered."}
NO_INTERACTION_SERVER = {"statusCode": 4, "statusMessage": "Interaction server connection is not opened"}


def kinds(requests: list[TelephonyRequest]) -> list[type[TelephonyRequest]]:
    return [type(request) for request in requests]


async def test_me_carries_the_subresources_that_are_asked_for() -> None:
    async with gws_bench() as bench:
        agent = await bench.signed_in()

        plain = (await agent.get("/api/v2/me")).json["user"]
        some = (await agent.get("/api/v2/me/?subresources=devices,calls,channels,interactions,chats")).json["user"]
        every = (await agent.get("/api/v2/me?subresources=*")).json["user"]

    assert plain["userName"] == "agent5001"
    assert plain["path"] == f"/users/{plain['id']}"
    assert set(some) - set(plain) == {"devices", "calls"}, "without an Interaction Server the others are not there"
    assert some["devices"][0]["phoneNumber"] == "5001"
    assert some["calls"] == []
    assert {"features", "settings"} <= set(every) - set(some)
    assert "api-voice" in {feature["id"] for feature in every["features"]}


async def test_ids_are_the_same_after_a_restart() -> None:
    seen = []
    for _ in range(2):
        async with gws_bench() as bench:
            agent = await bench.signed_in()
            user = (await agent.get("/api/v2/me?subresources=devices")).json["user"]
            seen.append((user["id"], user["devices"][0]["id"]))

    assert seen[0] == seen[1]


async def test_devices_as_addresses_as_list_and_alone() -> None:
    async with gws_bench() as bench:
        agent = await bench.signed_in()

        uris = (await agent.get("/api/v2/me/devices")).json
        every = (await agent.get("/api/v2/me/devices/?fields=*")).json["devices"]
        some = (await agent.get("/api/v2/me/devices?fields=id,phoneNumber")).json["devices"]
        one = (await agent.get(f"/api/v2/me/devices/{agent.device}")).json["device"]
        also = (await agent.get(f"/api/v2/devices/{agent.device}")).json["device"]

    assert uris == {"statusCode": 0, "uris": [f"{bench.settings.api_root}/devices/{agent.device}"]}
    assert some == [{"id": agent.device, "phoneNumber": "5001"}]
    assert every == [one] == [also]
    assert one["deviceState"] == "Inactive"


async def test_the_options_of_the_dn() -> None:
    async with gws_bench() as bench:
        agent = await bench.signed_in()

        mine = (await agent.get(f"/api/v2/me/devices/{agent.device}/settings/tserver")).json
        also = (await agent.get(f"/api/v2/devices/{agent.device}/settings/tserver")).json

    assert mine == also
    assert mine["key"] == "name"
    assert {"name": "sip-cti-control", "value": "talk,hold"} in mine["settings"]


async def test_a_device_of_somebody_else_is_not_there() -> None:
    async with gws_bench() as bench:
        agent, other = await bench.signed_in("5001"), await bench.signed_in("5002")

        for path in (f"/api/v2/me/devices/{other.device}", f"/api/v2/devices/{other.device}/settings/tserver"):
            assert (await agent.get(path)).code == (404, 6)
        assert (await agent.operate(f"/me/devices/{other.device}", "DoNotDisturbOn")).code == (404, 6)


async def test_starting_logs_the_agent_in_once() -> None:
    async with gws_bench() as bench:
        agent = await bench.signed_in()
        bench.telephony.register("5001")

        await agent.start_session()
        await agent.operate("/me/channels/voice", "Ready")
        await agent.start_session()

        assert kinds(bench.telephony.requests) == [AgentLogin, AgentSetReady]
        device = (await agent.get("/api/v2/me/devices?fields=*")).json["devices"][0]
        assert (device["deviceState"], device["userState"]["state"]) == ("Active", "Ready")


async def test_a_phone_that_must_be_there_first() -> None:
    """As a traced Workspace met it: no state, no session, and beside a state's 500 an error that says nothing."""
    async with gws_bench(starts_without_phone=False) as bench:
        agent = await bench.signed_in()
        start = {"operationName": "StartContactCenterSession", "channels": ["voice"]}
        event = {"operationName": "SendUserEvent", "deviceId": agent.device, "userData": {}}

        before = (await agent.get(f"/api/v2/me/devices/{agent.device}")).json["device"]
        refused = [await agent.post("/api/v2/me", start), await agent.post("/internal-api/operations", event)]
        bench.telephony.register("5001")
        between = (await agent.get(f"/api/v2/me/devices/{agent.device}")).json["device"]
        started = await agent.post("/api/v2/me", start)
        bench.telephony.unregister("5001")
        page = await agent.cometd("/v2/me/devices")
        refused.append(await agent.operate("/me/channels/voice", "Ready"))
        (error,) = await page.messages()

    assert (before["deviceState"], "userState" in before) == ("Inactive", False)
    assert [(one.status, one.json) for one in refused] == [(500, NOT_REGISTERED)] * 3
    assert (between["deviceState"], between["userState"]["state"]) == ("Active", "LoggedOut")
    assert started.code == (200, 0)
    assert set(error["data"]) == {"messageType", "devicePath", "deviceUri", "metrics"}
    assert error["data"]["messageType"] == "ErrorMessage"


async def test_starting_can_make_ready_at_once() -> None:
    async with gws_bench(auto_ready=True) as bench:
        await bench.working()

        assert kinds(bench.telephony.requests) == [AgentLogin, AgentSetReady]


async def test_asking_for_chat_too_is_a_success_in_part() -> None:
    async with gws_bench() as bench:
        agent = await bench.signed_in()

        answer = await agent.operate("/me", "StartContactCenterSession", channels=["voice", "chat"])

        assert answer.status == 200
        assert answer.json == {
            "statusCode": 7,
            "failed": [{**NO_INTERACTION_SERVER, "channel": "multimedia"}],
            "succeeded": [{"statusCode": 0, "channel": "voice"}],
        }
        assert kinds(bench.telephony.requests) == [AgentLogin]


async def test_asking_for_chat_alone_fails() -> None:
    async with gws_bench() as bench:
        agent = await bench.signed_in()

        answer = await agent.operate("/me", "StartContactCenterSession", channels=["chat"])

        assert (answer.status, answer.json) == (500, NO_INTERACTION_SERVER)
        assert bench.telephony.requests == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"operationName": "StartContactCenterSession"}, 1),
        ({"operationName": "StartContactCenterSession", "channels": []}, 2),
        ({"operationName": "StartContactCenterSession", "channels": "voice"}, 2),
        ({"operationName": "StartContactCenterSession", "channels": [1]}, 2),
        ({"channels": ["voice"]}, 1),
        ({"operationName": ""}, 1),
        ({"operationName": 7}, 2),
        ({"operationName": "Dance"}, 2),
        ({"operationName": "ready"}, 2),
        (["Ready"], 2),
        (b"{", 2),
        (b" ", 1),
    ],
    ids=str,
)
async def test_what_cannot_be_understood_is_400(body: Any, code: int) -> None:
    async with gws_bench() as bench:
        agent = await bench.signed_in()

        answer = await agent.post("/api/v2/me", body)

        assert answer.code == (400, code)
        assert answer.json["statusMessage"]
        assert bench.telephony.requests == []


async def test_without_voice_there_is_503() -> None:
    async with gws_bench() as bench:
        agent = await bench.signed_in()
        bench.telephony._dns.clear()

        answer = await agent.operate("/me", "StartContactCenterSession", channels=["voice"])

        assert answer.status == 503
        assert answer.json == {"statusCode": 4, "statusMessage": "Voice service is not available at this time"}


async def test_a_dn_that_somebody_else_works_on_is_in_use() -> None:
    async with gws_bench() as bench:
        agent = await bench.signed_in()
        bench.telephony.request(AgentLogin("5001", "agent5002"))

        assert (await agent.operate("/me", "StartContactCenterSession", channels=["voice"])).code == (409, 19)


@pytest.mark.parametrize("path", ["/me", "/me/channels/voice"])
@pytest.mark.parametrize(
    ("operation", "request_made"),
    [
        ("Ready", AgentSetReady("5001")),
        ("NotReady", AgentSetNotReady("5001")),
        ("AfterCallWork", AgentSetNotReady("5001", "AfterCallWork")),
        ("AuxWork", AgentSetNotReady("5001", "AuxWork")),
        ("Offline", AgentLogout("5001")),
    ],
)
async def test_states_are_asked_of_sip_server(path: str, operation: str, request_made: TelephonyRequest) -> None:
    async with gws_bench() as bench:
        agent = await bench.working()

        answer = await agent.operate(path, operation)

        last = bench.telephony.requests[-1]
        assert answer.json == {"statusCode": 0}
        assert type(last) is type(request_made)
        assert getattr(last, "work_mode", "") == getattr(request_made, "work_mode", "")


async def test_ready_after_offline_logs_in_again() -> None:
    async with gws_bench() as bench:
        agent = await bench.working()
        await agent.operate("/me/channels/voice", "Offline")
        bench.telephony.requests.clear()

        await agent.operate("/me/channels/voice", "Ready")

        assert kinds(bench.telephony.requests) == [AgentLogin, AgentSetReady]


@pytest.mark.parametrize("path", ["/me", "/me/channels/voice"])
async def test_a_state_needs_a_registered_phone(path: str) -> None:
    async with gws_bench() as bench:
        agent = await bench.working()
        bench.telephony.unregister("5001")
        bench.telephony.requests.clear()

        answer = await agent.operate(path, "Ready")

        assert (answer.status, answer.json) == (500, NOT_REGISTERED)
        assert bench.telephony.requests == []


async def test_a_state_needs_a_contact_centre_session() -> None:
    async with gws_bench() as bench:
        agent = await bench.signed_in()
        bench.telephony.register("5001")

        assert (await agent.operate("/me/channels/voice", "Ready")).code == (400, 2)


async def test_after_a_restart_of_gws_the_session_at_sip_server_counts() -> None:
    async with gws_bench() as bench:
        bench.telephony.register("5001")
        bench.telephony.request(AgentLogin("5001", "agent5001"))
        agent = await bench.signed_in()

        assert (await agent.operate("/me/channels/voice", "Ready")).code == (200, 0)


async def test_other_channels_are_not_there() -> None:
    async with gws_bench() as bench:
        agent = await bench.working()

        assert (await agent.get("/api/v2/me/channels/chat")).code == (404, 6)
        assert (await agent.operate("/me/channels/chat", "Ready")).code == (404, 6)
        assert (await agent.get("/api/v2/me/channels/voice")).json["channel"]["channel"] == "voice"


async def test_a_reason_of_ones_own_is_in_the_list_and_in_the_state() -> None:
    lunch = AgentState("Lunch", UserState("lunch-id", "Lunch", AgentStateName.NOT_READY, reason="lunch"))
    async with gws_bench(not_ready_reasons=(lunch,)) as bench:
        agent = await bench.working()

        listed = (await agent.get("/api/v2/settings/agent-states")).json["settings"]
        await agent.operate("/me/channels/voice", "Lunch")
        state = (await agent.get("/api/v2/me/channels")).json["channels"][0]["userState"]

    assert [entry["operationName"] for entry in listed][-2:] == ["Offline", "Lunch"]
    assert state == {"id": "lunch-id", "displayName": "Lunch", "state": "NotReady", "reason": "lunch"}


async def test_do_not_disturb_and_forwarding_show_in_the_device() -> None:
    async with gws_bench() as bench:
        agent = await bench.working()
        page = await agent.cometd("/v2/me/devices")
        path = f"/me/devices/{agent.device}"

        for operation, fields in [
            ("DoNotDisturbOn", {}),
            ("ForwardCallsOn", {"destination": "5002"}),
            ("DoNotDisturbOff", {}),
            ("ForwardCallsOff", {}),
        ]:
            assert (await agent.operate(path, operation, **fields)).json == {"statusCode": 0}
        devices = [message["data"]["devices"][0] for message in await page.messages(4)]

    shown = [(device["doNotDisturb"], device.get("forwardTo"), device["capabilities"]) for device in devices]
    assert shown == [
        ("On", None, ["DoNotDisturbOff", "ForwardCallsOn"]),
        ("On", "5002", ["DoNotDisturbOff", "ForwardCallsOff"]),
        ("Off", "5002", ["DoNotDisturbOn", "ForwardCallsOff"]),
        ("Off", None, ["DoNotDisturbOn", "ForwardCallsOn"]),
    ]


async def test_forwarding_needs_a_number() -> None:
    async with gws_bench() as bench:
        agent = await bench.working()
        path = f"/me/devices/{agent.device}"

        assert (await agent.operate(path, "ForwardCallsOn")).code == (400, 1)
        assert (await agent.operate(path, "ForwardCallsOn", destination={"phoneNumber": "5002"})).code == (400, 2)
        assert (await agent.operate(path, "ForwardCallsOn", destination="a b")).code == (400, 2)
        assert (await agent.operate(path, "Ready")).code == (400, 2)


@pytest.mark.parametrize(
    "path",
    [
        "/api/v2/nonsense",
        "/api/v2",
        "/api/v2/me/nonsense",
        "/internal-api/x",
        "/api/v2/workbins/1",
        "/api/v2/me/calls/a/b",
    ],
)
async def test_what_is_not_there_is_404_and_6(path: str) -> None:
    async with gws_bench() as bench:
        agent = await bench.signed_in()

        assert (await agent.get(path)).code == (404, 6)
        assert (await agent.ask("PUT", path, {})).code == (404, 6)
