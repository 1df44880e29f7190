"""The settings of signing in by GWS's authentication service, and of the TURN server."""

from __future__ import annotations

from dataclasses import dataclass

from cordboard.config import kinds
from cordboard.config.setting import setting


@dataclass(frozen=True, slots=True)
class OauthSettings:
    """Signing in at the authentication service of GWS 9, where agents have no password of GWS's own."""

    client_id: str = setting(
        kinds.TEXT,
        "",
        "The desk's name at the authentication service, where <desk url>/page/signed-in is its only redirect address."
        " Empty: agents do not sign in there.",
    )
    client_secret_file: str = setting(
        kinds.file("/etc/cordboard/oauth.secret"),
        "",
        "A file with the secret that goes with client_id, in one line; it is read anew with each sign-in. Empty: none.",
    )
    url: str = setting(
        kinds.url("https://gws.example", optional=True),
        "",
        "Scheme, host and port of the service as the desk reaches it; below it are /auth/v3/oauth/token and so on.",
        derived="[gws] url",
    )
    browser_url: str = setting(
        kinds.url("https://gws.example", optional=True),
        "",
        "The same as browsers reach it.",
        derived="[gws] browser_url",
    )
    scope: str = setting(kinds.TEXT, "", "The scope that is asked for; empty leaves it to the service.")


@dataclass(frozen=True, slots=True)
class TurnSettings:
    """A TURN server through which pages reach the media where nothing else passes a firewall."""

    urls: tuple[str, ...] = setting(
        kinds.TURN_URLS,
        [],
        "What pages are given as ICE servers, with credentials that are made for each of them; none: no TURN.",
    )
    secret_file: str = setting(
        kinds.file("/etc/cordboard/turn.secret"),
        "",
        "A file with the secret that is shared with the TURN server (coturn: use-auth-secret, static-auth-secret).",
    )
    lifetime: int = setting(
        kinds.whole(60, 86400),
        3600,
        "How long the credentials can be used; a page gets new ones with each token.",
        unit="seconds",
    )
