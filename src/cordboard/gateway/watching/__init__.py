"""What an administrator is told of the gateway: its agents' DNs and its calls, as they are now."""

from cordboard.gateway.watching.agents import AgentRows
from cordboard.gateway.watching.live_calls import LiveCalls

__all__ = ["AgentRows", "LiveCalls"]
