"""The states of calls, devices and agents as GWS v2 words them (reference: GWS API 1.8, 1.13)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CallState(StrEnum):
    DIALING = "Dialing"
    RINGING = "Ringing"
    ESTABLISHED = "Established"
    HELD = "Held"
    RELEASED = "Released"


class CallType(StrEnum):
    INTERNAL = "Internal"
    INBOUND = "Inbound"
    OUTBOUND = "Outbound"
    CONSULT = "Consult"
    UNKNOWN = "Unknown"


class RecordingState(StrEnum):
    STOPPED = "Stopped"
    RECORDING = "Recording"
    PAUSED = "Paused"


class DeviceState(StrEnum):
    ACTIVE = "Active"
    INACTIVE = "Inactive"


class AgentStateName(StrEnum):
    """`userState.state`."""

    LOGGED_OUT = "LoggedOut"
    LOGGED_IN = "LoggedIn"  # in passing, without id
    NOT_READY = "NotReady"
    READY = "Ready"


class WorkMode(StrEnum):
    AFTER_CALL_WORK = "AfterCallWork"
    AUX_WORK = "AuxWork"


@dataclass(frozen=True, slots=True)
class UserState:
    """An agent's state. The ids of Genesys's own states are the same in every installation."""

    id: str
    display_name: str
    state: AgentStateName
    work_mode: str = ""
    reason: str = ""


READY = UserState("9430250E-0A1B-421F-B372-F29E69366DED", "Ready", AgentStateName.READY)
NOT_READY = UserState("900D55CC-2BB0-431F-8BF9-D3525B383BE6", "Not Ready", AgentStateName.NOT_READY)
AFTER_CALL_WORK = UserState(
    "D3663509-3D82-4DD3-A82E-2EA8EFA02AEF", "After Call Work", AgentStateName.NOT_READY, WorkMode.AFTER_CALL_WORK
)
AUX_WORK = UserState("2B36138D-C564-4562-A8CB-3C32D564F296", "AuxWork", AgentStateName.NOT_READY, WorkMode.AUX_WORK)
# "A6Ef" is mixed case at the source; clients compare it as it is.
OFFLINE = UserState("0F7F5003-EF26-4D13-A6Ef-D0C7EC819BEB", "Offline", AgentStateName.LOGGED_OUT)


@dataclass(frozen=True, slots=True)
class AgentState:
    """An entry of the agent-state list: what an agent may choose. A custom reason has its own operation name."""

    operation_name: str
    user_state: UserState


AGENT_STATES = (
    AgentState("Ready", READY),
    AgentState("NotReady", NOT_READY),
    AgentState("AfterCallWork", AFTER_CALL_WORK),
    AgentState("AuxWork", AUX_WORK),
    AgentState("Offline", OFFLINE),
)

# What an agent may say beside Genesys's own states; every site has its own list, so names, codes and ids are the lab's.
NOT_READY_REASONS = (
    AgentState("Break", UserState("3B0E64E2-6C5E-4F5B-9A6B-6A3F0C3D7B11", "Break", AgentStateName.NOT_READY, "", "1")),
    AgentState("Lunch", UserState("5F2C9D0A-8E0B-4C57-9D0C-2B7A41E5C822", "Lunch", AgentStateName.NOT_READY, "", "2")),
    AgentState(
        "Training", UserState("7D41B6F8-12C3-4B8E-8F5D-9C1E60A2D733", "Training", AgentStateName.NOT_READY, "", "3")
    ),
    AgentState(
        "Meeting", UserState("91A8E3C4-4D7F-4E29-A2B6-0D5F83B9E844", "Meeting", AgentStateName.NOT_READY, "", "4")
    ),
    AgentState(
        "Paperwork",
        UserState(
            "B6C7F1D2-7A90-4D13-B4E8-1F6A95C0F955", "Paperwork", AgentStateName.NOT_READY, WorkMode.AUX_WORK, "5"
        ),
    ),
)


def user_state(state: str, work_mode: str = "") -> UserState:
    """The constant for a state and work mode; an unknown work mode is plain Not Ready."""
    named = {(one.user_state.state, one.user_state.work_mode): one.user_state for one in AGENT_STATES}
    name = AgentStateName(state)
    return named.get((name, work_mode)) or named[(name, "")]
