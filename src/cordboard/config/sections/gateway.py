"""The settings of the gateway."""

from __future__ import annotations

from dataclasses import dataclass

from cordboard.config import kinds
from cordboard.config.setting import setting
from cordboard.config.values import Address


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """Pages on one side, SIP Server on the other."""

    sip: Address = setting(
        kinds.address("127.0.0.1:5060"), "127.0.0.1:5060", "Where the gateway listens for SIP Server's SIP over UDP."
    )
    websocket: Address = setting(
        kinds.address("127.0.0.1:8088"),
        "127.0.0.1:8088",
        "Where the gateway listens for pages: SIP over WebSocket at the path /ws.",
    )
    websocket_url: str = setting(
        kinds.websocket_url("wss://phone.example/ws"),
        "",
        "The address of that WebSocket as pages reach it, for instance through a proxy with TLS.",
        derived="ws://, [gateway] websocket and /ws",
    )
    advertise: Address = setting(
        kinds.address("192.0.2.10:5060", optional=True),
        "",
        "The address of [gateway] sip as SIP Server reaches it: it is written into Via and Contact.",
        derived="[gateway] sip",
    )
    allowed_origins: tuple[str, ...] = setting(
        kinds.origins("https://phone.example"),
        [],
        "Origins whose pages may open the WebSocket; every other one gets 403.",
        derived="[desk] url",
    )
    page_digest: bool = setting(
        kinds.TRUTH,
        False,
        "Whether a page may register with its agent's page_password (digest) besides a token of the desk.",
        lab=True,
    )
    realm: str = setting(kinds.REALM, "cordboard", "The realm of the digest challenge to pages.")
    page_gone_seconds: int = setting(
        kinds.whole(0, 3600),
        30,
        "How long a DN stays registered at SIP Server after its page is gone.",
        unit="seconds",
    )
    registration_expires: int = setting(
        kinds.whole(60, 86400), 1800, "How long a registration at SIP Server is asked to last.", unit="seconds"
    )
    reject_status: int = setting(kinds.whole(400, 699), 486, "The SIP status of a call that the agent rejects.")
