"""Calls over REST: dialling, operations, the integration guide's names."""

from __future__ import annotations

from typing import Any

import pytest
import structlog

from cordboard.lab.gws.resources.calls import REQUESTS
from cordboard.lab.gws.view import POSSIBLE
from cordboard.lab.telephony import (
    AnswerCall,
    CallType,
    ChangeUserData,
    ClearCall,
    HoldCall,
    MakeCall,
    ReleaseCall,
    RetrieveCall,
    SendDtmf,
)
from kit.gws import gws_bench


def test_the_capabilities_offer_what_can_be_asked_for() -> None:
    assert REQUESTS.keys() == POSSIBLE


async def test_calls_as_addresses_as_list_and_alone() -> None:
    async with gws_bench() as bench:
        agent = await bench.working()
        call = bench.telephony.ring("5001", "+15550100", {"Segment": "Gold"})

        uris = (await agent.get("/api/v2/me/calls")).json["uris"]
        every = (await agent.get("/api/v2/me/calls/?fields=*")).json["calls"]
        one = (await agent.get(f"/api/v2/me/calls/{call.call_uuid}")).json["call"]

    assert uris == [f"{bench.settings.api_root}/me/calls/{call.call_uuid}"]
    assert every == [one]
    assert (one["id"], one["callUuid"], one["state"]) == (call.call_uuid, call.call_uuid, "Ringing")
    assert one["ani"] == "+15550100"
    assert one["userData"] == {"Segment": "Gold"}


async def test_an_internal_call_does_not_tell_ani() -> None:
    async with gws_bench() as bench:
        agent = await bench.working()
        call = bench.telephony.ring("5001", "5002", type=CallType.INTERNAL)

        assert "ani" not in (await agent.get(f"/api/v2/me/calls/{call.call_uuid}")).json["call"]


async def test_the_duration_counts_from_the_first_ringing() -> None:
    """A trace of Workspace: answered 2.9 s after Ringing, the call that is Established has "2"."""
    async with gws_bench() as bench:
        agent = await bench.working()
        call = bench.telephony.ring("5001", "5002")
        bench.now += 2.9
        bench.telephony.establish(call.call_uuid)

        assert (await agent.get(f"/api/v2/me/calls/{call.call_uuid}")).json["call"]["duration"] == "2"


async def test_dialling_asks_for_a_call() -> None:
    async with gws_bench() as bench:
        agent = await bench.working()

        answer = await agent.operate(
            f"/me/devices/{agent.device}/calls", "Dial", destination={"phoneNumber": "5002"}, userData={"k": "v"}
        )

        request = bench.telephony.requests[-1]
        assert answer.json == {"statusCode": 0}
        assert isinstance(request, MakeCall)
        assert (request.dn, request.destination, request.user_data) == ("5001", "5002", {"k": "v"})
        (call,) = (await agent.get("/api/v2/me/calls?fields=*")).json["calls"]
        assert (call["state"], call["callType"]) == ("Dialing", "Internal")
        assert set(call["capabilities"]) >= {"Hangup", "SendDtmf"}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, 1),
        ({"destination": {}}, 1),
        ({"destination": {"phoneNumber": ""}}, 1),
        ({"destination": "5002"}, 2),
        ({"destination": {"phoneNumber": 5002}}, 2),
        ({"destination": {"phoneNumber": "5002\r\nVia: x"}}, 2),
        ({"destination": {"phoneNumber": "5" * 65}}, 2),
        ({"destination": {"phoneNumber": "sip:5002@evil"}}, 2),
        ({"destination": {"phoneNumber": "5002"}, "userData": []}, 2),
    ],
    ids=str,
)
async def test_a_destination_that_cannot_be_dialled(fields: dict[str, Any], code: int) -> None:
    async with gws_bench() as bench:
        agent = await bench.working()
        bench.telephony.requests.clear()

        answer = await agent.operate(f"/me/devices/{agent.device}/calls", "Dial", **fields)

        assert answer.code == (400, code)
        assert bench.telephony.requests == []


async def test_dialling_needs_a_registered_phone() -> None:
    async with gws_bench() as bench:
        agent = await bench.signed_in()

        answer = await agent.operate(f"/me/devices/{agent.device}/calls", "Dial", destination={"phoneNumber": "5002"})

    assert answer.code == (500, 4)
    assert answer.json["statusMessage"] == "Device '5001' is not registered."


