"""The settings of Asterisk, where it stands in the gateway's place."""

from __future__ import annotations

from dataclasses import dataclass

from cordboard.config import kinds
from cordboard.config.setting import setting


@dataclass(frozen=True, slots=True)
class AsteriskSettings:
    """Asterisk instead of the gateway, `[gateway] kind = "asterisk"`.

    Where it listens, how it is reached and which ports it takes are settings of [gateway] and [media].
    """

    configuration_directory: str = setting(
        kinds.file("/etc/asterisk"), "/etc/asterisk", "Where Asterisk reads its configuration."
    )
    local_networks: tuple[str, ...] = setting(
        kinds.NETWORKS,
        [],
        "Networks that reach Asterisk at its own addresses; everything else is told [gateway] advertise and [media]"
        " advertise. Empty: everything is told those.",
    )
    hold: str = setting(
        kinds.choice("music", "sip server"),
        "music",
        "What Asterisk does when an agent holds a call: it plays the music itself, of which SIP Server and GWS hear"
        " nothing, or it tells SIP Server by re-INVITE. That is for one that answers a hold with recvonly: after"
        " inactive or 0.0.0.0 Asterisk retrieves such a call without the agent's voice.",
    )
    music_directory: str = setting(
        kinds.file("/usr/share/asterisk/moh"), "/usr/share/asterisk/moh", "Where the files of that music are."
    )
    session_limit: int = setting(
        kinds.whole(0, 100_000),
        0,
        "How many connections its HTTP server takes, one per page; its own default is 100. 0: two per agent and 100.",
    )
    registration_retry: int = setting(
        kinds.whole(1, 86400),
        30,
        "After how long a registration at SIP Server that failed is tried again, a refused one too.",
        unit="seconds",
    )
