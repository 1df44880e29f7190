"""CometD on GWS v2: where it is, its channels, and the words in its messages (reference: GWS API 2)."""

from __future__ import annotations

from enum import StrEnum

API_PATH = "/api/v2"
INTERNAL_API_PATH = "/internal-api"
NOTIFICATIONS_PATH = "/api/v2/notifications"

ME = "/v2/me"
DEVICES = "/v2/me/devices"
CALLS = "/v2/me/calls"
CHANNELS = "/v2/me/channels"
SERVICES = "/notifications/services"
USERS = "/v2/users"  # what happens at the agents of a supervisor
EVERYTHING_OF_ME = "/v2/me/*"

VOICE = "voice"  # the channel of an agent session, not of CometD


class MessageType(StrEnum):
    CALL_STATE_CHANGE = "CallStateChangeMessage"
    DEVICE_STATE_CHANGE = "DeviceStateChangeMessage"
    CHANNEL_STATE_CHANGE = "ChannelStateChangeMessageV2"
    ERROR = "ErrorMessage"
    SERVICE_STATE_CHANGE = "ServiceStateChangeMessage"  # the lab's own name


class NotificationType(StrEnum):
    """`notificationType` of a CallStateChangeMessage."""

    STATUS_CHANGE = "StatusChange"
    ATTACHED_DATA_CHANGED = "AttachedDataChanged"
    PARTICIPANTS_UPDATED = "ParticipantsUpdated"
    DTMF_SENT = "DtmfSent"
    CALL_RECORDING_STATE_CHANGE = "CallRecordingStateChange"


# The names of the integration guide that this product came from: no GWS has them, the lab serves them as aliases.
GUIDE_PATH = "/cometd"
GMS_PATH = "/genesys/cometd"  # of another product; some documents name it for GWS
GUIDE_AGENT_EVENTS = "/user/agent/events"
GUIDE_CALL_STATE = "/call/state"
