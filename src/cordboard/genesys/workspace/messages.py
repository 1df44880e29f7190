"""v3's answers and the data of its CometD messages (reference: GWS API 3.1, 3.2, 3.5)."""

from __future__ import annotations

from cordboard.genesys.status import Resource
from cordboard.genesys.workspace.key_values import pairs
from cordboard.genesys.workspace.words import (
    VOICE_SERVICE,
    Code,
    InitializationState,
    MessageType,
    MonitoringCalls,
    MonitoringEvent,
    MonitoringMode,
    NotificationType,
    ServiceState,
)

# --- answers ----------------------------------------------------------------------------------------------------------


def done(**data: object) -> Resource:
    """What was asked for is done; `data` is what was asked to be told."""
    return {"status": {"code": int(Code.DONE)}, **({"data": data} if data else {})}


def accepted(operation: str = "") -> Resource:
    """The outcome comes by CometD, with the same `operationId` if the client gave one."""
    return {"status": {"code": int(Code.ACCEPTED)}, **_operation(operation)}


def failure(code: int, message: str) -> Resource:
    return {"status": {"code": int(code), "message": message}}


def _operation(operation: str) -> Resource:
    return {"operationId": operation} if operation else {}


# --- /workspace/v3/initialization -------------------------------------------------------------------------------------


def initialization_progress(percent: int) -> Resource:
    return {
        "messageType": MessageType.INITIALIZATION_PROGRESS.value,
        "state": InitializationState.EXECUTING.value,
        "progress": {"percentComplete": percent},
    }


def initialization_complete(user: Resource, configuration: Resource) -> Resource:
    return {
        "messageType": MessageType.INITIALIZATION_COMPLETE.value,
        "state": InitializationState.COMPLETE.value,
        "data": {"user": user, "configuration": configuration},
    }


def initialization_failed(message: str) -> Resource:
    """The type is that of success: clients look at the state."""
    return {
        "messageType": MessageType.INITIALIZATION_COMPLETE.value,
        "state": InitializationState.FAILED.value,
        "error": {"errorCode": int(Code.FAILED), "errorMessage": message},
    }


# --- /workspace/v3/voice ----------------------------------------------------------------------------------------------


def call_state_changed(notification: NotificationType, call: Resource, operation: str = "") -> Resource:
    return {
        "messageType": MessageType.CALL_STATE_CHANGED.value,
        "notificationType": notification.value,
        "call": call,
        **_operation(operation),
    }


def dn_state_changed(dn: Resource, operation: str = "") -> Resource:
    return {"messageType": MessageType.DN_STATE_CHANGED.value, "dn": dn, **_operation(operation)}


def service(state: ServiceState) -> Resource:
    return {"serviceName": VOICE_SERVICE, "serviceState": state.value}


def service_state_changed(state: ServiceState) -> Resource:
    return {"messageType": MessageType.SERVICE_STATE_CHANGED.value, **service(state)}


def event_error(code: int, message: str, operation: str = "") -> Resource:
    error = {"errorCode": code, "errorMessage": message}
    return {"messageType": MessageType.ERROR.value, "error": error, **_operation(operation)}


def user_event(user_data: Resource, call_uuid: str = "") -> Resource:
    call = {"callUuid": call_uuid} if call_uuid else {}
    return {"messageType": MessageType.USER_EVENT.value, "userData": pairs(user_data), **call}


def monitoring_state_changed(
    event: MonitoringEvent, number: str, mode: MonitoringMode, calls: MonitoringCalls, operation: str = ""
) -> Resource:
    """`number` is the DN that is supervised."""
    return {
        "messageType": MessageType.MONITORING_STATE_CHANGED.value,
        "eventType": event.value,
        "monitorMode": mode.value,
        "event": {"otherDN": number, "monitorNextCallType": calls.value},
        **_operation(operation),
    }
