"""Workspace API v3 of the lab: another HTTP face of the same telephony and the same people as the lab's GWS v2."""

from cordboard.lab.workspace.face import face
from cordboard.lab.workspace.settings import ActionCode, WorkspaceSettings

__all__ = ["ActionCode", "WorkspaceSettings", "face"]
