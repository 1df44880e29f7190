"""Supervisors over REST: listening in, coaching, barging in, and what their pages are told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cordboard.lab.gws import lab_account
from cordboard.lab.gws.directory import device_id
from cordboard.lab.telephony import (
    CallEvent,
    CallEventName,
    CallState,
    CallView,
    CancelMonitoring,
    MonitorMode,
    MonitorNextCall,
    MonitorScope,
    SetMonitorMode,
    TelephonyRequest,
)
from kit.gws import AgentClient, GwsBench, gws_bench

ACCOUNTS = (
    replace(lab_account("5001"), groups=("Sales",)),
    replace(lab_account("5002"), groups=("Support",)),
    replace(lab_account("5003"), groups=("Sales",), is_supervisor=True),
)
TARGET = {"targetDeviceUri": f"http://gws:8090/api/v2/devices/{device_id('5001')}"}


def of_supervision(bench: GwsBench) -> list[TelephonyRequest]:
    kinds = (MonitorNextCall, CancelMonitoring, SetMonitorMode)
    return [replace(one, reference=0) for one in bench.telephony.requests if isinstance(one, kinds)]


async def supervisor_of(bench: GwsBench) -> AgentClient:
    await bench.working("5001")
    return await bench.working("5003")


async def device(agent: AgentClient) -> dict[str, Any]:
    (one,) = (await agent.get("/api/v2/me/devices?fields=*")).json["devices"]
    assert isinstance(one, dict)
    return one


def joined(bench: GwsBench, mode: str = "mute") -> CallView:
    """The supervisor is let into the agent's call."""
    call = bench.telephony.establish(bench.telephony.ring("5001", "+15550100").call_uuid)
    own = replace(call, call_uuid="S" * 32, dn="5003", is_supervisor=True, supervised=mode, participants=("1", "5001"))
    return bench.telephony.change_call(own, CallEventName.ESTABLISHED)


@pytest.mark.parametrize(
    ("operation", "fields", "request_made", "state"),
    [
        ("ListenIn", {}, MonitorNextCall("5003", "5001", MonitorMode.MUTE, MonitorScope.CALL), ("AllCalls", "Call")),
        (
            "Coach",
            {"supervisorMonitoringScope": "Agent"},
            MonitorNextCall("5003", "5001", MonitorMode.COACH, MonitorScope.AGENT),
            ("AllCalls", "Agent"),
        ),
        (
            "BargeIn",
            {"supervisorMonitoringMode": "NextCall"},
            MonitorNextCall("5003", "5001", MonitorMode.CONNECT, MonitorScope.CALL),
            ("NextCall", "Call"),
        ),
    ],
)
async def test_monitoring_is_asked_for_and_shown(
    operation: str, fields: dict[str, str], request_made: TelephonyRequest, state: tuple[str, str]
) -> None:
    async with gws_bench(accounts=ACCOUNTS) as bench:
        supervisor = await supervisor_of(bench)
        page = await supervisor.cometd("/v2/me/devices")
        assert (await device(supervisor))["capabilities"][2:] == ["ListenIn", "Coach", "BargeIn"]

        answer = await supervisor.operate(f"/me/devices/{supervisor.device}", operation, **TARGET, **fields)

        (message,) = await page.messages()
        shown = message["data"]["devices"][0]
        assert answer.json == {"statusCode": 0}
        assert of_supervision(bench) == [request_made]
        assert shown["capabilities"][-1] == "CancelSupervisorMonitoring"
        assert shown["supervisorMonitoringState"] == {
            "state": operation,
            "mode": state[0],
            "scope": state[1],
            "targetDeviceUri": f"{bench.settings.api_root}/devices/{device_id('5001')}",
        }


async def test_cancelling_is_possible_while_something_is_asked_for() -> None:
    async with gws_bench(accounts=ACCOUNTS) as bench:
        supervisor = await supervisor_of(bench)
        path = f"/me/devices/{supervisor.device}"
        assert (await supervisor.operate(path, "CancelSupervisorMonitoring")).code == (400, 2)

        await supervisor.operate(path, "ListenIn", phoneNumber="5001")
        assert (await supervisor.operate(path, "CancelSupervisorMonitoring")).code == (200, 0)

        assert of_supervision(bench)[1:] == [CancelMonitoring("5003", "5001")]
        assert "supervisorMonitoringState" not in await device(supervisor)


