from __future__ import annotations

from cordboard.genesys.channels import NotificationType
from cordboard.genesys.notifications import (
    Metrics,
    call_state_change,
    channel_state_change,
    device_state_change,
    error_message,
    guide_agent_event,
    guide_call_state,
)

METRICS = {
    "eventProcessing": {
        "nodeProcessingTimeNanos": 451306,
        "serverGenerationTimestamp": 1769554688277,
        "serverProcessingTimeTotalMs": 3,
    }
}


def test_a_calls_message() -> None:
    message = call_state_change(
        NotificationType.STATUS_CHANGE, {"id": "c"}, "5001", {"BusinessCall": 1}, Metrics(451306, 1769554688277, 3)
    )

    assert message == {
        "messageType": "CallStateChangeMessage",
        "notificationType": "StatusChange",
        "call": {"id": "c"},
        "phoneNumber": "5001",
        "extensions": {"BusinessCall": 1},
        "metrics": METRICS,
    }


def test_without_extensions_and_metrics_there_are_no_such_fields() -> None:
    message = call_state_change(NotificationType.ATTACHED_DATA_CHANGED, {}, "5001", {})

    assert set(message) == {"messageType", "notificationType", "call", "phoneNumber"}


def test_messages_of_devices_channels_and_errors() -> None:
    assert device_state_change([{"id": "d"}]) == {"devices": [{"id": "d"}], "messageType": "DeviceStateChangeMessage"}
    assert channel_state_change([{"channel": "voice"}])["messageType"] == "ChannelStateChangeMessageV2"
    assert error_message("http://gws/api/v2", "d", "Invalid destination", 41) == {
        "messageType": "ErrorMessage",
        "devicePath": "/devices/d",
        "deviceUri": "http://gws/api/v2/devices/d",
        "errorMessage": "Invalid destination",
        "errorCode": 41,
    }


def test_the_integration_guides_messages() -> None:
    call = {"state": "Ringing"}

    assert guide_agent_event("Ringing", call) == {"event": "Ringing", "call": call}
    assert guide_call_state(call) == {"state": "Ringing", "call": call}
