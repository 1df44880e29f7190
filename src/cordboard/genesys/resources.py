"""GWS v2 resources as JSON objects: call, device, user, feature (reference: GWS API 1.7, 1.8, 1.13).

`root` is the external address of the API, as in `http://gws:8090/api/v2`; it goes into every `uri`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cordboard.genesys.capabilities import Capability, DeviceCapability, device_capabilities
from cordboard.genesys.channels import VOICE
from cordboard.genesys.states import AgentState, AgentStateName, CallState, CallType, DeviceState, UserState
from cordboard.genesys.status import Resource


@dataclass(frozen=True, slots=True)
class Call:
    """A call as one agent sees it; `participants` are the numbers of the others."""

    call_uuid: str
    connection_id: str
    state: CallState
    call_type: CallType
    device_id: str
    participants: tuple[str, ...]
    dnis: str
    capabilities: tuple[Capability, ...]
    ani: str = ""  # empty: not told, as on internal calls
    user_data: Resource = field(default_factory=dict)
    duration: int = 0  # seconds since the agent's first event of it: ringing counts
    established: bool = False  # it is or was
    recording: str = ""  # empty: calls are not recorded here
    parent_call: str = ""  # call UUID; on consult legs only
    supervised: bool = False  # a supervisor is in the call
    monitoring: bool = False  # this agent is in the call as its supervisor


@dataclass(frozen=True, slots=True)
class Monitoring:
    """What a supervisor has asked for: `state` ListenIn, Coach, BargeIn; `scope` Call or Agent; `mode` AllCalls or
    NextCall."""

    state: DeviceCapability
    mode: str
    scope: str
    target_device: str


@dataclass(frozen=True, slots=True)
class Device:
    """A DN; not `active` and without a state while it is out of service, `supervisor` while it is a supervisor's."""

    id: str
    phone_number: str
    active: bool
    user_state: UserState | None
    voice_environment: str
    do_not_disturb: bool = False
    forward_to: str = ""
    supervisor: bool = False
    monitoring: Monitoring | None = None


@dataclass(frozen=True, slots=True)
class User:
    id: str
    user_name: str
    first_name: str
    last_name: str
    email_address: str
    contact_center_id: str
    employee_id: str = ""
    roles: tuple[str, ...] = ("ROLE_AGENT",)


@dataclass(frozen=True, slots=True)
class Feature:
    id: str
    display_name: str
    description: str


def participant(number: str) -> Resource:
    return {
        "e164Number": number if number.startswith("+") else "",
        "formattedPhoneNumber": number,
        "phoneNumber": number,
        "digits": "".join(character for character in number if character.isdigit()) or number,
    }


def call_resource(call: Call, root: str) -> Resource:
    """`id` is the call UUID; `duration` is a text; `case` is there from Established on."""
    optional = {
        "ani": call.ani,
        "recordingState": call.recording,
        "parentCallUri": call.parent_call and f"{root}/me/calls/{call.parent_call}",
        "parentCallPath": call.parent_call and f"/calls/{call.parent_call}",
    }
    resource: Resource = {
        "id": call.call_uuid,
        "state": call.state.value,
        "callUuid": call.call_uuid,
        "connId": call.connection_id,
        "deviceUri": f"{root}/devices/{call.device_id}",
        "participants": [participant(number) for number in call.participants],
        "dnis": call.dnis,
        "callType": call.call_type.value,
        "capabilities": [capability.value for capability in call.capabilities],
        "userData": call.user_data,
        "duration": str(call.duration),
        "mute": "Off",
        "supervisorListeningIn": call.supervised,
        "monitoredUserMuted": False,
        "monitoring": call.monitoring,
        "uri": f"{root}/me/calls/{call.call_uuid}",
        "path": f"/calls/{call.call_uuid}",
        **{name: value for name, value in optional.items() if value},
    }
    return {**resource, "case": []} if call.established else resource


def user_state_resource(state: UserState) -> Resource:
    if state.state is AgentStateName.LOGGED_IN:
        return {"state": state.state.value}
    optional = {"workMode": state.work_mode, "reason": state.reason}
    return {
        "id": state.id,
        "displayName": state.display_name,
        "state": state.state.value,
        **{name: str(value) for name, value in optional.items() if value},
    }


def agent_state_resource(entry: AgentState) -> Resource:
    """An entry of the agent-state list, where Offline has the state `Logout`."""
    state = user_state_resource(entry.user_state)
    if entry.user_state.state is AgentStateName.LOGGED_OUT:
        state["state"] = "Logout"
    return {"operationName": entry.operation_name, **state}


def device_resource(device: Device, root: str) -> Resource:
    forwarding = {"forwardTo": device.forward_to} if device.forward_to else {}
    possible = device_capabilities(
        device.do_not_disturb, bool(device.forward_to), device.supervisor, device.monitoring is not None
    )
    return {
        "id": device.id,
        "deviceState": (DeviceState.ACTIVE if device.active else DeviceState.INACTIVE).value,
        **({"userState": user_state_resource(device.user_state)} if device.user_state else {}),
        "phoneNumber": device.phone_number,
        "description": "",
        "e164Number": "",
        "telephonyNetwork": "Private",
        "doNotDisturb": "On" if device.do_not_disturb else "Off",
        **forwarding,
        "voiceEnvironmentUri": f"{root}/voice-environments/{device.voice_environment}",
        "capabilities": [one.value for one in possible],
        "channels": [VOICE],
        "dynamicPhoneNumber": "",
        **_monitoring(device.monitoring, root),
    }


def _monitoring(monitoring: Monitoring | None, root: str) -> Resource:
    if monitoring is None:
        return {}
    state = {
        "state": monitoring.state.value,
        "mode": monitoring.mode,
        "scope": monitoring.scope,
        "targetDeviceUri": f"{root}/devices/{monitoring.target_device}",
    }
    return {"supervisorMonitoringState": state}


def channel_resource(state: UserState) -> Resource:
    return {"channel": VOICE, "userState": user_state_resource(state)}


def user_resource(user: User, root: str) -> Resource:
    return {
        "id": user.id,
        "userName": user.user_name,
        "firstName": user.first_name,
        "lastName": user.last_name,
        "emailAddress": user.email_address,
        "employeeId": user.employee_id,
        "roles": list(user.roles),
        "enabled": True,
        "changePasswordOnFirstLogin": False,
        "contactCenterId": user.contact_center_id,
        **_address(root, f"/users/{user.id}"),
    }


def feature_resource(feature: Feature, root: str) -> Resource:
    return {
        "id": feature.id,
        "displayName": feature.display_name,
        "description": feature.description,
        "autoAssignOnContactCenterCreate": True,
        **_address(root, f"/features/{feature.id}"),
    }


def settings_resource(options: Mapping[str, str]) -> Resource:
    """Options as names and values: those of a DN's `[TServer]`, by which WWE learns whether the phone can be answered
    from outside, and those of a section of its own."""
    return {"settings": [{"name": name, "value": value} for name, value in sorted(options.items())], "key": "name"}


def section_resource(name: str, options: Mapping[str, str], root: str) -> Resource:
    """A section of WWE's options."""
    return {"name": name, "displayName": name, **settings_resource(options), **_address(root, f"/me/settings/{name}")}


def _address(root: str, path: str) -> dict[str, Any]:
    return {"uri": root + path, "path": path}
