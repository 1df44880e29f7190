"""The states of a registration and what happens in them."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    UNREGISTERED = "Unregistered"
    REGISTERING = "Registering"
    REGISTERED = "Registered"
    CHECKING = "Checking"  # a query is on its way
    WAITING = "Waiting"  # for the next try after a failure
    STOPPING = "Stopping"  # a REGISTER is on its way, a de-REGISTER comes after it
    DEREGISTERING = "Deregistering"
    RESTARTING = "Restarting"  # a de-REGISTER is on its way, a REGISTER comes after it


class Event(StrEnum):
    START = "Start"
    STOP = "Stop, bound"
    STOP_UNBOUND = "Stop, not bound"
    FORGET = "Forget"
    RENEW = "Renew"
    MOVE = "Move"
    SUCCESS = "2xx"
    WIPED = "2xx without our binding"
    CHALLENGE = "401 or 407 to answer"
    TOO_BRIEF = "423"
    FAILURE = "failure"
    REFRESH = "refresh timer"
    CHECK = "check timer"
    RETRY = "retry timer"
