"""What an agent may do with a call or a device: the table that drives every button (reference: GWS API 1.8, 1.13).

Clients test membership and never infer from the state, so the list is made anew for every message.
"""

from __future__ import annotations

from enum import StrEnum

from cordboard.genesys.states import CallState, RecordingState


class Capability(StrEnum):
    """Each is the name of the operation it permits."""

    ANSWER = "Answer"
    HANGUP = "Hangup"
    HOLD = "Hold"
    RETRIEVE = "Retrieve"
    SWAP_CALLS = "SwapCalls"
    SEND_DTMF = "SendDtmf"
    INITIATE_TRANSFER = "InitiateTransfer"
    INITIATE_CONFERENCE = "InitiateConference"
    SINGLE_STEP_TRANSFER = "SingleStepTransfer"
    SINGLE_STEP_CONFERENCE = "SingleStepConference"
    COMPLETE_TRANSFER = "CompleteTransfer"
    COMPLETE_CONFERENCE = "CompleteConference"
    CLEAR_CALL = "ClearCall"
    ATTACH_USER_DATA = "AttachUserData"
    UPDATE_USER_DATA = "UpdateUserData"
    DELETE_USER_DATA = "DeleteUserData"
    DELETE_USER_DATA_PAIR = "DeleteUserDataPair"
    START_CALL_RECORDING = "StartCallRecording"
    STOP_CALL_RECORDING = "StopCallRecording"
    PAUSE_CALL_RECORDING = "PauseCallRecording"
    RESUME_CALL_RECORDING = "ResumeCallRecording"
    REMOVE_PARTICIPANT_FROM_CONFERENCE = "RemoveParticipantFromConference"
    SWITCH_TO_LISTEN_IN = "SwitchToListenIn"
    SWITCH_TO_COACH = "SwitchToCoach"
    SWITCH_TO_BARGE_IN = "SwitchToBargeIn"


class Situation(StrEnum):
    """A call's state, and whether a consult leg lives beside it."""

    DIALING = "Dialing"
    RINGING = "Ringing"
    ESTABLISHED = "Established"
    HELD = "Held"
    HELD_PARENT = "Held, the other leg beside it"
    CONSULT_ESTABLISHED = "Established, the other leg beside it"
    RELEASED = "Released"


_USER_DATA = (
    Capability.ATTACH_USER_DATA,
    Capability.UPDATE_USER_DATA,
    Capability.DELETE_USER_DATA,
    Capability.DELETE_USER_DATA_PAIR,
)
_SINGLE_STEP = (Capability.SINGLE_STEP_TRANSFER, Capability.SINGLE_STEP_CONFERENCE)
_INITIATE = (Capability.INITIATE_TRANSFER, Capability.INITIATE_CONFERENCE)
_COMPLETE = (Capability.COMPLETE_TRANSFER, Capability.COMPLETE_CONFERENCE)

MATRIX: dict[Situation, tuple[Capability, ...]] = {
    Situation.DIALING: (Capability.HANGUP, Capability.SEND_DTMF, *_USER_DATA),
    Situation.RINGING: (Capability.ANSWER, Capability.CLEAR_CALL, *_USER_DATA),
    Situation.ESTABLISHED: (
        Capability.HANGUP,
        Capability.HOLD,
        Capability.SEND_DTMF,
        *_INITIATE,
        *_SINGLE_STEP,
        Capability.CLEAR_CALL,
        *_USER_DATA,
    ),
    Situation.HELD: (
        Capability.HANGUP,
        Capability.RETRIEVE,
        *_INITIATE,
        *_SINGLE_STEP,
        Capability.CLEAR_CALL,
        *_USER_DATA,
    ),
    Situation.HELD_PARENT: (
        Capability.HANGUP,
        Capability.SWAP_CALLS,
        *_COMPLETE,
        *_INITIATE,
        *_SINGLE_STEP,
        *_USER_DATA,
    ),
    Situation.CONSULT_ESTABLISHED: (
        Capability.HANGUP,
        Capability.SEND_DTMF,
        Capability.SWAP_CALLS,
        *_COMPLETE,
        *_USER_DATA,
    ),
    Situation.RELEASED: (),
}