async def test_the_life_of_a_call_by_operations() -> None:
    async with gws_bench() as bench:
        agent = await bench.working()
        bench.telephony.requests.clear()
        call = bench.telephony.ring("5001", "+15550100").call_uuid
        path = f"/me/calls/{call}"

        for operation, fields in [
            ("Answer", {}),
            ("SendDtmf", {"digits": "12#"}),
            ("Hold", {}),
            ("Retrieve", {}),
            ("AttachUserData", {"userData": {"a": {"b": 1}}}),
            ("UpdateUserData", {"userData": {"c": "d"}}),
            ("DeleteUserDataPair", {"key": "c"}),
            ("DeleteUserData", {}),
            ("Hangup", {}),
        ]:
            assert (await agent.operate(path, operation, **fields)).json == {"statusCode": 0}, operation

        asked = bench.telephony.requests
        assert [type(request) for request in asked] == [
            AnswerCall,
            SendDtmf,
            HoldCall,
            RetrieveCall,
            ChangeUserData,
            ChangeUserData,
            ChangeUserData,
            ChangeUserData,
            ReleaseCall,
        ]
        assert all(request.dn == "5001" and getattr(request, "call_uuid", "") == call for request in asked)
        assert [getattr(request, "digits", None) for request in asked][1] == "12#"
        changes = [request for request in asked if isinstance(request, ChangeUserData)]
        assert [(change.pairs, change.delete, change.clear) for change in changes] == [
            ({"a": {"b": 1}}, (), False),
            ({"c": "d"}, (), False),
            ({}, ("c",), False),
            ({}, (), True),
        ]
        assert len({request.reference for request in asked}) == len(asked)
        assert (await agent.get(f"/api/v2{path}")).code == (404, 6)


@pytest.mark.parametrize(("operation", "asked"), [("Hangup", ReleaseCall), ("ClearCall", ClearCall)])
async def test_a_ringing_call_can_be_refused(operation: str, asked: type) -> None:
    async with gws_bench() as bench:
        agent = await bench.working()
        call = bench.telephony.ring("5001", "+15550100")

        assert (await agent.operate(f"/me/calls/{call.call_uuid}", operation)).code == (200, 0)
        assert isinstance(bench.telephony.requests[-1], asked)


@pytest.mark.parametrize("operation", ["Hold", "Retrieve", "SendDtmf", "InitiateTransfer", "StartCallRecording"])
async def test_what_a_ringing_call_does_not_allow_is_400_and_2(operation: str) -> None:
    async with gws_bench() as bench:
        agent = await bench.working()
        call = bench.telephony.ring("5001", "+15550100")
        bench.telephony.requests.clear()

        answer = await agent.operate(
            f"/me/calls/{call.call_uuid}", operation, digits="1", destination={"phoneNumber": "5002"}
        )

        assert answer.code == (400, 2)
        assert bench.telephony.requests == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"operationName": "SendDtmf"}, 1),
        ({"operationName": "SendDtmf", "digits": ""}, 1),
        ({"operationName": "SendDtmf", "digits": 12}, 2),
        ({"operationName": "SendDtmf", "digits": "1x"}, 2),
        ({"operationName": "AttachUserData"}, 1),
        ({"operationName": "UpdateUserData", "userData": "x"}, 2),
        ({"operationName": "DeleteUserDataPair"}, 1),
        ({"operationName": "DeleteUserDataPair", "key": 1}, 2),
        ({"operationName": "Explode"}, 2),
        ({}, 1),
        (b"nonsense", 2),
    ],
    ids=str,
)
async def test_an_operation_that_cannot_be_understood(body: Any, code: int) -> None:
    async with gws_bench() as bench:
        agent = await bench.working()
        call = bench.telephony.establish(bench.telephony.ring("5001", "+15550100").call_uuid)
        bench.telephony.requests.clear()

        assert (await agent.post(f"/api/v2/me/calls/{call.call_uuid}", body)).code == (400, code)
        assert bench.telephony.requests == []


async def test_numbers_user_data_and_secrets_stay_out_of_the_log() -> None:
    with structlog.testing.capture_logs() as lines:
        async with gws_bench() as bench:
            agent = await bench.working()
            page = await agent.cometd("/v2/me/calls")
            call = bench.telephony.ring("5001", "+15550100", {"card": "4111"}).call_uuid
            await agent.operate(f"/me/calls/{call}", "Answer")
            await agent.operate(f"/me/devices/{agent.device}/calls", "Dial", destination={"phoneNumber": "+1555 0199"})
            await agent.get("/api/v2/contacts/%0aforged?number=15550188")
            await agent.operate("/me", "EndContactCenterSession")
            secrets = [cookie.value for cookie in agent.http.cookie_jar if cookie.key == "BAYEUX_BROWSER"]

    said = str(lines)
    assert len(lines) > 5
    assert [word for word in ("5550", "4111", "Basic ", "\\n", page.client, *secrets) if word in said] == []


