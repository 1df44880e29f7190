"""The agents' DNs, and what the lab fills in."""

from __future__ import annotations

from dataclasses import dataclass, field

from cordboard.config import kinds
from cordboard.config.setting import UNSET, setting


@dataclass(frozen=True, slots=True)
class Agent:
    """One agent's DN."""

    dn: str = setting(kinds.DN, UNSET, "The DN, as SIP Server and GWS know it.")
    sip_server_password: str = setting(
        kinds.TEXT, "", "The password of the DN at SIP Server; empty where SIP Server asks for none.", secret=True
    )
    page_password: str = setting(
        kinds.TEXT, "", "The password of a page that registers by digest; empty refuses that.", secret=True
    )


@dataclass(frozen=True, slots=True)
class Prefill:
    """What the lab's softphone finds filled in; never from a file."""

    dn: str
    password: str = field(repr=False)
    gws_user: str
    gws_password: str = field(repr=False)
