"""The settings of Genesys SIP Server."""

from __future__ import annotations

from dataclasses import dataclass

from cordboard.config import kinds
from cordboard.config.setting import UNSET, setting
from cordboard.config.values import Address


@dataclass(frozen=True, slots=True)
class SipServerSettings:
    """The Genesys SIP Server that the gateway registers the agents' DNs at."""

    address: Address = setting(
        kinds.address("sip-server.example:5060"),
        UNSET,
        "Where SIP Server listens for SIP over UDP.",
        lab="",
        derived="[lab] sip_server",
    )
