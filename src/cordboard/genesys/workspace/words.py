"""Where Workspace API v3 is, its CometD channels and the words in its objects (reference: GWS API 3.1 to 3.5)."""

from __future__ import annotations

from enum import IntEnum, StrEnum

ROOT = "/workspace/v3"
NOTIFICATIONS_PATH = f"{ROOT}/notifications"
AUTHENTICATION_ROOT = "/auth/v3"

INITIALIZATION = "/workspace/v3/initialization"
VOICE = "/workspace/v3/voice"

SESSION_COOKIE = "WORKSPACE_SESSIONID"


class Code(IntEnum):
    """`status.code` of an answer; what is none of these is an error."""

    DONE = 0
    ACCEPTED = 1  # the outcome comes by CometD
    PARTLY_DONE = 2
    WRONG_PARAMETER = 400
    NOT_FOUND = 404
    FAILED = 500
    UNAUTHORIZED = 603


class MessageType(StrEnum):
    INITIALIZATION_PROGRESS = "WorkspaceInitializationProgress"
    INITIALIZATION_COMPLETE = "WorkspaceInitializationComplete"
    CALL_STATE_CHANGED = "CallStateChanged"
    DN_STATE_CHANGED = "DnStateChanged"
    ERROR = "EventError"
    USER_EVENT = "EventUserEvent"
    MONITORING_STATE_CHANGED = "MonitoringStateChanged"
    SERVICE_STATE_CHANGED = "ServiceStateChanged"


class ServiceState(StrEnum):
    """Whether Workspace is connected to a server, for instance to SIP Server."""

    AVAILABLE = "AVAILABLE"
    UNAVAILABLE = "UNAVAILABLE"


VOICE_SERVICE = "VOICE"


class InitializationState(StrEnum):
    EXECUTING = "Executing"
    COMPLETE = "Complete"
    FAILED = "Failed"


class NotificationType(StrEnum):
    """`notificationType` of a CallStateChanged. v2 says StatusChange for the first."""

    STATE_CHANGE = "StateChange"
    PARTICIPANTS_UPDATED = "ParticipantsUpdated"
    ATTACHED_DATA_CHANGED = "AttachedDataChanged"
    CALL_RECORDING_STATE_CHANGE = "CallRecordingStateChange"
    CALL_RECOVERED = "CallRecovered"


class CallState(StrEnum):
    DIALING = "Dialing"
    RINGING = "Ringing"
    ESTABLISHED = "Established"
    HELD = "Held"
    RELEASED = "Released"
    COMPLETED = "Completed"  # a released call that the agent has put away


class Role(StrEnum):
    """What another party is in a call."""

    ORIGINATION = "RoleOrigination"
    DESTINATION = "RoleDestination"
    NEW_PARTY = "RoleNewParty"
    OBSERVER = "RoleObserver"


class AgentState(StrEnum):
    LOGGED_OUT = "LoggedOut"
    LOGGED_IN = "LoggedIn"  # in passing
    READY = "Ready"
    NOT_READY = "NotReady"
    OUT_OF_SERVICE = "OutOfService"


class WorkMode(StrEnum):
    """`agentWorkMode`: the first two of activate-channels, the others of not-ready."""

    AUTO_IN = "AutoIn"  # Ready as soon as logged in
    MANUAL_IN = "ManualIn"
    AFTER_CALL_WORK = "AfterCallWork"
    AUX_WORK = "AuxWork"
    LEGAL_GUARD = "LegalGuard"
    NO_CALL_DISCONNECT = "NoCallDisconnect"
    WALK_AWAY = "WalkAway"
    UNKNOWN = "Unknown"


NOT_READY_WORK_MODES = frozenset(WorkMode) - {WorkMode.AUTO_IN, WorkMode.MANUAL_IN}
LOGIN_WORK_MODES = frozenset({WorkMode.AUTO_IN, WorkMode.MANUAL_IN})


class MonitoringMode(StrEnum):
    MUTE = "Mute"
    COACH = "Coach"
    CONNECT = "Connect"


class MonitoringCalls(StrEnum):
    """`monitoringNextCallType`"""

    ONE_CALL = "OneCall"
    ALL_CALLS = "AllCalls"


class MonitoringScope(StrEnum):
    CALL = "Call"
    AGENT = "Agent"


class MonitoringEvent(StrEnum):
    STARTED = "MonitoringStarted"
    STOPPED = "MonitoringStopped"


# T-Library's error codes that v3 says otherwise; all others go through as they are.
ERRORS: dict[int, tuple[int, str]] = {71: (415, "Invalid Destination DN")}
