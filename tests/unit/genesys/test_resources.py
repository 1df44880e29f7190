from __future__ import annotations

from dataclasses import replace

import pytest

from cordboard.genesys.capabilities import Situation, capabilities
from cordboard.genesys.resources import (
    Call,
    Device,
    Feature,
    User,
    agent_state_resource,
    call_resource,
    channel_resource,
    device_resource,
    feature_resource,
    participant,
    settings_resource,
    user_resource,
    user_state_resource,
)
from cordboard.genesys.states import AGENT_STATES, AUX_WORK, READY, AgentStateName, CallState, CallType, UserState

ROOT = "http://127.0.0.1:8090/api/v2"
UUID = "0VQ8E2M4LC93P4J5S6K7A8B9C000000A"
RINGING = Call(
    call_uuid=UUID,
    connection_id="006c03a7194aa0ff",
    state=CallState.RINGING,
    call_type=CallType.INTERNAL,
    device_id="d1",
    participants=("5002",),
    dnis="5001",
    capabilities=capabilities(Situation.RINGING),
    user_data={"Segment": "Gold", "nested": {"a": "b"}},
)


def test_a_ringing_call() -> None:
    assert call_resource(RINGING, ROOT) == {
        "id": UUID,
        "state": "Ringing",
        "callUuid": UUID,
        "connId": "006c03a7194aa0ff",
        "deviceUri": f"{ROOT}/devices/d1",
        "participants": [{"e164Number": "", "formattedPhoneNumber": "5002", "phoneNumber": "5002", "digits": "5002"}],
        "dnis": "5001",
        "callType": "Internal",
        "capabilities": [
            "Answer",
            "ClearCall",
            "AttachUserData",
            "UpdateUserData",
            "DeleteUserData",
            "DeleteUserDataPair",
        ],
        "userData": {"Segment": "Gold", "nested": {"a": "b"}},
        "duration": "0",
        "mute": "Off",
        "supervisorListeningIn": False,
        "monitoredUserMuted": False,
        "monitoring": False,
        "uri": f"{ROOT}/me/calls/{UUID}",
        "path": f"/calls/{UUID}",
    }


def test_a_call_has_a_duration_in_text_and_once_it_was_established_a_case() -> None:
    assert call_resource(replace(RINGING, duration=1), ROOT)["duration"] == "1"
    resource = call_resource(replace(RINGING, state=CallState.ESTABLISHED, duration=2, established=True), ROOT)

    assert (resource["duration"], resource["case"]) == ("2", [])


def test_what_is_optional_is_there_when_it_is_known() -> None:
    resource = call_resource(replace(RINGING, ani="+15550100", recording="Stopped", parent_call="P"), ROOT)

    assert resource["ani"] == "+15550100"
    assert resource["recordingState"] == "Stopped"
    assert resource["parentCallUri"] == f"{ROOT}/me/calls/P"
    assert resource["parentCallPath"] == "/calls/P"


@pytest.mark.parametrize(
    ("number", "e164", "digits"),
    [("5002", "", "5002"), ("+1555 0100", "+1555 0100", "15550100"), ("anonymous", "", "anonymous")],
)
def test_a_participant(number: str, e164: str, digits: str) -> None:
    assert participant(number) == {
        "e164Number": e164,
        "formattedPhoneNumber": number,
        "phoneNumber": number,
        "digits": digits,
    }


def test_a_device() -> None:
    device = Device("d1", "5001", True, READY, "v1")

    assert device_resource(device, ROOT) == {
        "id": "d1",
        "deviceState": "Active",
        "userState": {"id": READY.id, "displayName": "Ready", "state": "Ready"},
        "phoneNumber": "5001",
        "description": "",
        "e164Number": "",
        "telephonyNetwork": "Private",
        "doNotDisturb": "Off",
        "voiceEnvironmentUri": f"{ROOT}/voice-environments/v1",
        "capabilities": ["DoNotDisturbOn", "ForwardCallsOn"],
        "channels": ["voice"],
        "dynamicPhoneNumber": "",
    }


def test_a_device_that_forwards() -> None:
    resource = device_resource(Device("d1", "5001", False, READY, "v1", True, "5002"), ROOT)

    assert (resource["deviceState"], resource["doNotDisturb"], resource["forwardTo"]) == ("Inactive", "On", "5002")
    assert resource["capabilities"] == ["DoNotDisturbOff", "ForwardCallsOff"]


def test_user_states() -> None:
    assert user_state_resource(AUX_WORK) == {
        "id": AUX_WORK.id,
        "displayName": "AuxWork",
        "state": "NotReady",
        "workMode": "AuxWork",
    }
    assert user_state_resource(UserState("x", "Lunch", AgentStateName.NOT_READY, reason="9"))["reason"] == "9"
    assert user_state_resource(UserState("", "", AgentStateName.LOGGED_IN)) == {"state": "LoggedIn"}
    assert channel_resource(READY)["channel"] == "voice"


def test_offline_is_logout_in_the_list_of_agent_states() -> None:
    listed = {entry.operation_name: agent_state_resource(entry) for entry in AGENT_STATES}

    assert listed["Offline"]["state"] == "Logout"
    assert listed["AfterCallWork"]["workMode"] == "AfterCallWork"
    assert list(listed) == ["Ready", "NotReady", "AfterCallWork", "AuxWork", "Offline"]


def test_a_user_a_feature_and_a_devices_options() -> None:
    user = user_resource(User("u1", "agent5001", "A", "One", "a@lab.example", "c1"), ROOT)

    assert (user["uri"], user["path"], user["roles"]) == (f"{ROOT}/users/u1", "/users/u1", ["ROLE_AGENT"])
    assert feature_resource(Feature("api-voice", "Voice", ""), ROOT)["path"] == "/features/api-voice"
    assert settings_resource({"b": "2", "a": "1"}) == {
        "settings": [{"name": "a", "value": "1"}, {"name": "b", "value": "2"}],
        "key": "name",
    }
