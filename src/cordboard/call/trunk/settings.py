"""What the trunk's legs are told about the site."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class HoldForm(StrEnum):
    """How our descriptions say that the agent has put the call on hold."""

    DIRECTION = "rfc3264"  # a=inactive (RFC 3264 section 8.4)
    ADDRESS = "0.0.0.0"  # c=IN IP4 0.0.0.0 (RFC 2543, and SIP Server's own form: reference SIP Server 2.4)


@dataclass(frozen=True, slots=True)
class TrunkSettings:
    """`redirects`: how many 3xx of SIP Server one call follows. `new_call_retrieves`: a held dialog that SIP Server
    gives to another call, by re-INVITE with a new X-Genesys-CallUUID, is opened (reference: SIP Server 2.5).
    """

    accepts_refer: bool = False
    hold_form: HoldForm = HoldForm.DIRECTION
    reliable_provisional: bool = False
    redirects: int = 2
    new_call_retrieves: bool = True
