"""The traces of a running gateway: kept, told over a socket on this machine, and shown by `cordboard trace`."""

from cordboard.cli.trace.command import trace

__all__ = ["trace"]
