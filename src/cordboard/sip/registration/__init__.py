"""The client's end of a registration (RFC 3261 section 10.2)."""

from cordboard.sip.registration.client import Registration
from cordboard.sip.registration.pool import Pace, RegistrationPool
from cordboard.sip.registration.states import State
from cordboard.sip.registration.timing import Upkeep
from cordboard.sip.registration.vocabulary import (
    Account,
    Failed,
    Forget,
    Input,
    Move,
    Output,
    Registered,
    Renew,
    Reply,
    SendRegister,
    Start,
    Stop,
    Unregistered,
    Wiped,
)

__all__ = [
    "Account",
    "Failed",
    "Forget",
    "Input",
    "Move",
    "Output",
    "Pace",
    "Registered",
    "Registration",
    "RegistrationPool",
    "Renew",
    "Reply",
    "SendRegister",
    "Start",
    "State",
    "Stop",
    "Unregistered",
    "Upkeep",
    "Wiped",
]
