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
    gws_csrf: bool = setting(
        kinds.TRUTH, False, "Whether GWS asks for the token of X-CSRF-TOKEN, as with its enableCsrfProtection."
    )
    gws_allowed_origins: tuple[str, ...] = setting(
        kinds.origins("http://127.0.0.1:3000"), [], "Origins whose pages may ask GWS (CORS), beside its own."
    )
    gws_websocket: bool = setting(
        kinds.TRUTH, False, "Whether GWS's CometD offers WebSocket beside long-polling, which a real GWS does not."
    )
    gws_auto_ready: bool = setting(
        kinds.TRUTH, False, "Whether an agent is Ready as soon as the contact-centre session has started."
    )
    gws_start_needs_phone: bool = setting(
        kinds.TRUTH,
        True,
        "Whether StartContactCenterSession fails while the DN has no phone (`Device '5001' is not registered.`), as at "
        "a traced site.",
    )
    workspace_options: tuple[str, ...] = setting(
        kinds.OPTIONS,
        [],
        "Options of WWE as GWS gives them, beside its own: of the section interaction-workspace, or of another one as "
        "section/option.",
    )
    contact_center: str = setting(
        kinds.file("/etc/cordboard/contact-center.toml"),
        "",
        "The file with agents, skills and routing points (docs/contact_center.md); empty: the built-in one.",
    )
    no_answer_timeout: int = setting(
        kinds.whole(1, 600),
        15,
        "How long a call from a routing point rings at an agent, who is then made Not Ready; the contact centre's file "
        "may say it otherwise.",
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
