"""What goes into a session: its user's commands and what the transactions bring; and the terms that all sessions
share.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cordboard.sip import events
from cordboard.sip.events import Credentials, Flow, Tick
from cordboard.sip.message import Request
from cordboard.sip.session.effects import Outcome, Purpose
from cordboard.sip.session.states import Event
from cordboard.sip.session.timer import SessionTimer
from cordboard.sip.transaction.timers import Timers


@dataclass(frozen=True, slots=True)
class Terms:
    """What all sessions of one core share."""

    timers: Timers
    allow: str
    user_agent: str
    repeated_in_ack: frozenset[str]  # lower-case names
    next_hop: Callable[[Flow, str], Flow]
    supported: str  # the value of our Supported headers
    reliable: bool  # whether provisional responses of ours may be reliable
    session_timer: SessionTimer | None
    credentials: Callable[[Flow, str], Credentials | None]
    cnonce: Callable[[], str]
    yields: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """A transaction of ours brought a response, or ended without one; `request` and `repeated` as in `Start`."""

    purpose: Purpose
    outcome: Outcome
    request: Request
    repeated: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A request in the session's dialog, neither ACK nor CANCEL."""

    transaction: str
    request: Request


@dataclass(frozen=True, slots=True)
class AckCame:
    """An ACK for a 2xx."""

    request: Request


@dataclass(frozen=True, slots=True)
class CancelCame:
    """A CANCEL of their INVITE, which is not answered yet; the CANCEL itself has been."""

    request: Request


Command = (
    events.Ring
    | events.Accept
    | events.Reject
    | events.Acknowledge
    | events.Reinvite
    | events.Hangup
    | events.SendInDialog
    | events.MoveSession
)
SessionInput = Command | Heard | Asked | AckCame | CancelCame | Tick

COMMANDS: dict[type, Event] = {
    events.Ring: Event.RING,
    events.Accept: Event.ACCEPT,
    events.Reject: Event.REJECT,
    events.Acknowledge: Event.ACKNOWLEDGE,
    events.Reinvite: Event.REINVITE,
    events.Hangup: Event.HANGUP,
    events.SendInDialog: Event.SEND,
}
