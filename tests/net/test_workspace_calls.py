"""Workspace API v3: what can be done with a call."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cordboard.lab.telephony import (
    AlternateCall,
    CallEventName,
    CallType,
    CallView,
    ChangeUserData,
    CompleteConference,
    CompleteTransfer,
    DeleteFromConference,
    HoldCall,
    InitiateConference,
    InitiateTransfer,
    MonitorMode,
    ReconnectCall,
    RecordCall,
    RecordingAction,
    RedirectCall,
    SendDtmf,
    SetMonitorMode,
    SingleStepConference,
    SingleStepTransfer,
)
from kit.workspace import WorkspaceBench, WorkspaceClient, workspace_bench


def text(key: str, value: str) -> dict[str, Any]:
    return {"key": key, "type": "str", "value": value}


async def talking(bench: WorkspaceBench, agent: WorkspaceClient) -> CallView:
    call = bench.telephony.ring("5001", "+15550100", {"Segment": "Gold", "Level": 2, "Case": {"Id": "C-1"}})
    await agent.operate(call, "answer")
    await agent.call("Established")
    return bench.telephony.calls("5001")[0]


def consulting(bench: WorkspaceBench, call: CallView) -> CallView:
    """A consult call beside the held one."""
    bench.telephony.request(HoldCall("5001", call.call_uuid))
    second = bench.telephony.ring("5001", "5001", type=CallType.CONSULT)
    consult = replace(second, participants=("5002",), dnis="5002", parent_call=call.call_uuid)
    bench.telephony.change_call(consult, CallEventName.DIALING)
    bench.telephony.establish(consult.call_uuid)
    parent = next(one for one in bench.telephony.calls("5001") if one.call_uuid == call.call_uuid)
    bench.telephony.change_call(replace(parent, consult_call=consult.call_uuid), CallEventName.HELD)
    return next(one for one in bench.telephony.calls("5001") if one.call_uuid == consult.call_uuid)


async def test_a_ringing_call_is_told_whole() -> None:
    async with workspace_bench() as bench:
        agent = await bench.working()
        call = bench.telephony.ring("5001", "+15550100", {"Segment": "Gold", "Level": 2, "Case": {"Id": "C-1"}})
        told = await agent.call("Ringing")
        (listed,) = (await agent.get("/voice/calls")).json["data"]["calls"]

    assert told == {
        "id": call.connection_id,
        "connId": call.connection_id,
        "callUuid": call.call_uuid,
        "phoneNumber": "5001",
        "callType": "Inbound",
        "state": "Ringing",
        "capabilities": [
            *("answer", "clear", "redirect"),
            *("attach-user-data", "update-user-data", "delete-user-data-pair"),
        ],
        "participants": [{"number": "+15550100", "role": "RoleOrigination"}],
        "dnis": "5001",
        "ani": "+15550100",
        "userData": [
            text("Segment", "Gold"),
            {"key": "Level", "type": "int", "value": 2},
            {"key": "Case", "type": "kvlist", "value": [text("Id", "C-1")]},
        ],
        "extensions": [{"key": "BusinessCall", "type": "int", "value": 1}, text("OriginationDN", "+15550100")],
        "duration": 0,
    }
    assert listed == told


async def test_answer_hold_retrieve_digits_release_complete() -> None:
    async with workspace_bench() as bench:
        agent = await bench.working()
        call = await talking(bench, agent)
        bench.now += 12
        assert (await agent.operate(call, "hold")).code == (200, 1)
        held = await agent.call("Held")
        assert held["duration"] == 12
        assert "retrieve" in held["capabilities"]
        await agent.operate(call, "retrieve")
        assert "hold" in (await agent.call("Established"))["capabilities"]
        await agent.operate(call, "send-dtmf", dtmfDigits="42#")
        assert isinstance(digits := bench.telephony.requests[-1], SendDtmf)
        assert digits.digits == "42#"
        await agent.operate(call, "release")
        assert (await agent.call("Released"))["capabilities"][0] == "complete"
        assert [one["state"] for one in (await agent.get("/voice/calls")).json["data"]["calls"]] == ["Released"]
        await agent.operate(call, "complete")
        await agent.call("Completed")
        assert (await agent.get("/voice/calls")).json["data"]["calls"] == []
        assert (await agent.operate(call, "complete")).code == (500, 500)


async def test_a_call_may_complete_by_itself() -> None:
    async with workspace_bench() as bench:
        agent = await bench.working(autoCompleteCall=True)
        bench.telephony.abandon(bench.telephony.ring("5001", "+15550100").call_uuid)

        await agent.call("Released")
        await agent.call("Completed")
        assert (await agent.get("/voice/calls")).json["data"]["calls"] == []


async def test_user_data_of_a_call_and_after_its_release() -> None:
    async with workspace_bench() as bench:
        agent = await bench.working()
        call = await talking(bench, agent)
        await agent.operate(call, "attach-user-data", userData=[text("Order", "A-1")])
        assert text("Order", "A-1") in (await agent.call("Established", "AttachedDataChanged"))["userData"]
        await agent.operate(call, "update-user-data", userData=[text("Order", "B-2")])
        await agent.call("Established", "AttachedDataChanged")
        path = f"calls/{call.connection_id}/delete-user-data-pair"
        await agent.post(f"/voice/{path}", {"key": "Level"})  # beside data, as some clients have it
        changed = await agent.call("Established", "AttachedDataChanged")
        assert [pair["key"] for pair in changed["userData"]] == ["Segment", "Case", "Order"]
        await agent.operate(call, "release")
        await agent.call("Released")

        asked = len(bench.telephony.requests)
        await agent.operate(call, "update-user-data", userData=[text("Disposition", "Done")])
        after = await agent.call("Released", "AttachedDataChanged")
        assert text("Disposition", "Done") in after["userData"]
        await agent.operate(call, "set-comment", comment="called back")
        assert text("Comment", "called back") in (await agent.call("Released", "AttachedDataChanged"))["userData"]
        assert len(bench.telephony.requests) == asked


@pytest.mark.parametrize(
    ("operation", "data", "kind"),
    [
        ("initiate-transfer", {"destination": "5002"}, InitiateTransfer),
        ("initiate-conference", {"destination": "5002"}, InitiateConference),
        ("single-step-transfer", {"destination": "5002"}, SingleStepTransfer),
        ("single-step-conference", {"destination": "5002"}, SingleStepConference),
    ],
)
async def test_third_parties(operation: str, data: dict[str, str], kind: type[Any]) -> None:
    async with workspace_bench() as bench:
        agent = await bench.working()
        call = await talking(bench, agent)
        answer = await agent.operate(call, operation, userData=[text("Why", "question")], **data)

        assert answer.code == (200, 1)
        request = bench.telephony.requests[-1]
        assert type(request) is kind
        assert (request.call_uuid, request.destination, request.user_data) == (
            *(call.call_uuid, "5002"),
            {"Why": "question"},
        )
        assert (await agent.operate(call, operation)).code == (400, 400)


@pytest.mark.parametrize(
    ("operation", "other", "kind"),
    [
        ("complete-transfer", "parentConnId", CompleteTransfer),
        ("complete-conference", "parentConnId", CompleteConference),
        ("merge", "otherConnId", CompleteConference),
        ("alternate", "heldConnId", AlternateCall),
        ("reconnect", "heldConnId", ReconnectCall),
    ],
)
async def test_two_calls_of_a_consultation(operation: str, other: str, kind: type[Any]) -> None:
    async with workspace_bench() as bench:
        agent = await bench.working()
        call = await talking(bench, agent)
        consult = consulting(bench, call)
        told = await agent.call("Established")
        assert (told["callType"], told["parentConnId"]) == ("Consult", call.connection_id)
        assert told["participants"] == [{"number": "5002", "role": "RoleDestination"}]
        assert operation in told["capabilities"]
        assert "initiate-transfer" not in told["capabilities"]

        assert (await agent.operate(consult, operation, **{other: call.connection_id})).code == (200, 1)
        assert type(bench.telephony.requests[-1]) is kind
        stranger = bench.telephony.ring("5001", "+15550199")
        assert (await agent.operate(consult, operation, **{other: stranger.connection_id})).code == (500, 500)
        assert (await agent.operate(consult, operation, **{other: "no such call"})).code == (500, 500)


async def test_a_connid_that_changes_is_told_with_the_one_before() -> None:
    """As the party does that a call was transferred to."""
    async with workspace_bench() as bench:
        agent = await bench.working()
        call = await talking(bench, agent)
        other = replace(call, connection_id="00ff00ff00ff00ff", previous_connection_id=call.connection_id)
        bench.telephony.change_call(other, CallEventName.PARTY_CHANGED)
        told = await agent.call("Established", "ParticipantsUpdated")
        assert (told["id"], told["previousConnId"]) == ("00ff00ff00ff00ff", call.connection_id)
        bench.telephony.release(call.call_uuid)

        released = await agent.call("Released")
        assert (released["id"], released["previousConnId"]) == ("00ff00ff00ff00ff", call.connection_id)
        assert [one["id"] for one in (await agent.get("/voice/calls")).json["data"]["calls"]] == ["00ff00ff00ff00ff"]


async def test_a_conference_and_its_roles() -> None:
    async with workspace_bench() as bench:
        agent = await bench.working()
        call = await talking(bench, agent)
        three = replace(call, participants=("+15550100", "5002"))
        bench.telephony.change_call(three, CallEventName.PARTY_ADDED)
        told = await agent.call("Established", "ParticipantsUpdated")
        assert [one["role"] for one in told["participants"]] == ["RoleOrigination", "RoleNewParty"]
        assert "delete-from-conference" in told["capabilities"]
        await agent.operate(call, "delete-from-conference", dnToDrop="5002")

        assert isinstance(request := bench.telephony.requests[-1], DeleteFromConference)
        assert request.party == "5002"


@pytest.mark.parametrize(
    ("state", "operations"),
    [
        ("", {}),
        ("Stopped", {"start-recording": RecordingAction.START}),
        ("Recording", {"pause-recording": RecordingAction.PAUSE, "stop-recording": RecordingAction.STOP}),
        ("Paused", {"resume-recording": RecordingAction.RESUME, "stop-recording": RecordingAction.STOP}),
    ],
)
async def test_recording(state: str, operations: dict[str, RecordingAction]) -> None:
    async with workspace_bench() as bench:
        agent = await bench.working()
        call = await talking(bench, agent)
        bench.telephony.change_call(replace(call, recording=state), CallEventName.RECORDING_CHANGED)
        told = await agent.call("Established", "CallRecordingStateChange")
        assert told.get("recordingState", "") == state
        assert {one for one in told["capabilities"] if one.endswith("-recording")} == set(operations)

        for operation, action in operations.items():
            await agent.operate(call, operation)
            assert isinstance(request := bench.telephony.requests[-1], RecordCall)
            assert request.action is action
        if not operations:
            assert (await agent.operate(call, "start-recording")).code == (500, 500)


@pytest.mark.parametrize(
    ("mode", "operation", "asked"),
    [
        ("mute", "switch-to-barge-in", MonitorMode.CONNECT),
        ("connect", "switch-to-coaching", MonitorMode.COACH),
        ("coach", "switch-to-listen-in", MonitorMode.MUTE),
    ],
)
async def test_a_supervisor_changes_the_mode(mode: str, operation: str, asked: MonitorMode) -> None:
    async with workspace_bench() as bench:
        agent = await bench.working()
        call = await talking(bench, agent)
        bench.telephony.change_call(replace(call, supervised=mode, is_supervisor=True), CallEventName.PRIVATE_INFO)

        assert (await agent.operate(call, operation)).code == (200, 1)
        assert isinstance(request := bench.telephony.requests[-1], SetMonitorMode)
        assert request.mode is asked
        assert (await agent.operate(call, "hold")).code == (500, 500)


async def test_a_supervised_agent_is_told() -> None:
    async with workspace_bench() as bench:
        agent = await bench.working()
        call = await talking(bench, agent)
        bench.telephony.change_call(replace(call, supervised="connect"), CallEventName.PRIVATE_INFO)
        told = await agent.call("Established")

    assert (told["supervisorListeningIn"], told["supervisorBargedIn"]) == (False, True)
    assert told["supervisorMonitoringState"] == "Connect"


async def test_what_is_not_possible_or_not_there() -> None:
    async with workspace_bench() as bench:
        agent = await bench.working()
        call = bench.telephony.ring("5001", "+15550100")

        refused = await agent.operate(call, "hold")
        assert refused.code == (500, 500)
        assert refused.json["status"]["message"] == "'hold' is not possible: the call is Ringing"
        assert (await agent.voice("calls/0000000000000000/answer")).code == (500, 500)
        assert (await agent.operate(call, "juggle")).code == (404, 404)
        assert (await agent.operate(call, "redirect", destination="5002")).code == (200, 1)
        assert isinstance(bench.telephony.requests[-1], RedirectCall)
        await agent.operate(call, "answer")
        assert (await agent.operate(call, "send-dtmf", dtmfDigits="4x")).code == (400, 400)
        asked = [one for one in bench.telephony.requests if isinstance(one, ChangeUserData)]
        assert (await agent.operate(call, "update-user-data", userData="Gold")).code == (400, 400)
        assert asked == [one for one in bench.telephony.requests if isinstance(one, ChangeUserData)]


async def test_a_ringing_call_is_refused_by_release() -> None:
    async with workspace_bench() as bench:
        agent = await bench.working()
        call = bench.telephony.ring("5001", "+15550100")

        assert (await agent.operate(call, "release")).code == (200, 1)
        await agent.call("Released")


async def test_calls_of_another_agent_are_not_there() -> None:
    async with workspace_bench() as bench:
        agent = await bench.working("5001")
        call = bench.telephony.ring("5002", "+15550100")

        assert (await agent.operate(call, "answer")).code == (500, 500)
