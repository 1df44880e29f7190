"""The data of CometD messages: full resources every time (reference: GWS API 2.4)."""

from __future__ import annotations

from dataclasses import dataclass

from cordboard.genesys.channels import MessageType, NotificationType
from cordboard.genesys.status import Resource


@dataclass(frozen=True, slots=True)
class Metrics:
    """How long the server took: nanoseconds in this node, milliseconds of the Unix epoch, milliseconds in all."""

    node_nanoseconds: int
    generated_milliseconds: int
    total_milliseconds: int

    def resource(self) -> Resource:
        return {
            "eventProcessing": {
                "nodeProcessingTimeNanos": self.node_nanoseconds,
                "serverGenerationTimestamp": self.generated_milliseconds,
                "serverProcessingTimeTotalMs": self.total_milliseconds,
            }
        }


def call_state_change(
    notification: NotificationType,
    call: Resource,
    phone_number: str,
    extensions: Resource | None = None,
    metrics: Metrics | None = None,
) -> Resource:
    """`phone_number` is the agent's DN; `extensions` are T-Library's (BusinessCall, WrapUpTime, NO_ANSWER_TIMEOUT)."""
    return {
        "notificationType": notification.value,
        "call": call,
        "phoneNumber": phone_number,
        **({"extensions": extensions} if extensions else {}),
        "messageType": MessageType.CALL_STATE_CHANGE.value,
        **_metrics(metrics),
    }


def device_state_change(devices: list[Resource], metrics: Metrics | None = None) -> Resource:
    return {"devices": devices, "messageType": MessageType.DEVICE_STATE_CHANGE.value, **_metrics(metrics)}


def channel_state_change(channels: list[Resource], metrics: Metrics | None = None) -> Resource:
    return {"channels": channels, "messageType": MessageType.CHANNEL_STATE_CHANGE.value, **_metrics(metrics)}


def error_message(root: str, device_id: str, message: str, code: int, metrics: Metrics | None = None) -> Resource:
    """A request failed; an empty `message` leaves text and code out."""
    said = {"errorMessage": message, "errorCode": code} if message else {}
    return {
        "devicePath": f"/devices/{device_id}",
        "deviceUri": f"{root}/devices/{device_id}",
        **said,
        "messageType": MessageType.ERROR.value,
        **_metrics(metrics),
    }


def service_state_change(services: list[Resource]) -> Resource:
    """A service came or went; the channel is Genesys's, the message is the lab's own."""
    return {"services": services, "messageType": MessageType.SERVICE_STATE_CHANGE.value}


def of_user(message: Resource, root: str, user_id: str) -> Resource:
    """The message as a supervisor gets it: with the agent whom it is about."""
    return {**message, "userPath": f"/users/{user_id}", "userUri": f"{root}/users/{user_id}"}


def guide_agent_event(event: str, call: Resource) -> Resource:
    """The integration guide's `/user/agent/events`: `event` is Ringing, Established, Released ..."""
    return {"event": event, "call": call}


def guide_call_state(call: Resource) -> Resource:
    """The integration guide's `/call/state`."""
    return {"state": call["state"], "call": call}


def _metrics(metrics: Metrics | None) -> Resource:
    return {"metrics": metrics.resource()} if metrics else {}
