// The words of GWS that the pages use. Generated from the Python package `cordboard.genesys`; do not edit by hand.
// To write it again: python -m cordboard.genesys.vocabulary > web/src/model/vocabulary.js

export const CallState = Object.freeze({
  DIALING: "Dialing",
  RINGING: "Ringing",
  ESTABLISHED: "Established",
  HELD: "Held",
  RELEASED: "Released",
});

export const CallType = Object.freeze({
  INTERNAL: "Internal",
  INBOUND: "Inbound",
  OUTBOUND: "Outbound",
  CONSULT: "Consult",
  UNKNOWN: "Unknown",
});

export const RecordingState = Object.freeze({
  STOPPED: "Stopped",
  RECORDING: "Recording",
  PAUSED: "Paused",
});

export const DeviceState = Object.freeze({
  ACTIVE: "Active",
  INACTIVE: "Inactive",
});

export const AgentStateName = Object.freeze({
  LOGGED_OUT: "LoggedOut",
  LOGGED_IN: "LoggedIn",
  NOT_READY: "NotReady",
  READY: "Ready",
});

export const WorkMode = Object.freeze({
  AFTER_CALL_WORK: "AfterCallWork",
  AUX_WORK: "AuxWork",
});

export const Capability = Object.freeze({
  ANSWER: "Answer",
  HANGUP: "Hangup",
  HOLD: "Hold",
  RETRIEVE: "Retrieve",
  SWAP_CALLS: "SwapCalls",
  SEND_DTMF: "SendDtmf",
  INITIATE_TRANSFER: "InitiateTransfer",
  INITIATE_CONFERENCE: "InitiateConference",
  SINGLE_STEP_TRANSFER: "SingleStepTransfer",
  SINGLE_STEP_CONFERENCE: "SingleStepConference",
  COMPLETE_TRANSFER: "CompleteTransfer",
  COMPLETE_CONFERENCE: "CompleteConference",
  CLEAR_CALL: "ClearCall",
  ATTACH_USER_DATA: "AttachUserData",
  UPDATE_USER_DATA: "UpdateUserData",
  DELETE_USER_DATA: "DeleteUserData",
  DELETE_USER_DATA_PAIR: "DeleteUserDataPair",
  START_CALL_RECORDING: "StartCallRecording",
  STOP_CALL_RECORDING: "StopCallRecording",
  PAUSE_CALL_RECORDING: "PauseCallRecording",
  RESUME_CALL_RECORDING: "ResumeCallRecording",
  REMOVE_PARTICIPANT_FROM_CONFERENCE: "RemoveParticipantFromConference",
  SWITCH_TO_LISTEN_IN: "SwitchToListenIn",
  SWITCH_TO_COACH: "SwitchToCoach",
  SWITCH_TO_BARGE_IN: "SwitchToBargeIn",
});

export const DeviceCapability = Object.freeze({
  DO_NOT_DISTURB_ON: "DoNotDisturbOn",
  DO_NOT_DISTURB_OFF: "DoNotDisturbOff",
  FORWARD_CALLS_ON: "ForwardCallsOn",
  FORWARD_CALLS_OFF: "ForwardCallsOff",
  LISTEN_IN: "ListenIn",
  COACH: "Coach",
  BARGE_IN: "BargeIn",
  CANCEL_SUPERVISOR_MONITORING: "CancelSupervisorMonitoring",
});

export const SessionOperation = Object.freeze({
  START_CONTACT_CENTER_SESSION: "StartContactCenterSession",
  END_CONTACT_CENTER_SESSION: "EndContactCenterSession",
});

export const AgentOperation = Object.freeze({
  READY: "Ready",
  NOT_READY: "NotReady",
  AFTER_CALL_WORK: "AfterCallWork",
  AUX_WORK: "AuxWork",
  OFFLINE: "Offline",
});

export const DeviceOperation = Object.freeze({
  DO_NOT_DISTURB_ON: "DoNotDisturbOn",
  DO_NOT_DISTURB_OFF: "DoNotDisturbOff",
  FORWARD_CALLS_ON: "ForwardCallsOn",
  FORWARD_CALLS_OFF: "ForwardCallsOff",
  SET_CALL_DISPOSITION: "SetCallDisposition",
  LISTEN_IN: "ListenIn",
  COACH: "Coach",
  BARGE_IN: "BargeIn",
  CANCEL_SUPERVISOR_MONITORING: "CancelSupervisorMonitoring",
  DIAL: "Dial",
});

