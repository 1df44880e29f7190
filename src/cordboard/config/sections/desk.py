"""The settings of the desk and of GWS."""

from __future__ import annotations

from dataclasses import dataclass

from cordboard.config import kinds
from cordboard.config.setting import UNSET, setting
from cordboard.config.values import Address


@dataclass(frozen=True, slots=True)
class DeskSettings:
    """The web server that serves the softphone."""

    listen: Address = setting(kinds.address("127.0.0.1:8080"), "127.0.0.1:8080", "Where the desk listens for HTTP.")
    url: str = setting(
        kinds.url("https://phone.example", optional=True),
        "",
        "The address of the desk as browsers reach it, for instance through a proxy with TLS.",
        derived="http:// and [desk] listen",
    )
    frame_ancestors: tuple[str, ...] = setting(
        kinds.origins("https://gws.example"),
        [],
        "Origins whose pages may embed the softphone in a frame, besides the desk's own.",
        derived="[gws] browser_url",
    )
    token_lifetime: int = setting(
        kinds.whole(30, 86400), 300, "How long a page can register with a token it was given.", unit="seconds"
    )
    session_check: int = setting(
        kinds.whole(0, 3600),
        30,
        "How often the desk asks GWS whether the sessions of its pages still stand, besides noticing what passes; 0:"
        " never.",
        unit="seconds",
    )
    echo_cancellation: bool = setting(kinds.TRUTH, True, "Whether the browser removes the speaker's echo.")
    noise_suppression: bool = setting(kinds.TRUTH, True, "Whether the browser removes noise around the agent.")
    auto_gain_control: bool = setting(kinds.TRUTH, True, "Whether the browser evens out the agent's loudness.")


@dataclass(frozen=True, slots=True)
class GwsSettings:
    """Genesys Web Services, which signs agents in."""

    url: str = setting(
        kinds.url("http://gws.example:8090"),
        UNSET,
        "Scheme, host and port of GWS as the desk reaches it.",
        lab="",
        derived="http:// and [lab] gws",
    )
    browser_url: str = setting(
        kinds.url("https://gws.example", optional=True),
        "",
        "Scheme, host and port of GWS as browsers reach it.",
        derived="[gws] url",
    )
    session_cookies: tuple[str, ...] = setting(
        kinds.COOKIE_NAMES,
        ["JSESSIONID"],
        "Cookies that sign an embedded softphone in: GWS's session, and a load balancer's cookie where there is one.",
    )