@pytest.mark.parametrize(
    ("dn", "fields", "code"),
    [
        ("5003", {}, (400, 1)),
        ("5003", {"targetDeviceUri": "http://gws/api/v2/devices/1"}, (404, 6)),
        ("5003", {"phoneNumber": "5999"}, (404, 6)),
        ("5003", {"phoneNumber": "5002"}, (403, 5)),
        ("5003", {**TARGET, "supervisorMonitoringScope": "World"}, (400, 2)),
        ("5003", {**TARGET, "supervisorMonitoringMode": 1}, (400, 2)),
        ("5001", {"phoneNumber": "5002"}, (403, 5)),
    ],
    ids=str,
)
async def test_who_may_watch_whom(dn: str, fields: dict[str, Any], code: tuple[int, int]) -> None:
    async with gws_bench(accounts=ACCOUNTS) as bench:
        agent = await bench.working(dn)

        assert (await agent.operate(f"/me/devices/{agent.device}", "ListenIn", **fields)).code == code
        assert of_supervision(bench) == []


async def test_for_all_calls_sip_server_is_asked_again_at_the_next_one() -> None:
    async with gws_bench(accounts=ACCOUNTS) as bench:
        supervisor = await supervisor_of(bench)
        await supervisor.operate(f"/me/devices/{supervisor.device}", "ListenIn", **TARGET)
        first = bench.telephony.establish(bench.telephony.ring("5001", "+15550100").call_uuid)
        own = replace(first, dn="5003", is_supervisor=True)  # the same call at SIP Server, seen by another DN
        bench.telephony.emit(CallEvent(CallEventName.ESTABLISHED, own, {}))
        bench.telephony.emit(CallEvent(CallEventName.RELEASED, replace(own, state=CallState.RELEASED), {}))
        bench.telephony.change_call(first, CallEventName.ATTACHED_DATA_CHANGED)
        assert len(of_supervision(bench)) == 1, "the call that the supervisor left goes on without"

        bench.telephony.ring("5001", "+15550101")

        assert len(of_supervision(bench)) == 2
        assert of_supervision(bench)[0] == of_supervision(bench)[1]


async def test_for_the_next_call_it_is_over_with_that() -> None:
    async with gws_bench(accounts=ACCOUNTS) as bench:
        supervisor = await supervisor_of(bench)
        path = f"/me/devices/{supervisor.device}"
        await supervisor.operate(path, "BargeIn", **TARGET, supervisorMonitoringMode="NextCall")
        own = joined(bench)
        assert "supervisorMonitoringState" in await device(supervisor)
        page = await supervisor.cometd("/v2/me/devices")
        bench.telephony.release(own.call_uuid)
        bench.telephony.ring("5001", "+15550101")

        (message,) = await page.messages()

        assert "supervisorMonitoringState" not in message["data"]["devices"][0]
        assert len(of_supervision(bench)) == 1


@pytest.mark.parametrize(
    ("mode", "possible", "flags"),
    [
        ("mute", {"SwitchToCoach": MonitorMode.COACH, "SwitchToBargeIn": MonitorMode.CONNECT}, (True, True)),
        ("coach", {"SwitchToListenIn": MonitorMode.MUTE, "SwitchToBargeIn": MonitorMode.CONNECT}, (True, True)),
        ("connect", {"SwitchToListenIn": MonitorMode.MUTE}, (False, True)),
    ],
)
async def test_in_the_call_the_supervisor_goes_from_one_to_the_other(
    mode: str, possible: dict[str, MonitorMode], flags: tuple[bool, bool]
) -> None:
    async with gws_bench(accounts=ACCOUNTS) as bench:
        supervisor = await supervisor_of(bench)
        call = joined(bench, mode)
        path = f"/me/calls/{call.call_uuid}"

        resource = (await supervisor.get(f"/api/v2{path}")).json["call"]
        assert {name for name in resource["capabilities"] if name.startswith("SwitchTo")} == set(possible)
        assert (resource["supervisorListeningIn"], resource["monitoring"]) == flags
        for operation, asked in possible.items():
            assert (await supervisor.operate(path, operation)).code == (200, 0)
            assert of_supervision(bench)[-1] == SetMonitorMode("5003", call.call_uuid, asked)
        if mode == "connect":
            assert (await supervisor.operate(path, "SwitchToCoach")).code == (400, 2)


async def test_the_end_of_the_supervisors_session_ends_what_was_asked_for() -> None:
    async with gws_bench(accounts=ACCOUNTS) as bench:
        supervisor = await supervisor_of(bench)
        await supervisor.operate(f"/me/devices/{supervisor.device}", "ListenIn", **TARGET)

        await supervisor.operate("/me", "EndContactCenterSession")

        assert of_supervision(bench)[-1] == CancelMonitoring("5003", "5001")
