"""Who may use the connector: pages of Workspace's origin and of those that a setting names.

The browser adds the cookies of GWS to every request for the host, whoever's page it comes from. So a request that names
no origin moves nothing unless the browser says that it comes from the same origin (Fetch Metadata), and what it may
read stays with the browser, which gives no other origin the answer.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web

from cordboard.config import Settings
from cordboard.desk.errors import Refusal
from cordboard.desk.protection import own_hosts, own_origins

METHODS = "GET, POST, DELETE, OPTIONS"
HEADERS = "Accept, Content-Type, X-Requested-With, X-CSRF-TOKEN"
PREFLIGHT_SECONDS = "600"


class Access:
    """The rules of one desk, from its settings."""

    def __init__(self, settings: Settings) -> None:
        self._origins = own_origins(settings) | {settings.gws.browser_url, *settings.connector.origins}
        self._hosts = own_hosts(settings) | {urlsplit(origin).netloc for origin in self._origins}

    def check(self, request: web.Request, *, moves: bool) -> None:
        """`moves`: the request changes something. Raises `Refusal`."""
        if request.headers.get("Host", "") not in self._hosts:
            raise Refusal(421, "wrong-host", "the connector is not served under this name; [connector] origins says")
        origin = request.headers.get("Origin")
        if origin is not None and origin not in self._origins:
            raise Refusal(
                403, "wrong-origin", "pages of this origin cannot use the connector; [connector] origins says"
            )
        if origin is None and moves and request.headers.get("Sec-Fetch-Site") != "same-origin":
            raise Refusal(403, "no-origin", "a request that changes something must say which page it comes from")

    def headers(self, request: web.Request) -> dict[str, str]:
        """What the answer says to a browser whose page is of another origin that is allowed."""
        said = {"Vary": "Origin"}
        origin = request.headers.get("Origin", "")
        if origin not in self._origins:
            return said
        said |= {"Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true"}
        if "Access-Control-Request-Method" in request.headers:
            said |= {"Access-Control-Allow-Methods": METHODS, "Access-Control-Allow-Headers": HEADERS}
            said |= {"Access-Control-Max-Age": PREFLIGHT_SECONDS}
        return said
