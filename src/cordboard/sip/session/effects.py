"""What a session asks of the core, besides the outputs for its user: transactions to start and responses to send."""

from __future__ import annotations

from dataclasses import dataclass

from cordboard.sip import events
from cordboard.sip.events import Flow, Header
from cordboard.sip.message import Request, Response


@dataclass(frozen=True, slots=True)
class InviteSent:
    """Marks the client transaction of our INVITE or re-INVITE with that CSeq number."""

    cseq: int


@dataclass(frozen=True, slots=True)
class ByeSent:
    """Marks the client transaction of the BYE that ends the session."""


@dataclass(frozen=True, slots=True)
class ForkByeSent:
    """Marks the client transaction of a BYE to a fork that came too late."""


@dataclass(frozen=True, slots=True)
class RequestSent:
    """Marks the client transaction of a `SendInDialog`."""

    key: str
    method: str


@dataclass(frozen=True, slots=True)
class PrackSent:
    """Marks the client transaction of a PRACK, whose response changes nothing."""


@dataclass(frozen=True, slots=True)
class RefreshSent:
    """Marks the client transaction of an UPDATE that only refreshes the session (RFC 4028)."""


Purpose = InviteSent | ByeSent | ForkByeSent | RequestSent | PrackSent | RefreshSent


@dataclass(frozen=True, slots=True)
class Start:
    """Begin a client transaction; `request` has no Via yet. `repeated` counts the refusals that it answers."""

    purpose: Purpose
    flow: Flow
    request: Request
    repeated: int = 0


@dataclass(frozen=True, slots=True)
class Cancel:
    """Send a CANCEL for our INVITE, which has a provisional response."""

    invite: Request
    headers: tuple[Header, ...] = ()


@dataclass(frozen=True, slots=True)
class Abandon:
    """Wait no longer than 64*T1 for the final response to our re-INVITE."""

    invite: Request


@dataclass(frozen=True, slots=True)
class SendAck:
    """Send an ACK for a 2xx; the core adds the Via to `request` when it is sent first."""

    flow: Flow
    request: Request


@dataclass(frozen=True, slots=True)
class Answer:
    """Respond to a request that came."""

    transaction: str
    status: int
    reason: str = ""
    headers: tuple[Header, ...] = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class AnswerAgain:
    """Send the 2xx of that INVITE once more."""

    transaction: str


@dataclass(frozen=True, slots=True)
class MoveTransactions:
    """Let the session's unfinished transactions go on on another flow."""

    flow: Flow


Effect = Start | Cancel | Abandon | SendAck | Answer | AnswerAgain | MoveTransactions | events.Output
Effects = list[Effect]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a request of ours ended: a status, and the response unless the status is of our own making (408, 503)."""

    status: int
    response: Response | None
