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
        kinds.server("sip-server.example:5060"),
        UNSET,
        "Where SIP Server listens for SIP; a name without port is looked for by NAPTR and SRV records.",
        lab="",
        derived="[lab] sip_server",
    )
    backup: Address = setting(
        kinds.server("sip-server-2.example:5060", optional=True),
        "",
        "Where the backup SIP Server listens; empty: there is none.",
    )
    transport: str = setting(
        kinds.choice("udp", "tcp", "tls", "dns"),
        "udp",
        "How SIP travels to SIP Server; dns: as the records of its name say.",
    )
    large_messages_to_tcp: bool = setting(
        kinds.TRUTH,
        False,
        "Whether requests too large for a datagram go by TCP; SIP Server must listen for it at the same port.",
    )
    keep_alive: int = setting(
        kinds.whole(5, 900), 30, "How often a TCP or TLS connection to SIP Server is kept alive.", unit="seconds"
    )
    dns_servers: tuple[Address, ...] = setting(
        kinds.NAME_SERVERS, [], "DNS servers that are asked for SIP Server; empty: those of this machine."
    )
    tls_ca_file: str = setting(
        kinds.file("/etc/cordboard/genesys-ca.pem"),
        "",
        "The certificates that SIP Server's must be signed by (PEM); empty: those of this machine.",
    )
    tls_name: str = setting(
        kinds.TEXT, "", "The name in SIP Server's certificate.", derived="the host of [sip_server] address or backup"
    )
    tls_certificate: str = setting(
        kinds.file("/etc/cordboard/gateway.pem"),
        "",
        "The gateway's own certificate towards SIP Server, with its chain (PEM).",
    )
    tls_key: str = setting(kinds.file("/etc/cordboard/gateway.key"), "", "The key of tls_certificate (PEM).")
    tls_client_certificate: bool = setting(
        kinds.TRUTH, False, "Whether SIP Server must show a certificate when it connects to [gateway] sip_tls."
    )
    check_seconds: int = setting(
        kinds.whole(0, 3600),
        5,
        "How often each SIP Server is asked by OPTIONS whether it is there; 0: never, only failed requests tell.",
        unit="seconds",
    )
    failback_seconds: int = setting(
        kinds.whole(0, 86400),
        60,
        "How long the primary SIP Server must have answered before it is used again.",
        unit="seconds",
    )