async def test_a_call_of_somebody_else_is_not_there() -> None:
    async with gws_bench() as bench:
        agent = await bench.working("5001")
        call = bench.telephony.ring("5002", "+15550100")

        assert (await agent.get(f"/api/v2/me/calls/{call.call_uuid}")).code == (404, 6)
        assert (await agent.operate(f"/me/calls/{call.call_uuid}", "Answer")).code == (404, 6)


async def test_the_integration_guides_names() -> None:
    async with gws_bench() as bench:
        agent = await bench.working()
        token = await agent.post("/api/v2/sign-in", {"userName": "agent5001", "password": "agent5001"})
        guide = await bench.browser("5001", "Bearer " + token.json["token"])
        call = bench.telephony.ring("5001", "+15550100").call_uuid
        bench.telephony.requests.clear()

        for method, name in [("POST", "answer"), ("POST", "hold"), ("POST", "retrieve"), ("DELETE", "hangup")]:
            answer = await guide.ask(method, f"/api/v2/me/calls/active/{name}", Content_Type="application/json")
            assert answer.json == {"statusCode": 0}, name

        kinds = [type(request) for request in bench.telephony.requests]
        assert kinds == [AnswerCall, HoldCall, RetrieveCall, ReleaseCall]
        assert {getattr(request, "call_uuid", "") for request in bench.telephony.requests} == {call}


async def test_an_operation_on_the_active_call_takes_the_one_it_fits() -> None:
    async with gws_bench() as bench:
        agent = await bench.working()
        ringing = bench.telephony.ring("5001", "+15550100").call_uuid
        talking = bench.telephony.establish(bench.telephony.ring("5001", "+15550101").call_uuid).call_uuid
        bench.telephony.requests.clear()

        await agent.ask("DELETE", "/api/v2/me/calls/active/hangup")
        await agent.ask("POST", "/api/v2/me/calls/active/answer")

        assert [getattr(request, "call_uuid", "") for request in bench.telephony.requests] == [talking, ringing]


@pytest.mark.parametrize(
    ("method", "name"),
    [("POST", "answer"), ("POST", "hold"), ("DELETE", "hangup"), ("DELETE", "answer"), ("POST", "eat")],
)
async def test_without_a_fitting_call_it_is_404_and_6(method: str, name: str) -> None:
    async with gws_bench() as bench:
        agent = await bench.working()

        assert (await agent.ask(method, f"/api/v2/me/calls/active/{name}", {})).code == (404, 6)


@pytest.mark.parametrize("shows", ["last", "first"])
async def test_what_is_attached_twice_is_a_setting_and_an_update_always_replaces(shows: str) -> None:
    async with gws_bench(attached_twice=shows) as bench:
        agent = await bench.working()
        call = bench.telephony.ring("5001", "+15550100", {"k": "old"}).call_uuid
        path = f"/me/calls/{call}"

        await agent.operate(path, "AttachUserData", userData={"k": "new", "more": "1"})
        attached = (await agent.get(f"/api/v2{path}")).json["call"]["userData"]
        await agent.operate(path, "UpdateUserData", userData={"k": "newest"})
        updated = (await agent.get(f"/api/v2{path}")).json["call"]["userData"]

    assert attached == {"k": "new" if shows == "last" else "old", "more": "1"}
    assert updated == {"k": "newest", "more": "1"}


@pytest.mark.parametrize(
    "data",
    [
        {"": "x"},
        {"k" * 256: "x"},
        {"k": "x" * 2000},
        {str(number): "x" * 20 for number in range(100)},
        {"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": {"i": "deep"}}}}}}}}},
    ],
    ids=lambda data: str(data)[:20],
)
@pytest.mark.parametrize("operation", ["AttachUserData", "UpdateUserData"])
async def test_user_data_that_are_too_much_are_refused_and_said_why(operation: str, data: dict[str, Any]) -> None:
    async with gws_bench(maximum_user_data=1000) as bench:
        agent = await bench.working()
        call = bench.telephony.ring("5001", "+15550100", {"k": "v"})

        answer = await agent.operate(f"/me/calls/{call.call_uuid}", operation, userData=data)

        assert answer.code == (400, 10)
        assert answer.json["statusMessage"]
        assert bench.telephony.calls("5001")[0].user_data == {"k": "v"}


