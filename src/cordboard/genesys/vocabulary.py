"""The words that the pages use, as a JavaScript module.

`python -m cordboard.genesys.vocabulary > web/src/model/vocabulary.js` writes it; a test fails when the file differs.
"""

from __future__ import annotations

import json
import sys
from enum import Enum
from typing import Any

from cordboard.genesys import channels, states, status
from cordboard.genesys.capabilities import Capability, DeviceCapability
from cordboard.genesys.channels import MessageType, NotificationType
from cordboard.genesys.operations import AgentOperation, CallOperation, DeviceOperation, SessionOperation
from cordboard.genesys.resources import agent_state_resource
from cordboard.genesys.states import AgentStateName, CallState, CallType, DeviceState, RecordingState, WorkMode

HEAD = """\
// The words of GWS that the pages use. Generated from the Python package `cordboard.genesys`; do not edit by hand.
// To write it again: python -m cordboard.genesys.vocabulary > web/src/model/vocabulary.js
"""

ENUMERATIONS: tuple[type[Enum], ...] = (
    CallState,
    CallType,
    RecordingState,
    DeviceState,
    AgentStateName,
    WorkMode,
    Capability,
    DeviceCapability,
    SessionOperation,
    AgentOperation,
    DeviceOperation,
    CallOperation,
    MessageType,
    NotificationType,
    status.StatusCode,
)

CHANNELS = {
    "ME": channels.ME,
    "DEVICES": channels.DEVICES,
    "CALLS": channels.CALLS,
    "CHANNELS": channels.CHANNELS,
    "EVERYTHING_OF_ME": channels.EVERYTHING_OF_ME,
    "USERS": channels.USERS,
    "GUIDE_AGENT_EVENTS": channels.GUIDE_AGENT_EVENTS,
    "GUIDE_CALL_STATE": channels.GUIDE_CALL_STATE,
}

PATHS = {
    "API": channels.API_PATH,
    "NOTIFICATIONS": channels.NOTIFICATIONS_PATH,
    "GUIDE_NOTIFICATIONS": channels.GUIDE_PATH,
}


def javascript() -> str:
    """The text of the module: frozen objects under the Python names, and the list of agent states."""
    parts = [HEAD]
    for enumeration in ENUMERATIONS:
        parts.append(_constant(enumeration.__name__, {member.name: member.value for member in enumeration}))
    parts.append(_constant("Channel", CHANNELS))
    parts.append(_constant("Path", PATHS))
    entries = [agent_state_resource(entry) for entry in states.AGENT_STATES]
    rows = "".join(f"  Object.freeze({_object(entry)}),\n" for entry in entries)
    parts.append(
        f"/** What an agent may choose; the server's own list may hold more. */\nexport const AGENT_STATES = "
        f"Object.freeze([\n{rows}]);\n"
    )
    return "\n".join(parts)


def _constant(name: str, members: dict[str, Any]) -> str:
    rows = "".join(f"  {key}: {json.dumps(value)},\n" for key, value in members.items())
    return f"export const {name} = Object.freeze({{\n{rows}}});\n"


def _object(members: dict[str, Any]) -> str:
    return "{ " + ", ".join(f"{key}: {json.dumps(value)}" for key, value in members.items()) + " }"


if __name__ == "__main__":
    sys.stdout.write(javascript())
