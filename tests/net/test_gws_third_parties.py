"""Transfers, conferences, recording over REST: what is asked of SIP Server, and what the pages are told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cordboard.lab.telephony import (
    AlternateCall,
    CallEventName,
    CallState,
    CallType,
    CallView,
    CompleteConference,
    CompleteTransfer,
    DeleteFromConference,
    InitiateConference,
    InitiateTransfer,
    RecordCall,
    RecordingAction,
    SingleStepConference,
    SingleStepTransfer,
)
from kit.gws import GwsBench, gws_bench

TO = {"destination": {"phoneNumber": "5002"}, "userData": {"why": "billing"}}
COMPLETE = {"CompleteTransfer", "CompleteConference", "SwapCalls"}


def talking(bench: GwsBench, **changes: Any) -> CallView:
    call = bench.telephony.establish(bench.telephony.ring("5001", "+15550100").call_uuid)
    return bench.telephony.change_call(replace(call, **changes), CallEventName.ATTACHED_DATA_CHANGED)


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ("InitiateTransfer", InitiateTransfer),
        ("InitiateConference", InitiateConference),
        ("SingleStepTransfer", SingleStepTransfer),
        ("SingleStepConference", SingleStepConference),
    ],
)
async def test_what_names_a_third_party(operation: str, kind: Any) -> None:
    async with gws_bench() as bench:
        agent = await bench.working()
        call = talking(bench)

        assert (await agent.operate(f"/me/calls/{call.call_uuid}", operation, **TO)).json == {"statusCode": 0}
        asked = bench.telephony.requests[-1]
        assert asked == kind("5001", call.call_uuid, "5002", {"why": "billing"}, asked.reference)


@pytest.mark.parametrize(
    ("fields", "code"),
    [({}, 1), ({"destination": "5002"}, 2), ({"destination": {}}, 1), ({"destination": {"phoneNumber": "a b"}}, 2)],
    ids=str,
)
async def test_a_third_party_that_is_none(fields: dict[str, Any], code: int) -> None:
    async with gws_bench() as bench:
        agent = await bench.working()
        call = talking(bench)
        bench.telephony.requests.clear()

        answer = await agent.operate(f"/me/calls/{call.call_uuid}", "InitiateTransfer", **fields)

        assert answer.code == (400, code)
        assert bench.telephony.requests == []


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ("CompleteTransfer", CompleteTransfer),
        ("CompleteConference", CompleteConference),
        ("SwapCalls", AlternateCall),
    ],
)
@pytest.mark.parametrize("on", ["parent", "consult leg"])
async def test_the_pair_can_be_completed_from_either_leg(operation: str, kind: Any, on: str) -> None:
    async with gws_bench() as bench:
        agent = await bench.working()
        parent = talking(bench)
        leg = bench.telephony.ring("5001", "5002", type=CallType.CONSULT)
        leg = replace(leg, state=CallState.ESTABLISHED, established=1_700_000_000.0, parent_call=parent.call_uuid)
        bench.telephony.change_call(leg, CallEventName.ESTABLISHED)
        parent = replace(parent, state=CallState.HELD, consult_call=leg.call_uuid)
        bench.telephony.change_call(parent, CallEventName.HELD)
        call = parent if on == "parent" else leg

        resource = (await agent.get(f"/api/v2/me/calls/{call.call_uuid}")).json["call"]
        assert set(resource["capabilities"]) >= COMPLETE
        assert "Retrieve" not in resource["capabilities"]
        assert resource.get("parentCallPath") == (None if on == "parent" else f"/calls/{parent.call_uuid}")
        other = leg if on == "parent" else parent
        fields = {"otherCallUri": f"http://gws/api/v2/me/calls/{other.call_uuid}"} if operation == "SwapCalls" else {}
        assert (await agent.operate(f"/me/calls/{call.call_uuid}", operation, **fields)).code == (200, 0)
        assert isinstance(bench.telephony.requests[-1], kind)


async def test_who_was_consulted_has_nothing_to_complete() -> None:
    async with gws_bench() as bench:
        agent = await bench.working()
        call = talking(bench, call_type=CallType.CONSULT)

        resource = (await agent.get(f"/api/v2/me/calls/{call.call_uuid}")).json["call"]

        assert not COMPLETE & set(resource["capabilities"])
        assert (await agent.operate(f"/me/calls/{call.call_uuid}", "CompleteTransfer")).code == (400, 2)


async def test_a_participant_is_removed_only_where_there_are_several() -> None:
    async with gws_bench() as bench:
        agent = await bench.working()
        call = talking(bench)
        path = f"/me/calls/{call.call_uuid}"

        assert (await agent.operate(path, "RemoveParticipantFromConference", participant="5002")).code == (400, 2)
        bench.telephony.change_call(replace(call, participants=("+15550100", "5002")), CallEventName.PARTY_ADDED)
        assert (await agent.operate(path, "RemoveParticipantFromConference", participant="5002")).code == (200, 0)
        asked = bench.telephony.requests[-1]
        assert asked == DeleteFromConference("5001", call.call_uuid, "5002", asked.reference)
        assert (await agent.operate(path, "RemoveParticipantFromConference", participant="5 2")).code == (400, 2)


@pytest.mark.parametrize(
    ("state", "possible"),
    [
        ("Stopped", {"StartCallRecording": RecordingAction.START}),
        ("Recording", {"PauseCallRecording": RecordingAction.PAUSE, "StopCallRecording": RecordingAction.STOP}),
        ("Paused", {"ResumeCallRecording": RecordingAction.RESUME, "StopCallRecording": RecordingAction.STOP}),
    ],
)
async def test_recording(state: str, possible: dict[str, RecordingAction]) -> None:
    async with gws_bench() as bench:
        agent = await bench.working()
        call = talking(bench, recording=state)
        path = f"/me/calls/{call.call_uuid}"

        resource = (await agent.get(f"/api/v2{path}")).json["call"]
        assert resource["recordingState"] == state
        assert {name for name in resource["capabilities"] if "Recording" in name} == set(possible)
        for operation, action in possible.items():
            assert (await agent.operate(path, operation)).code == (200, 0)
            asked = bench.telephony.requests[-1]
            assert isinstance(asked, RecordCall)
            assert asked.action is action


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (CallEventName.PARTY_ADDED, "ParticipantsUpdated"),
        (CallEventName.PARTY_DELETED, "ParticipantsUpdated"),
        (CallEventName.PARTY_CHANGED, "ParticipantsUpdated"),
        (CallEventName.RECORDING_CHANGED, "CallRecordingStateChange"),
        (CallEventName.PRIVATE_INFO, "StatusChange"),
    ],
)
async def test_what_the_pages_are_told(name: CallEventName, told: str) -> None:
    async with gws_bench() as bench:
        agent = await bench.working()
        call = talking(bench)
        page = await agent.cometd("/v2/me/calls")
        bench.telephony.change_call(replace(call, supervised="mute"), name, {"MonitorMode": "mute"})

        (message,) = await page.messages(1)

        assert message["data"]["notificationType"] == told
        assert message["data"]["call"]["supervisorListeningIn"] is True


@pytest.mark.parametrize(
    ("operation", "field", "named", "code"),
    [
        ("CompleteTransfer", "consultCallUri", "leg", (200, 0)),
        ("CompleteConference", "consultCallUri", "leg", (200, 0)),
        ("CompleteTransfer", "consultCallUri", "parent", (400, 2)),
        ("SwapCalls", "otherCallUri", "own", (400, 2)),
        ("SwapCalls", "otherCallUri", "nobody", (400, 2)),
        ("CompleteTransfer", "consultCallUri", 7, (400, 2)),
    ],
)
@pytest.mark.parametrize("on", ["parent", "leg"])
async def test_the_other_leg_must_be_named_rightly(
    operation: str, field: str, named: Any, code: tuple[int, int], on: str
) -> None:
    async with gws_bench() as bench:
        agent = await bench.working()
        parent = talking(bench)
        leg = bench.telephony.ring("5001", "5002", type=CallType.CONSULT)
        leg = replace(leg, state=CallState.ESTABLISHED, established=1_700_000_000.0, parent_call=parent.call_uuid)
        parent = replace(parent, state=CallState.HELD, consult_call=leg.call_uuid)
        bench.telephony.change_call(leg, CallEventName.ESTABLISHED)
        bench.telephony.change_call(parent, CallEventName.HELD)
        calls = {"parent": parent.call_uuid, "leg": leg.call_uuid, "nobody": "0" * 32}
        calls["own"] = calls[on]
        uri = f"{bench.settings.api_root}/me/calls/{calls[named]}/" if isinstance(named, str) else named

        answer = await agent.operate(f"/me/calls/{calls[on]}", operation, **{field: uri})

        assert answer.code == code


async def test_a_party_can_be_removed_where_the_capabilities_say_so() -> None:
    async with gws_bench() as bench:
        agent = await bench.working()
        call = talking(bench, participants=("+15550100", "5002"))

        resource = (await agent.get(f"/api/v2/me/calls/{call.call_uuid}")).json["call"]

        assert "RemoveParticipantFromConference" in resource["capabilities"]


async def test_a_third_party_elsewhere_is_refused() -> None:
    async with gws_bench() as bench:
        agent = await bench.working()
        call = talking(bench)

        for location, code in (("SIP_Switch", (200, 0)), ("Switch2", (400, 2))):
            answer = await agent.operate(f"/me/calls/{call.call_uuid}", "InitiateTransfer", **TO, location=location)
            assert answer.code == code
