"""The settings of log, metrics and lab."""

from __future__ import annotations

from dataclasses import dataclass

from cordboard.config import kinds
from cordboard.config.setting import setting
from cordboard.config.values import Address


@dataclass(frozen=True, slots=True)
class LogSettings:
    """What is written to standard error."""

    level: str = setting(
        kinds.choice("debug", "info", "warning", "error"), "info", "The least severe level that is logged."
    )
    format: str = setting(kinds.choice("console", "json"), "console", "Lines for people or JSON for machines.")


@dataclass(frozen=True, slots=True)
class MetricsSettings:
    """Numbers for Prometheus."""

    listen: Address = setting(
        kinds.address("127.0.0.1:9095", optional=True),
        "",
        "Where /metrics is served over HTTP; empty: nowhere. It is for the operator's network, not for browsers.",
    )


@dataclass(frozen=True, slots=True)
class LabSettings:
    """The look-alikes that `cordboard lab` starts; `cordboard serve` does not use them."""

    sip_server: Address = setting(
        kinds.address("127.0.0.1:5070"), "127.0.0.1:5070", "Where the SIP Server look-alike listens for SIP over UDP."
    )
    gws: Address = setting(
        kinds.address("127.0.0.1:8090"), "127.0.0.1:8090", "Where the GWS look-alike and the agent desktop listen."
    )
    no_answer_timeout: int = setting(
        kinds.whole(1, 600),
        15,
        "How long a call from the queue rings at an agent, who is then made Not Ready.",
        unit="seconds",
    )
    dn_options: tuple[str, ...] = setting(
        kinds.OPTIONS, [], "Options that SIP Server has for every agent's DN, beside its own; docs/lab.md lists them."
    )
    drop: int = setting(
        kinds.whole(0, 100),
        0,
        "How many of the datagrams between SIP Server and phones are lost, each way; all of these can also be changed "
        "while the lab runs, at /lab/faults.",
        unit="percent",
    )
    duplicate: int = setting(kinds.whole(0, 100), 0, "How many of these datagrams arrive twice.", unit="percent")
    reorder: int = setting(
        kinds.whole(0, 100), 0, "How many of these datagrams are overtaken by later ones.", unit="percent"
    )
    delay: int = setting(
        kinds.whole(0, 60_000), 0, "How long each message takes, besides what the network needs.", unit="milliseconds"
    )
    seed: int = setting(kinds.whole(0, 2**32 - 1), 0, "Begins chance; the same seed gives the same bad network again.")
