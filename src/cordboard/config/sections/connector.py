"""The settings of the connector, by which Workspace Web Edition sees and moves the softphone."""

from __future__ import annotations

from dataclasses import dataclass

from cordboard.config import kinds
from cordboard.config.setting import setting


@dataclass(frozen=True, slots=True)
class ConnectorSettings:
    """What stands in for the program that Genesys Softphone runs on the agent's PC."""

    path: str = setting(
        kinds.URL_PATH,
        "/connector",
        "Path of the connector at the desk; Workspace Web Edition is given it below its own origin.",
    )
    origins: tuple[str, ...] = setting(
        kinds.origins("https://gws.example"),
        [],
        "Origins whose pages may use the connector, besides [gws] browser_url and the desk's own.",
    )
    session_seconds: int = setting(
        kinds.whole(1, 300),
        10,
        "How long a session of GWS is taken for good before GWS is asked again.",
        unit="seconds",
    )
    answer_milliseconds: int = setting(
        kinds.whole(0, 10000),
        1000,
        "How long a call that mutes or sets a volume waits for the softphone to say that it has.",
        unit="milliseconds",
    )
    when_pings_stop: str = setting(
        kinds.choice("log", "unregister"),
        "log",
        "What becomes of the softphone when Workspace no longer pings, after as many pings as it said in SetOptions.",
    )
