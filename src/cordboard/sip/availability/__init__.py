"""Which of several SIP servers can be used: the health of each, and when to go over to another."""

from cordboard.sip.availability.failover import (
    Ask,
    Down,
    Failed,
    Failover,
    FailoverSettings,
    Input,
    Output,
    Returned,
    Use,
    Well,
    outcome_of,
)
from cordboard.sip.availability.health import State

__all__ = [
    "Ask",
    "Down",
    "Failed",
    "Failover",
    "FailoverSettings",
    "Input",
    "Output",
    "Returned",
    "State",
    "Use",
    "Well",
    "outcome_of",
]