async def test_the_limit_is_for_all_data_of_the_call() -> None:
    async with gws_bench(maximum_user_data=100) as bench:
        agent = await bench.working()
        call = bench.telephony.ring("5001", "+15550100", {"k": "x" * 80}).call_uuid

        assert (await agent.operate(f"/me/calls/{call}", "AttachUserData", userData={"more": "x" * 20})).code == (
            400,
            10,
        )
        assert (await agent.operate(f"/me/calls/{call}", "UpdateUserData", userData={"k": "x" * 85})).code == (200, 0)


async def test_a_disposition_is_attached_to_the_call() -> None:
    async with gws_bench() as bench:
        agent = await bench.working()
        call = bench.telephony.establish(bench.telephony.ring("5001", "+15550100").call_uuid).call_uuid
        path = f"/me/devices/{agent.device}"
        named = {"callUuid": call, "callUri": f"{bench.settings.api_root}/me/calls/{call}"}

        done = await agent.operate(path, "SetCallDisposition", **named, disposition="callback", userData={"when": "9"})
        keyed = await agent.operate(path, "SetCallDisposition", **named, disposition="x", dispositionKey="Outcome")

        assert (done.code, keyed.code) == ((200, 0), (200, 0))
        data = bench.telephony.calls("5001")[0].user_data
        assert data == {"DispositionCode": "callback", "when": "9", "Outcome": "x"}
        for wrong in ({**named, "callUuid": "1"}, {**named, "callUri": "http://x/1"}):
            answer = await agent.operate(path, "SetCallDisposition", **wrong, disposition="x")
            assert answer.code == (404, 6)
        assert (await agent.operate(path, "SetCallDisposition", **named)).code == (400, 1)


async def test_a_disposition_of_a_call_that_is_over() -> None:
    async with gws_bench() as bench:
        agent = await bench.working()
        missed = bench.telephony.ring("5001", "+15550101").call_uuid
        bench.telephony.release(missed)
        call = bench.telephony.establish(bench.telephony.ring("5001", "+15550100", {"Segment": "Gold"}).call_uuid)
        bench.telephony.release(call.call_uuid)
        page = await agent.cometd("/v2/me/calls")
        path, asked = f"/me/devices/{agent.device}", len(bench.telephony.requests)

        def said(uuid: str) -> dict[str, str]:
            return {"callUuid": uuid, "callUri": f"/me/calls/{uuid}", "disposition": "callback"}

        done = await agent.operate(path, "SetCallDisposition", **said(call.call_uuid))

        assert done.code == (200, 0), done.text
        (message,) = await page.messages()
        assert message["data"]["notificationType"] == "AttachedDataChanged"
        told = message["data"]["call"]
        assert (told["id"], told["state"], told["capabilities"]) == (call.call_uuid, "Released", [])
        assert told["userData"] == {"Segment": "Gold", "DispositionCode": "callback"}
        assert len(bench.telephony.requests) == asked, "SIP Server has forgotten the call"
        assert (await agent.operate(path, "SetCallDisposition", **said(missed))).code == (404, 6)


async def test_reject_is_hangup_while_it_rings_and_nothing_afterwards() -> None:
    async with gws_bench() as bench:
        agent = await bench.working()
        ringing = bench.telephony.ring("5001", "+15550100").call_uuid
        talking = bench.telephony.establish(bench.telephony.ring("5001", "+15550101").call_uuid).call_uuid

        assert (await agent.operate(f"/me/calls/{ringing}", "Reject")).code == (200, 0)
        assert isinstance(bench.telephony.requests[-1], ReleaseCall)
        for operation in ("Reject", "Accept", "Decline"):
            assert (await agent.operate(f"/me/calls/{talking}", operation)).code == (400, 2)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, (200, 0)),
        ({"location": "SIP_Switch", "outboundCallerId": "+15550000", "userData": {"k": "v"}}, (200, 0)),
        ({"location": ""}, (200, 0)),
        ({"location": "Switch2"}, (400, 2)),
        ({"location": 2}, (400, 2)),
        ({"outboundCallerId": 5}, (400, 2)),
        ({"userData": []}, (400, 2)),
        ({"userData": {"": "x"}}, (400, 10)),
    ],
    ids=str,
)
async def test_what_else_dial_is_told(fields: dict[str, Any], code: tuple[int, int]) -> None:
    async with gws_bench() as bench:
        agent = await bench.working()
        to = {"phoneNumber": "5002"}

        answer = await agent.operate(f"/me/devices/{agent.device}/calls", "Dial", destination=to, **fields)

        assert answer.code == code
        assert any(isinstance(one, MakeCall) for one in bench.telephony.requests) is (code[0] == 200)