export const CallOperation = Object.freeze({
  ANSWER: "Answer",
  HANGUP: "Hangup",
  HOLD: "Hold",
  RETRIEVE: "Retrieve",
  SWAP_CALLS: "SwapCalls",
  SEND_DTMF: "SendDtmf",
  INITIATE_TRANSFER: "InitiateTransfer",
  INITIATE_CONFERENCE: "InitiateConference",
  SINGLE_STEP_TRANSFER: "SingleStepTransfer",
  SINGLE_STEP_CONFERENCE: "SingleStepConference",
  COMPLETE_TRANSFER: "CompleteTransfer",
  COMPLETE_CONFERENCE: "CompleteConference",
  REMOVE_PARTICIPANT_FROM_CONFERENCE: "RemoveParticipantFromConference",
  CLEAR_CALL: "ClearCall",
  ATTACH_USER_DATA: "AttachUserData",
  UPDATE_USER_DATA: "UpdateUserData",
  DELETE_USER_DATA_PAIR: "DeleteUserDataPair",
  DELETE_USER_DATA: "DeleteUserData",
  START_CALL_RECORDING: "StartCallRecording",
  STOP_CALL_RECORDING: "StopCallRecording",
  PAUSE_CALL_RECORDING: "PauseCallRecording",
  RESUME_CALL_RECORDING: "ResumeCallRecording",
  SWITCH_TO_LISTEN_IN: "SwitchToListenIn",
  SWITCH_TO_COACH: "SwitchToCoach",
  SWITCH_TO_BARGE_IN: "SwitchToBargeIn",
  REJECT: "Reject",
  ACCEPT: "Accept",
  DECLINE: "Decline",
});

export const MessageType = Object.freeze({
  CALL_STATE_CHANGE: "CallStateChangeMessage",
  DEVICE_STATE_CHANGE: "DeviceStateChangeMessage",
  CHANNEL_STATE_CHANGE: "ChannelStateChangeMessageV2",
  ERROR: "ErrorMessage",
  SERVICE_STATE_CHANGE: "ServiceStateChangeMessage",
});

export const NotificationType = Object.freeze({
  STATUS_CHANGE: "StatusChange",
  ATTACHED_DATA_CHANGED: "AttachedDataChanged",
  PARTICIPANTS_UPDATED: "ParticipantsUpdated",
  DTMF_SENT: "DtmfSent",
  CALL_RECORDING_STATE_CHANGE: "CallRecordingStateChange",
});

export const StatusCode = Object.freeze({
  OK: 0,
  PARAMETER_MISSING: 1,
  PARAMETER_INVALID: 2,
  FORBIDDEN: 3,
  INTERNAL_ERROR: 4,
  NO_PERMISSION: 5,
  NOT_FOUND: 6,
  PARTLY_DONE: 7,
  MUST_CHANGE_PASSWORD: 8,
  NOT_COMPLETE: 9,
  VALIDATION: 10,
  READ_ONLY: 11,
  RETRIEVE_FAILED: 12,
  CREATE_FAILED: 13,
  DELETE_FAILED: 14,
  UPDATE_FAILED: 15,
  ASSIGN_FAILED: 16,
  UNASSIGN_FAILED: 17,
  ALREADY_EXISTS: 18,
  IN_USE: 19,
  NOT_AUTHENTICATED: 20,
});

export const Channel = Object.freeze({
  ME: "/v2/me",
  DEVICES: "/v2/me/devices",
  CALLS: "/v2/me/calls",
  CHANNELS: "/v2/me/channels",
  EVERYTHING_OF_ME: "/v2/me/*",
  USERS: "/v2/users",
  GUIDE_AGENT_EVENTS: "/user/agent/events",
  GUIDE_CALL_STATE: "/call/state",
});

export const Path = Object.freeze({
  API: "/api/v2",
  NOTIFICATIONS: "/api/v2/notifications",
  GUIDE_NOTIFICATIONS: "/cometd",
});

/** What an agent may choose; the server's own list may hold more. */
export const AGENT_STATES = Object.freeze([
  Object.freeze({ operationName: "Ready", id: "9430250E-0A1B-421F-B372-F29E69366DED", displayName: "Ready", state: "Ready" }),
  Object.freeze({ operationName: "NotReady", id: "900D55CC-2BB0-431F-8BF9-D3525B383BE6", displayName: "Not Ready", state: "NotReady" }),
  Object.freeze({ operationName: "AfterCallWork", id: "D3663509-3D82-4DD3-A82E-2EA8EFA02AEF", displayName: "After Call Work", state: "NotReady", workMode: "AfterCallWork" }),
  Object.freeze({ operationName: "AuxWork", id: "2B36138D-C564-4562-A8CB-3C32D564F296", displayName: "AuxWork", state: "NotReady", workMode: "AuxWork" }),
  Object.freeze({ operationName: "Offline", id: "0F7F5003-EF26-4D13-A6Ef-D0C7EC819BEB", displayName: "Offline", state: "Logout" }),
]);
