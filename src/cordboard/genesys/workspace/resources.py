"""v3's objects: call, DN, user (reference: GWS API 3.1, 3.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cordboard.genesys.status import Resource
from cordboard.genesys.workspace.capabilities import CallOperation, DnOperation
from cordboard.genesys.workspace.key_values import pairs
from cordboard.genesys.workspace.words import AgentState, CallState, MonitoringMode, Role, WorkMode


@dataclass(frozen=True, slots=True)
class Supervision:
    """A supervisor in a call; `monitored` is the DN, and empty in the objects of the agents who are supervised."""

    mode: MonitoringMode
    scope: str = ""
    monitored: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A call as one DN has it; its id is the ConnID. `participants` are the others, in their roles."""

    connection_id: str
    call_uuid: str
    state: CallState
    call_type: str
    phone_number: str
    participants: tuple[tuple[str, Role], ...]
    dnis: str
    capabilities: tuple[CallOperation, ...]
    ani: str = ""
    user_data: Resource = field(default_factory=dict)
    extensions: Resource = field(default_factory=dict)
    duration: int = 0  # seconds since it was established
    recording: str = ""
    parent: str = ""  # ConnID, on consult calls only
    previous: str = ""  # the ConnID it had before a transfer or conference was completed
    supervision: Supervision | None = None


@dataclass(frozen=True, slots=True)
class Dn:
    number: str
    switch: str
    agent_id: str
    state: AgentState
    capabilities: tuple[DnOperation, ...]
    work_mode: str = ""
    reason: str = ""
    do_not_disturb: bool = False
    forward_to: str = ""


@dataclass(frozen=True, slots=True)
class User:
    """`login` is what `agentId` of activate-channels is: in the lab the number of the DN."""

    database_id: int
    user_name: str
    first_name: str
    last_name: str
    employee_id: str
    login: str
    place: str


def call_resource(call: Call) -> Resource:
    optional: Mapping[str, object] = {
        "ani": call.ani,
        "previousConnId": call.previous,
        "parentConnId": call.parent,
        "recordingState": call.recording,
    }
    return {
        "id": call.connection_id,
        "connId": call.connection_id,
        "callUuid": call.call_uuid,
        "phoneNumber": call.phone_number,
        "callType": call.call_type,
        "state": call.state.value,
        "capabilities": [one.value for one in call.capabilities],
        "participants": [{"number": number, "role": role.value} for number, role in call.participants],
        "dnis": call.dnis,
        "userData": pairs(call.user_data),
        "extensions": pairs(call.extensions),
        "duration": call.duration,
        **{name: value for name, value in optional.items() if value},
        **_supervision(call.supervision),
    }


def _supervision(supervision: Supervision | None) -> Resource:
    if supervision is None:
        return {}
    mode = supervision.mode
    if not supervision.monitored:
        return {
            "supervisorListeningIn": mode is not MonitoringMode.CONNECT,
            "supervisorBargedIn": mode is MonitoringMode.CONNECT,
            "supervisorMonitoringState": mode.value,
        }
    info = {"monitoredDN": supervision.monitored, "monitorMode": mode.value, "monitorScope": supervision.scope}
    return {"isMonitoredByMe": True, "monitoringInfo": info}


def dn_resource(dn: Dn) -> Resource:
    reasons = {"ReasonCode": dn.reason} if dn.reason else {}
    return {
        "number": dn.number,
        "switchName": dn.switch,
        "agentId": dn.agent_id,
        "capabilities": [one.value for one in dn.capabilities],
        "agentState": dn.state.value,
        "agentWorkMode": dn.work_mode or WorkMode.UNKNOWN.value,
        "dnd": dn.do_not_disturb,
        "forwardTo": dn.forward_to or None,
        "reasons": pairs(reasons),
    }


def user_resource(user: User) -> Resource:
    return {
        "dbid": user.database_id,
        "userName": user.user_name,
        "firstName": user.first_name,
        "lastName": user.last_name,
        "employeeId": user.employee_id,
        "agentLogin": user.login,
        "defaultPlace": user.place,
        "userProperties": [],
    }
