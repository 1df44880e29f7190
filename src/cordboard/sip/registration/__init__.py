"""The client's end of a registration (RFC 3261 section 10.2)."""

from cordboard.sip.registration.client import Registration
from cordboard.sip.registration.vocabulary import (
    Account,
    Failed,
    Forget,
    Input,
    Output,
    Registered,
    Reply,
    SendRegister,
    Start,
    Stop,
    Unregistered,
)

__all__ = [
    "Account",
    "Failed",
    "Forget",
    "Input",
    "Output",
    "Registered",
    "Registration",
    "Reply",
    "SendRegister",
    "Start",
    "Stop",
    "Unregistered",
]
