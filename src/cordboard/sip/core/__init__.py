"""The SIP core: a user agent as one machine between bytes on flows and the events of calls."""

from cordboard.sip.core.agent import DEFAULT_ALLOW, DEFAULT_SUPPORTED, UserAgentCore
from cordboard.sip.core.routing import default_next_hop
from cordboard.sip.core.snapshot import Snapshot
from cordboard.sip.session.timer import SessionTimer
from cordboard.sip.style import WireStyle
from cordboard.sip.transaction.timers import Timers

__all__ = [
    "DEFAULT_ALLOW",
    "DEFAULT_SUPPORTED",
    "SessionTimer",
    "Snapshot",
    "Timers",
    "UserAgentCore",
    "WireStyle",
    "default_next_hop",
]
