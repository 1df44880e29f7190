"""Workspace API v3: the agent's state, the DN, new calls, user events, supervision."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cordboard.lab.telephony import (
    AgentLogin,
    AgentLogout,
    AgentSetNotReady,
    CallEventName,
    CancelMonitoring,
    MakeCall,
    MonitorMode,
    MonitorNextCall,
    MonitorScope,
    SetDoNotDisturb,
    SetForward,
)
from kit.workspace import WorkspaceBench, workspace_bench


def pairs(**data: str) -> list[dict[str, Any]]:
    return [{"key": key, "type": "str", "value": value} for key, value in data.items()]


async def test_ready_and_not_ready_with_work_mode_and_reason() -> None:
    async with workspace_bench() as bench:
        agent = await bench.working()
        assert (await agent.post("/voice/ready")).code == (200, 1)
        assert "ready" not in (await agent.dn_is("Ready"))["capabilities"]
        data = {"agentWorkMode": "AuxWork", "reasonCode": "Lunch"}
        assert (await agent.voice("not-ready", data, operationId="op-7")).json["operationId"] == "op-7"
        message = await agent.message("DnStateChanged")

    assert message["operationId"] == "op-7"
    assert message["dn"]["agentWorkMode"] == "AuxWork"
    assert message["dn"]["reasons"] == pairs(ReasonCode="Lunch")


@pytest.mark.parametrize(
    "body",
    [
        {"data": {"reasonCode": "Lunch"}},
        {"data": {}, "reasonCode": "Lunch"},  # as the library of 9.0.1 sends it
        {"data": {"reasons": pairs(ReasonCode="Lunch")}},
    ],
)
async def test_the_reason_may_be_in_several_places(body: dict[str, Any]) -> None:
    async with workspace_bench() as bench:
        agent = await bench.working()
        await agent.post("/voice/not-ready", body)

        (request,) = [one for one in bench.telephony.requests if isinstance(one, AgentSetNotReady)]
        assert (request.reason, request.work_mode) == ("Lunch", "")


async def test_an_unknown_work_mode_is_refused() -> None:
    async with workspace_bench() as bench:
        agent = await bench.working()

        assert (await agent.voice("not-ready", {"agentWorkMode": "Asleep"})).code == (400, 400)


async def test_without_a_registered_phone_there_is_no_state_and_no_call() -> None:
    async with workspace_bench() as bench:
        agent = await bench.working()
        bench.telephony.unregister("5001")
        assert (await agent.dn_is("OutOfService"))["capabilities"] == []

        answer = await agent.post("/voice/ready")
        assert answer.code == (500, 500)
        assert answer.json["status"]["message"] == "Device '5001' is not registered."
        assert (await agent.voice("make-call", {"destination": "5002"})).code == (500, 500)


async def test_voice_can_be_left_and_entered_again() -> None:
    async with workspace_bench() as bench:
        agent = await bench.working()
        await agent.post("/voice/logout")
        assert (await agent.dn_is("LoggedOut"))["capabilities"][0] == "login"
        assert (await agent.post("/voice/ready")).code == (500, 500)
        await agent.post("/voice/login")
        await agent.dn_is("LoggedIn")
        await agent.dn_is("NotReady")

        kinds = [type(one) for one in bench.telephony.requests]
        assert kinds == [AgentLogin, AgentLogout, AgentLogin]


async def test_do_not_disturb_and_forwarding_are_asked_of_sip_server() -> None:
    async with workspace_bench() as bench:
        agent = await bench.working()
        await agent.post("/voice/dnd-on")
        await agent.voice("set-forward", {"forwardTo": "5002"})
        await agent.post("/voice/dnd-off")
        await agent.post("/voice/cancel-forward")

        asked = [one for one in bench.telephony.requests if isinstance(one, SetDoNotDisturb | SetForward)]
        told = [one.on if isinstance(one, SetDoNotDisturb) else one.destination for one in asked]
        assert told == [True, "5002", False, ""]
        bench.telephony.change_dn("5001", do_not_disturb=True, forward_to="5002")
        dn = await agent.dn_is("NotReady")
        while not dn["dnd"] or not dn["forwardTo"]:
            dn = await agent.dn_is("NotReady")
        assert dn["forwardTo"] == "5002"
        assert {"dnd-off", "cancel-forward"} <= set(dn["capabilities"])
        assert (await agent.voice("set-forward", {"forwardTo": "no number"})).code == (400, 400)


async def test_a_call_is_made_and_told_with_the_operation_of_the_client() -> None:
    async with workspace_bench() as bench:
        agent = await bench.working()
        data = {"destination": "5002", "userData": pairs(Reason="Question"), "location": "Switch2"}
        await agent.voice("make-call", data, operationId="op-3")
        message = await agent.message("CallStateChanged")

        (request,) = [one for one in bench.telephony.requests if isinstance(one, MakeCall)]
        assert (request.destination, request.user_data) == ("5002", {"Reason": "Question"})
    assert message["operationId"] == "op-3"
    call = message["call"]
    assert (call["state"], call["callType"]) == ("Dialing", "Internal")
    assert call["capabilities"][:3] == ["release", "clear", "send-dtmf"]
    assert call["userData"] == pairs(Reason="Question")


async def test_a_call_to_oneself_is_an_invalid_destination() -> None:
    async with workspace_bench() as bench:
        agent = await bench.working()
        assert (await agent.voice("make-call", {"destination": "5001"}, operationId="op-4")).code == (200, 1)

        assert await agent.message("EventError") == {
            "messageType": "EventError",
            "error": {"errorCode": 415, "errorMessage": "Invalid Destination DN"},
            "operationId": "op-4",
        }


@pytest.mark.parametrize(("code", "told"), [(71, (415, "Invalid Destination DN")), (185, (185, "not now"))])
async def test_an_error_of_sip_server_is_told_to_who_asked(code: int, told: tuple[int, str]) -> None:
    async with workspace_bench() as bench:
        agent = await bench.working()
        bench.telephony.silent.add(MakeCall)
        await agent.voice("make-call", {"destination": "5002"})
        bench.telephony.fail("5001", "not now", code)

        error = (await agent.message("EventError"))["error"]
        assert (error["errorCode"], error["errorMessage"]) == told


async def test_an_error_of_another_cti_client_is_not_told() -> None:
    async with workspace_bench() as bench:
        agent = await bench.working()
        bench.telephony.request(MakeCall("5001", "5002", reference=1))
        bench.telephony.fail("5001", "not for v3")

        await agent.call("Dialing")
        assert await agent.quiet()


@pytest.mark.parametrize(
    "data", [{}, {"destination": "not a number"}, {"destination": "5002", "userData": {"a": "b"}}, {"destination": 5.5}]
)
async def test_a_call_that_cannot_be_meant(data: dict[str, Any]) -> None:
    async with workspace_bench() as bench:
        agent = await bench.working()

        assert (await agent.voice("make-call", data)).code == (400, 400)


async def test_a_user_event_comes_to_all_who_are_in_the_call() -> None:
    async with workspace_bench() as bench:
        agent, other = await bench.working("5001"), await bench.working("5002")
        call = bench.telephony.ring("5002", "+15550100")
        data = {"userData": pairs(Topic="Billing"), "callUuid": call.call_uuid}
        assert (await agent.voice("send-user-event", data)).code == (200, 1)

        for one in (agent, other):
            event = await one.message("EventUserEvent")
            assert event["userData"] == pairs(Topic="Billing")
            assert event["callUuid"] == call.call_uuid


# --- supervision ------------------------------------------------------------------------------------------------------


async def test_a_supervisor_listens_in_and_is_told() -> None:
    async with workspace_bench() as bench:
        supervisor = await bench.working("5003")
        data = {"phoneNumberToMonitor": "5001", "monitoringMode": "Coach", "monitoringScope": "Agent"}
        assert (await supervisor.voice("start-monitoring", data)).code == (200, 1)

        (asked,) = [one for one in bench.telephony.requests if isinstance(one, MonitorNextCall)]
        wanted = ("5003", "5001", MonitorMode.COACH, MonitorScope.AGENT)
        assert (asked.dn, asked.target, asked.mode, asked.scope) == wanted
        started = await supervisor.message("MonitoringStateChanged")
        assert (started["eventType"], started["monitorMode"]) == ("MonitoringStarted", "Coach")
        assert started["event"] == {"otherDN": "5001", "monitorNextCallType": "AllCalls"}

        await supervised_call(bench)
        call = await supervisor.call("Established")
        assert call["monitoringInfo"] == {"monitoredDN": "5001", "monitorMode": "Coach", "monitorScope": "Agent"}
        assert {"switch-to-barge-in", "switch-to-listen-in"} <= set(call["capabilities"])
        assert "hold" not in call["capabilities"]

        await supervisor.voice("stop-monitoring", {"phoneNumber": "5001"})
        assert isinstance(bench.telephony.requests[-1], CancelMonitoring)
        assert (await supervisor.message("MonitoringStateChanged"))["eventType"] == "MonitoringStopped"


async def supervised_call(bench: WorkspaceBench) -> str:
    """A call that the supervisor 5003 is in; its UUID."""
    call = bench.telephony.ring("5003", "+15550100")
    supervised = replace(call, supervised="coach", is_supervisor=True, participants=("+15550100", "5001"), dnis="5001")
    bench.telephony.change_call(supervised, CallEventName.RINGING)
    bench.telephony.establish(call.call_uuid)
    return call.call_uuid


async def test_one_call_is_monitored_once() -> None:
    async with workspace_bench() as bench:
        supervisor = await bench.working("5003")
        data = {"phoneNumberToMonitor": "5001", "monitoringMode": "Coach", "monitoringNextCallType": "OneCall"}
        await supervisor.voice("start-monitoring", data)
        bench.telephony.release(await supervised_call(bench))

        await supervisor.message("MonitoringStateChanged", eventType="MonitoringStopped")
        assert isinstance(bench.telephony.requests[-1], CancelMonitoring)
        assert (await supervisor.voice("stop-monitoring")).code == (500, 500)


async def test_only_supervisors_monitor() -> None:
    async with workspace_bench() as bench:
        agent = await bench.working("5001")

        assert (await agent.voice("start-monitoring", {"phoneNumberToMonitor": "5002"})).code == (500, 500)
        supervisor = await bench.working("5003")
        data = {"phoneNumberToMonitor": "5001", "monitoringMode": "Shout"}
        assert (await supervisor.voice("start-monitoring", data)).code == (400, 400)
