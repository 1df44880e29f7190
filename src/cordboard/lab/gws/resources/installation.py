"""What this GWS has: features and services."""

from __future__ import annotations

from cordboard.genesys.resources import Feature, feature_resource
from cordboard.genesys.status import Resource
from cordboard.lab.gws.directory import VOICE_SERVICE
from cordboard.lab.gws.view import Switch

# What the contact centre has, so they are the same for everybody: who is a supervisor, the roles say.
FEATURES = (
    Feature("api-voice", "Voice", "Calls on the agent's device"),
    Feature("api-voice-outbound", "Outbound voice", "Calls that the agent begins"),
    Feature("api-devices-webrtc", "WebRTC devices", "A phone in the browser"),
    Feature("api-supervisor-monitoring", "Monitoring", "Listening in, coaching, barging in"),
    Feature("api-supervisor-agent-control", "Agent control", "Setting the state of an agent"),
)

# Name, type, whether it runs beside SIP Server: the lab has voice and nothing else.
SERVICES = (
    ("ON_PREMISE_ENVIRONMENT", "Provisioning", "Provisioning", True),
    (VOICE_SERVICE, "SIP_Server", "Voice", True),
    ("interaction-server", "Interaction_Server", "MultiMediaState", False),
    ("contact-server", "Contact_Server", "MultiMediaContent", False),
)


def features(root: str) -> list[Resource]:
    return [feature_resource(feature, root) for feature in FEATURES]


def services(switch: Switch) -> list[Resource]:
    """Voice is active while SIP Server is there."""
    found = []
    for key, name, kind, runs in SERVICES:
        path = f"/services/{key}"
        state = "Active" if runs and (key != VOICE_SERVICE or switch.available) else "Inactive"
        found.append({"id": key, "name": name, "type": kind, "state": state, "uri": switch.root + path, "path": path})
    return found
