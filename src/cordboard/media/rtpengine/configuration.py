"""What a daemon's configuration must say (`rtpengine --config-file=...`)."""

from __future__ import annotations

from dataclasses import dataclass

DAY = 86_400  # seconds


@dataclass(frozen=True, slots=True)
class DaemonConfiguration:
    """One daemon. `interfaces` are `name/address` or `name/address!advertised`, the first one is the default."""

    interfaces: tuple[str, ...]
    ng: str  # address:port that it is driven at; nobody else may reach it
    rtp_ports: tuple[int, int] = (30000, 39999)
    threads: int = 1  # 0: one per core
    log_level: int = 5
    table: int = -1  # of the kernel module; -1: packets are forwarded without it


def render(daemon: DaemonConfiguration) -> str:
    """The text of its configuration file.

    Silence never ends a call: all three time-outs of silence are a day. `dtls-passive` makes 12 and later answer
    browsers as the DTLS server, as our descriptions say; 10.5 does so by the flag alone.
    """
    lines = {
        "table": str(daemon.table),
        "interface": ";".join(daemon.interfaces),
        "listen-ng": daemon.ng,
        "port-min": str(daemon.rtp_ports[0]),
        "port-max": str(daemon.rtp_ports[1]),
        "foreground": "true",
        "log-stderr": "true",
        "log-level": str(daemon.log_level),
        **({"num-threads": str(daemon.threads)} if daemon.threads else {}),
        "delete-delay": "0",
        "timeout": str(DAY),
        "silent-timeout": str(DAY),
        "offer-timeout": str(DAY),
        "endpoint-learning": "off",
        "dtls-passive": "true",
    }
    return "[rtpengine]\n" + "".join(f"{name} = {value}\n" for name, value in lines.items())
