"""`cordboard agents`, and the files of a site that it changes."""

from cordboard.cli.agents.command import agents

__all__ = ["agents"]
