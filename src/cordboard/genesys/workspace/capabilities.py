"""What an agent may do with a call or a DN, by the names of the endpoints (reference: GWS API 3.3, 3.4).

Clients test membership and never infer from the state, so the list is made anew for every message.
"""

from __future__ import annotations

from enum import StrEnum

from cordboard.genesys.workspace.words import AgentState, CallState


class CallOperation(StrEnum):
    """POST /workspace/v3/voice/calls/{id}/..."""

    ANSWER = "answer"
    HOLD = "hold"
    RETRIEVE = "retrieve"
    RELEASE = "release"
    CLEAR = "clear"
    COMPLETE = "complete"
    REDIRECT = "redirect"
    INITIATE_TRANSFER = "initiate-transfer"
    COMPLETE_TRANSFER = "complete-transfer"
    INITIATE_CONFERENCE = "initiate-conference"
    COMPLETE_CONFERENCE = "complete-conference"
    ALTERNATE = "alternate"
    MERGE = "merge"
    RECONNECT = "reconnect"
    SINGLE_STEP_TRANSFER = "single-step-transfer"
    SINGLE_STEP_CONFERENCE = "single-step-conference"
    DELETE_FROM_CONFERENCE = "delete-from-conference"
    ATTACH_USER_DATA = "attach-user-data"
    UPDATE_USER_DATA = "update-user-data"
    DELETE_USER_DATA_PAIR = "delete-user-data-pair"
    SEND_DTMF = "send-dtmf"
    START_RECORDING = "start-recording"
    PAUSE_RECORDING = "pause-recording"
    RESUME_RECORDING = "resume-recording"
    STOP_RECORDING = "stop-recording"
    SWITCH_TO_BARGE_IN = "switch-to-barge-in"
    SWITCH_TO_COACHING = "switch-to-coaching"
    SWITCH_TO_LISTEN_IN = "switch-to-listen-in"
    SET_COMMENT = "set-comment"


class DnOperation(StrEnum):
    """POST /workspace/v3/voice/..., as far as it is a capability of the DN."""

    LOGIN = "login"
    LOGOUT = "logout"
    READY = "ready"
    NOT_READY = "not-ready"
    DND_ON = "dnd-on"
    DND_OFF = "dnd-off"
    SET_FORWARD = "set-forward"
    CANCEL_FORWARD = "cancel-forward"
    START_MONITORING = "start-monitoring"
    STOP_MONITORING = "stop-monitoring"


_C = CallOperation

USER_DATA = (_C.ATTACH_USER_DATA, _C.UPDATE_USER_DATA, _C.DELETE_USER_DATA_PAIR)
_THIRD_PARTY = (
    _C.INITIATE_TRANSFER,
    _C.INITIATE_CONFERENCE,
    _C.SINGLE_STEP_TRANSFER,
    _C.SINGLE_STEP_CONFERENCE,
)
_OF_TWO_CALLS = (_C.ALTERNATE, _C.RECONNECT, _C.MERGE, _C.COMPLETE_TRANSFER, _C.COMPLETE_CONFERENCE)

STATES: dict[CallState, tuple[CallOperation, ...]] = {
    CallState.RINGING: (_C.ANSWER, _C.CLEAR, _C.REDIRECT),
    CallState.DIALING: (_C.RELEASE, _C.CLEAR, _C.SEND_DTMF),
    CallState.ESTABLISHED: (_C.RELEASE, _C.HOLD, _C.CLEAR, _C.SEND_DTMF, *_THIRD_PARTY),
    CallState.HELD: (_C.RELEASE, _C.RETRIEVE, _C.CLEAR, *_THIRD_PARTY),
    CallState.RELEASED: (_C.COMPLETE,),
    CallState.COMPLETED: (_C.COMPLETE,),
}
# One of the two calls of a consultation: the active one can end it, the other one waits.
PAIRED: dict[CallState, tuple[CallOperation, ...]] = {
    CallState.ESTABLISHED: (_C.RELEASE, _C.HOLD, _C.CLEAR, _C.SEND_DTMF, *_OF_TWO_CALLS),
    CallState.HELD: (_C.RELEASE, _C.CLEAR),
}
RECORDING: dict[str, tuple[CallOperation, ...]] = {
    "Stopped": (_C.START_RECORDING,),
    "Recording": (_C.PAUSE_RECORDING, _C.STOP_RECORDING),
    "Paused": (_C.RESUME_RECORDING, _C.STOP_RECORDING),
}
SUPERVISING: dict[str, tuple[CallOperation, ...]] = {
    "mute": (_C.RELEASE, _C.SWITCH_TO_COACHING, _C.SWITCH_TO_BARGE_IN),
    "coach": (_C.RELEASE, _C.SWITCH_TO_LISTEN_IN, _C.SWITCH_TO_BARGE_IN),
    "connect": (_C.RELEASE, _C.SWITCH_TO_LISTEN_IN, _C.SWITCH_TO_COACHING),
}
UP = (CallState.ESTABLISHED, CallState.HELD)


def call_capabilities(
    state: CallState,
    *,
    paired: bool = False,
    participants: int = 1,
    recording: str = "",
    supervising: str = "",
) -> tuple[CallOperation, ...]:
    """`paired`: a consultation and the call it was begun from; `participants` are the others.

    `recording` is Stopped, Recording, Paused, or empty where calls are not recorded; `supervising` the mode of an
    agent who is in the call as its supervisor.
    """
    if supervising and state in UP:
        return SUPERVISING[supervising]
    row = PAIRED.get(state, STATES[state]) if paired else STATES[state]
    leave_out = (_C.DELETE_FROM_CONFERENCE,) if state is CallState.ESTABLISHED and participants > 1 else ()
    recorded = RECORDING[recording] if recording and state in UP else ()
    return (*row, *leave_out, *USER_DATA, *recorded)


def dn_capabilities(
    state: AgentState, *, do_not_disturb: bool, forwarding: bool, supervisor: bool
) -> tuple[DnOperation, ...]:
    """The list shows what may come next, so it flips."""
    agent: dict[AgentState, tuple[DnOperation, ...]] = {
        AgentState.LOGGED_OUT: (DnOperation.LOGIN,),
        AgentState.READY: (DnOperation.NOT_READY, DnOperation.LOGOUT),
        AgentState.NOT_READY: (DnOperation.READY, DnOperation.NOT_READY, DnOperation.LOGOUT),
    }
    if state is AgentState.OUT_OF_SERVICE:
        return ()
    return (
        *agent.get(state, agent[AgentState.NOT_READY]),
        DnOperation.DND_OFF if do_not_disturb else DnOperation.DND_ON,
        DnOperation.CANCEL_FORWARD if forwarding else DnOperation.SET_FORWARD,
        *((DnOperation.START_MONITORING, DnOperation.STOP_MONITORING) if supervisor else ()),
    )
