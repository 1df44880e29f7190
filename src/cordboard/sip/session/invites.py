"""The INVITE that is in progress in a session: ours or theirs."""

from __future__ import annotations

from dataclasses import dataclass

from cordboard.sip.events import Header
from cordboard.sip.message import Request


@dataclass(frozen=True, slots=True)
class OurInvite:
    """Our INVITE or re-INVITE until its 2xx is acknowledged; `request` is the one sent, `headers` the user's."""

    request: Request
    cseq: int
    initial: bool
    offerless: bool
    headers: tuple[Header, ...]


@dataclass(frozen=True, slots=True)
class TheirInvite:
    """Their INVITE or re-INVITE until our final response."""

    transaction: str
    request: Request
    initial: bool