RECORDING: dict[RecordingState, tuple[Capability, ...]] = {
    RecordingState.STOPPED: (Capability.START_CALL_RECORDING,),
    RecordingState.RECORDING: (Capability.PAUSE_CALL_RECORDING, Capability.STOP_CALL_RECORDING),
    RecordingState.PAUSED: (Capability.RESUME_CALL_RECORDING, Capability.STOP_CALL_RECORDING),
}

# By the mode in which a supervisor is in the call (HTCC API, SwitchToBargeIn): from barging in none leads to coaching.
SUPERVISION: dict[str, tuple[Capability, ...]] = {
    "mute": (Capability.SWITCH_TO_COACH, Capability.SWITCH_TO_BARGE_IN),
    "coach": (Capability.SWITCH_TO_LISTEN_IN, Capability.SWITCH_TO_BARGE_IN),
    "connect": (Capability.SWITCH_TO_LISTEN_IN,),
}


def situation(state: CallState, *, is_consult: bool = False, has_consult: bool = False) -> Situation:
    """Where a call stands: `is_consult` for the consult leg itself, `has_consult` for the call it was begun from.

    After a swap it is the parent that is established and the consult leg that is held; either can be completed.
    """
    if state is CallState.ESTABLISHED and (is_consult or has_consult):
        return Situation.CONSULT_ESTABLISHED
    if state is CallState.HELD and (is_consult or has_consult):
        return Situation.HELD_PARENT
    return Situation(state.value)


def capabilities(
    situation: Situation, recording: RecordingState | None = None, participants: int = 1, supervising: str = ""
) -> tuple[Capability, ...]:
    """The row of the table; `recording` is None where calls cannot be recorded.

    `participants` are the others in the call: from two on one can be removed. `supervising` is the mode of a supervisor
    in the call: mute, coach, connect.
    """
    row = MATRIX[situation]
    if situation in (Situation.ESTABLISHED, Situation.HELD):
        row = (*row, *(RECORDING[recording] if recording is not None else ()))
    if participants > 1 and situation not in (Situation.DIALING, Situation.RINGING, Situation.RELEASED):
        row = (*row, Capability.REMOVE_PARTICIPANT_FROM_CONFERENCE)
    if situation is Situation.ESTABLISHED:
        row = (*row, *SUPERVISION.get(supervising, ()))
    return row


class DeviceCapability(StrEnum):
    """The next thing that can be done, so the list flips when it has been done."""

    DO_NOT_DISTURB_ON = "DoNotDisturbOn"
    DO_NOT_DISTURB_OFF = "DoNotDisturbOff"
    FORWARD_CALLS_ON = "ForwardCallsOn"
    FORWARD_CALLS_OFF = "ForwardCallsOff"
    LISTEN_IN = "ListenIn"
    COACH = "Coach"
    BARGE_IN = "BargeIn"
    CANCEL_SUPERVISOR_MONITORING = "CancelSupervisorMonitoring"


MONITORING = (DeviceCapability.LISTEN_IN, DeviceCapability.COACH, DeviceCapability.BARGE_IN)


def device_capabilities(
    do_not_disturb: bool, forwarding: bool, supervisor: bool = False, monitoring: bool = False
) -> tuple[DeviceCapability, ...]:
    """`supervisor`: the device is a supervisor's; `monitoring`: he has asked to be let into somebody's calls."""
    return (
        DeviceCapability.DO_NOT_DISTURB_OFF if do_not_disturb else DeviceCapability.DO_NOT_DISTURB_ON,
        DeviceCapability.FORWARD_CALLS_OFF if forwarding else DeviceCapability.FORWARD_CALLS_ON,
        *(MONITORING if supervisor else ()),
        *((DeviceCapability.CANCEL_SUPERVISOR_MONITORING,) if monitoring else ()),
    )
