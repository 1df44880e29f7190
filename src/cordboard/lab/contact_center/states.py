"""The words of a visit: the states it can be in, and what can happen to it."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    RUNNING = "running"
    PLAYING = "playing"
    COLLECTING = "collecting digits"
    WAITING = "waiting for an agent"
    OFFERED = "offered"
    OVER = "over"


class Event(StrEnum):
    ENTER = "enters a routing point"
    TRY_NUMBERS = "tries numbers"
    BEGAN = "treatment began"
    FAILED = "treatment failed"
    PLAYED = "played to the end"
    DIGIT = "digit"
    DIGITS_OVER = "no more digits"
    SELECTED = "agent selected"
    WAITED = "waited too long"
    REFUSED = "refused"
    NOT_ANSWERED = "not answered"
    ANSWERED = "answered"
    ENDED = "ended"
