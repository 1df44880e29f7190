"""The settings of the desk, of its connector and of GWS."""

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
        derived="https:// and [site] public_name, without one http:// and [desk] listen",
    )
    frame_ancestors: tuple[str, ...] = setting(
        kinds.origins("https://gws.example"),
        [],
        "Origins whose pages may embed the softphone in a frame, besides the desk's own.",
        derived="[gws] browser_url",
    )
    embed_origins: tuple[str, ...] = setting(
        kinds.origins("https://crm.example"),
        [],
        "Further origins whose pages may embed the softphone; those of both lists may also dial and answer with it.",
    )
    workspace_path: str = setting(
        kinds.URL_PATH,
        "/ui/ad/v1/index.html",
        "The path of Workspace below [gws] browser_url: the page /shell/ shows it beside the softphone.",
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
    disposition_key: str = setting(
        kinds.TEXT,
        "DispositionCode",
        "The business attribute whose values agents choose a call's disposition from, and the key of the attached data"
        " that keeps it; empty offers none.",
    )
    ends_gone_calls: bool = setting(
        kinds.TRUTH,
        True,
        "Whether the softphone hangs up a call that GWS has ended and, asked again 10 seconds later, still does not"
        " know.",
    )
    shortcuts: tuple[str, ...] = setting(
        kinds.SHORTCUTS,
        ["answer=F2", "hang-up=F4", "mute=F8", "hold=F9"],
        "Keys of the softphone, wherever in its page the cursor is: a function key, or a letter or digit with Ctrl, Alt"
        " or Meta. Empty: none.",
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
        derived="https:// and [site] public_name, without one [gws] url",
    )
    session_cookies: tuple[str, ...] = setting(
        kinds.COOKIE_NAMES,
        ["JSESSIONID"],
        "Cookies that sign an embedded softphone in: GWS's session, and a load balancer's cookie where there is one.",
    )
    login_url: str = setting(
        kinds.page_url("https://gws.example/ui/ad/v1/index.html?authType=saml"),
        "",
        "Where GWS signs agents in by SAML: a softphone that is alone opens this page and takes over the session of GWS"
        " that the browser comes back with. Desk and GWS must have one host name. Empty: by user name and password.",
    )
    login_return: str = setting(
        kinds.TEXT,
        "",
        "The parameter of login_url that tells where to go after signing in, where GWS or its identity provider has"
        " one; the desk's own address is put there. Empty: the window is closed.",
    )
    answer_milliseconds: int = setting(
        kinds.whole(100, 600_000),
        30_000,
        "How long GWS may be silent in its answer to a page until the page is told that GWS is too slow (504).",
        unit="milliseconds",
    )
    poll_milliseconds: int = setting(
        kinds.whole(1000, 600_000),
        150_000,
        "The same for a long poll, which GWS itself holds for 30 or 60 seconds.",
        unit="milliseconds",
    )
    requests_per_page: int = setting(
        kinds.whole(1, 1000), 16, "How many requests of a page GWS is asked at once, beside its long poll."
    )
    largest_answer: int = setting(
        kinds.whole(1, 1_000_000), 16_000, "The largest answer of GWS that is passed on to a page.", unit="kilobytes"
    )


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
