"""What a transaction says to the transport and to its user (RFC 3261 section 17: "passed to the TU")."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cordboard.sip.message import Request, Response


@dataclass(frozen=True, slots=True)
class Send:
    """Give these bytes to the transport."""

    data: bytes


@dataclass(frozen=True, slots=True)
class PassUp:
    """Give this response (client) or ACK (server) to the transaction's user."""

    message: Request | Response


class Failure(StrEnum):
    """Why a transaction ended without a final response, or a server without an ACK."""

    TIMEOUT = "timeout"
    TRANSPORT = "transport error"


@dataclass(frozen=True, slots=True)
class Fail:
    """Tell the transaction's user that nothing will come any more."""

    failure: Failure


TransactionOutput = Send | PassUp | Fail
Outputs = tuple[TransactionOutput, ...]
