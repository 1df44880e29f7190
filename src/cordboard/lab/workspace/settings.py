"""What Workspace API v3 is told at its start."""

from __future__ import annotations

from dataclasses import dataclass, field

from cordboard.bayeux.session import ServerSettings


@dataclass(frozen=True, slots=True)
class ActionCode:
    """A reason to be Not Ready: what the agent reads, and the `reasonCode` that goes with it."""

    name: str
    code: str
    work_mode: str = ""


ACTION_CODES = (
    ActionCode("Break", "Break"),
    ActionCode("Lunch", "Lunch"),
    ActionCode("Training", "Training"),
    ActionCode("Notes", "Notes", "AfterCallWork"),
)


@dataclass(frozen=True, slots=True)
class WorkspaceSettings:
    """Times in seconds."""

    tenant: str = "Environment"  # of `tenant\\user` at the authentication service
    switch: str = "SIP_Switch"
    version: str = "9.0.000.27"
    user_name_is_token: bool = True  # `Bearer agent5001` signs agent5001 in
    auto_ready: bool = False  # without `agentWorkMode` an agent is Ready at once
    action_codes: tuple[ActionCode, ...] = ACTION_CODES
    session_idle: float = 1800.0
    code_valid: float = 60.0
    token_valid: float = 1800.0
    refresh_valid: float = 43200.0
    cometd: ServerSettings = field(default_factory=ServerSettings)
