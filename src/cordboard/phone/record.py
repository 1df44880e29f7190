"""What is known of a phone's call: its state, its times, its end; and what it needs of its agent."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from cordboard.phone.media.call_media import CallMedia
from cordboard.phone.media.settings import MediaOwner
from cordboard.sip import events as sip


class Phone(Protocol):
    """What a call needs of its agent."""

    contact: str

    def feed(self, input: sip.Input) -> None: ...

    def new_media(self, owner: MediaOwner) -> CallMedia: ...

    def forget(self, session: str) -> None: ...


class CallState(StrEnum):
    RINGING = "ringing"  # called, not answered
    DIALING = "dialing"  # calling, not answered
    TALKING = "talking"  # answered; sound passes once it is connected
    OVER = "over"


@dataclass(slots=True)
class CallTimes:
    """Seconds of `time.monotonic()`, 0.0: not so far. `answered` is the word or the 200, `accepted` the 200 sent."""

    begun: float = field(default_factory=time.monotonic)
    ringing: float = 0.0
    answered: float = 0.0
    accepted: float = 0.0
    ice: float = 0.0
    dtls: float = 0.0
    first_sent: float = 0.0
    first_heard: float = 0.0  # the first packet that came
    ended: float = 0.0


@dataclass(frozen=True, slots=True)
class EndReason:
    """Why a call is over; `status` is the SIP status of a refusal, else 0."""

    status: int
    why: str


def end_of(event: sip.Rejected | sip.Cancelled | sip.Ended) -> EndReason:
    """Why the other side, or the way there, ended the call."""
    match event:
        case sip.Cancelled():
            return EndReason(487, "the caller gave up")
        case sip.Ended():
            return EndReason(0, "hung up there" if event.cause is sip.EndCause.BYE else str(event.cause))
    silent = {408: "no answer", 503: "the connection was lost"}
    why = event.response.reason if event.response else silent.get(event.status, "")
    return EndReason(event.status, why or "refused")
