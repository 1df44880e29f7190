from __future__ import annotations

from cordboard.genesys.workspace import messages
from cordboard.genesys.workspace.words import (
    MonitoringCalls,
    MonitoringEvent,
    MonitoringMode,
    NotificationType,
    ServiceState,
)


def test_answers() -> None:
    assert messages.done() == {"status": {"code": 0}}
    assert messages.done(calls=[]) == {"status": {"code": 0}, "data": {"calls": []}}
    assert messages.accepted() == {"status": {"code": 1}}
    assert messages.accepted("op-1") == {"status": {"code": 1}, "operationId": "op-1"}
    assert messages.failure(603, "Unauthorized") == {"status": {"code": 603, "message": "Unauthorized"}}


def test_initialization() -> None:
    assert messages.initialization_progress(50)["progress"] == {"percentComplete": 50}
    complete = messages.initialization_complete({"userName": "a"}, {"settings": []})
    assert (complete["messageType"], complete["state"]) == ("WorkspaceInitializationComplete", "Complete")
    assert complete["data"] == {"user": {"userName": "a"}, "configuration": {"settings": []}}
    assert messages.initialization_failed("no voice")["state"] == "Failed"


def test_messages_carry_the_operation_of_the_client_if_there_is_one() -> None:
    call = messages.call_state_changed(NotificationType.STATE_CHANGE, {"id": "1"}, "op-1")
    assert call == {
        "messageType": "CallStateChanged",
        "notificationType": "StateChange",
        "call": {"id": "1"},
        "operationId": "op-1",
    }
    assert messages.dn_state_changed({}) == {"messageType": "DnStateChanged", "dn": {}}
    assert messages.event_error(415, "Invalid Destination DN")["error"] == {
        "errorCode": 415,
        "errorMessage": "Invalid Destination DN",
    }


def test_other_messages() -> None:
    event = messages.user_event({"Topic": "Billing"})
    assert event == {
        "messageType": "EventUserEvent",
        "userData": [{"key": "Topic", "type": "str", "value": "Billing"}],
    }
    assert messages.service_state_changed(ServiceState.UNAVAILABLE) == {
        "messageType": "ServiceStateChanged",
        "serviceName": "VOICE",
        "serviceState": "UNAVAILABLE",
    }
    monitoring = messages.monitoring_state_changed(
        MonitoringEvent.STARTED, "5001", MonitoringMode.MUTE, MonitoringCalls.ONE_CALL
    )
    assert monitoring["event"] == {"otherDN": "5001", "monitorNextCallType": "OneCall"}
