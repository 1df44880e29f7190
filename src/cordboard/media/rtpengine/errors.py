"""Why the engine cannot be started; known without loading it."""

from __future__ import annotations


class DaemonsSilent(Exception):
    """None of the daemons answers, so the engine cannot be started."""


class SnapshotsUnusable(Exception):
    """The directory for the snapshots is not ours alone."""
