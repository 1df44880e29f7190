"""Calls and DNs as T-Library sees them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

UserData = dict[str, Any]

SWITCH = "SIP_Switch"  # the one switch of the lab, as destinations and extensions name it


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


class AgentState(StrEnum):
    LOGGED_OUT = "LoggedOut"
    NOT_READY = "NotReady"
    READY = "Ready"


@dataclass(frozen=True, slots=True)
class CallView:
    """One call as one DN sees it."""

    call_uuid: str  # 32 characters, the X-Genesys-CallUUID
    connection_id: str  # 16 hex digits, the T-Library ConnID
    state: CallState
    call_type: CallType
    dn: str
    ani: str
    dnis: str
    participants: tuple[str, ...]  # numbers of the others, never one's own
    user_data: UserData
    established: float | None  # seconds of the Unix epoch, None before
    begun: float | None = None  # when this DN was first told of the call, seconds of the Unix epoch
    parent_call: str = ""  # on the agent's side of a consult call: the UUID of the call it was begun from
    consult_call: str = ""  # on the agent's side of a call: the UUID of the consult call that lives beside it
    recording: str = ""  # "Stopped", "Recording", "Paused"; empty: calls of this DN are not recorded
    previous_connection_id: str = ""  # before a transfer or conference was completed
    supervised: str = ""  # "mute", "coach", "connect": how a supervisor is in the call; empty: none
    is_supervisor: bool = False  # this DN is in the call as its supervisor
    queue: str = ""  # the routing point or virtual queue that the call came through


@dataclass(frozen=True, slots=True)
class DnView:
    """One DN: `in_service` is true while SIP Server has a binding for it."""

    dn: str
    in_service: bool
    agent: str  # user name, empty while nobody is logged in
    state: AgentState
    work_mode: str = ""  # "", "AfterCallWork", "AuxWork"
    reason: str = ""
    do_not_disturb: bool = False
    forward_to: str = ""
