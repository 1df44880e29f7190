"""Whose a transaction is."""

from __future__ import annotations

from dataclasses import dataclass

from cordboard.sip.session.effects import Start
from cordboard.sip.session.usage import Session


@dataclass(frozen=True, slots=True)
class InSession:
    """The user of a session's transaction; `start` is None where the request is theirs."""

    session: Session
    start: Start | None


@dataclass(frozen=True, slots=True)
class OutOfDialog:
    """The user of a client transaction outside dialogs."""

    key: str


@dataclass(frozen=True, slots=True)
class Nobody:
    """The user of a CANCEL's client transaction: what its response says does not matter."""


User = InSession | OutOfDialog | Nobody
