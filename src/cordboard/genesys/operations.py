"""The values of `operationName` and the fields that go with them (reference: GWS API 1.9 to 1.12)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SessionOperation(StrEnum):
    """POST /me"""

    START_CONTACT_CENTER_SESSION = "StartContactCenterSession"
    END_CONTACT_CENTER_SESSION = "EndContactCenterSession"


class AgentOperation(StrEnum):
    """POST /me and POST /me/channels/voice; custom reasons come beside these."""

    READY = "Ready"
    NOT_READY = "NotReady"
    AFTER_CALL_WORK = "AfterCallWork"
    AUX_WORK = "AuxWork"
    OFFLINE = "Offline"


class DeviceOperation(StrEnum):
    """POST /me/devices/{id}, and Dial: POST /me/devices/{id}/calls"""

    DO_NOT_DISTURB_ON = "DoNotDisturbOn"
    DO_NOT_DISTURB_OFF = "DoNotDisturbOff"
    FORWARD_CALLS_ON = "ForwardCallsOn"
    FORWARD_CALLS_OFF = "ForwardCallsOff"
    SET_CALL_DISPOSITION = "SetCallDisposition"
    LISTEN_IN = "ListenIn"
    COACH = "Coach"
    BARGE_IN = "BargeIn"
    CANCEL_SUPERVISOR_MONITORING = "CancelSupervisorMonitoring"
    DIAL = "Dial"


class CallOperation(StrEnum):
    """POST /me/calls/{id}"""

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
    REMOVE_PARTICIPANT_FROM_CONFERENCE = "RemoveParticipantFromConference"
    CLEAR_CALL = "ClearCall"
    ATTACH_USER_DATA = "AttachUserData"
    UPDATE_USER_DATA = "UpdateUserData"
    DELETE_USER_DATA_PAIR = "DeleteUserDataPair"
    DELETE_USER_DATA = "DeleteUserData"
    START_CALL_RECORDING = "StartCallRecording"
    STOP_CALL_RECORDING = "StopCallRecording"
    PAUSE_CALL_RECORDING = "PauseCallRecording"
    RESUME_CALL_RECORDING = "ResumeCallRecording"
    SWITCH_TO_LISTEN_IN = "SwitchToListenIn"  # for a supervisor who is in the call
    SWITCH_TO_COACH = "SwitchToCoach"
    SWITCH_TO_BARGE_IN = "SwitchToBargeIn"
    REJECT = "Reject"  # one client sends it for a ringing call; Hangup is what the others send
    ACCEPT = "Accept"  # state Preview only
    DECLINE = "Decline"


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields beside `operationName`."""

    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


_DESTINATION = Fields(("destination",), ("location", "userData"))
_CONSULT_CALL = Fields((), ("consultCallUri",))
# Whom to monitor: `targetDeviceUri` or `phoneNumber`.
_MONITORING = Fields((), ("targetDeviceUri", "phoneNumber", "supervisorMonitoringScope", "supervisorMonitoringMode"))

FIELDS: dict[str, Fields] = {
    SessionOperation.START_CONTACT_CENTER_SESSION: Fields(
        ("channels",), ("place", "devicePath", "loginCode", "queue", "mobileSession")
    ),
    DeviceOperation.FORWARD_CALLS_ON: Fields(("destination",)),
    DeviceOperation.SET_CALL_DISPOSITION: Fields(
        ("callUri", "callUuid", "disposition"), ("dispositionKey", "userData")
    ),
    DeviceOperation.LISTEN_IN: _MONITORING,
    DeviceOperation.COACH: _MONITORING,
    DeviceOperation.BARGE_IN: _MONITORING,
    DeviceOperation.DIAL: Fields(("destination",), ("location", "userData", "outboundCallerId")),
    CallOperation.SWAP_CALLS: Fields(("otherCallUri",)),
    CallOperation.SEND_DTMF: Fields(("digits",)),
    CallOperation.INITIATE_TRANSFER: _DESTINATION,
    CallOperation.INITIATE_CONFERENCE: _DESTINATION,
    CallOperation.SINGLE_STEP_TRANSFER: _DESTINATION,
    CallOperation.SINGLE_STEP_CONFERENCE: _DESTINATION,
    CallOperation.COMPLETE_TRANSFER: _CONSULT_CALL,
    CallOperation.COMPLETE_CONFERENCE: _CONSULT_CALL,
    CallOperation.REMOVE_PARTICIPANT_FROM_CONFERENCE: Fields(("participant",)),
    CallOperation.ATTACH_USER_DATA: Fields(("userData",)),
    CallOperation.UPDATE_USER_DATA: Fields(("userData",)),
    CallOperation.DELETE_USER_DATA_PAIR: Fields(("key",)),
}


def fields_of(operation: str) -> Fields:
    return FIELDS.get(operation, Fields())
