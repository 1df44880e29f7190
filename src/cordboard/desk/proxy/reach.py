"""What crosses on the way to GWS: which paths, methods and headers.

What never crosses: cookies in either direction, credentials that the browser adds by itself, headers about one
connection (RFC 9110 section 7.6.1), and headers by which GWS would tell the browser about GWS's own origin.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from aiohttp import web
from multidict import CIMultiDictProxy

from cordboard.desk.errors import Refusal
from cordboard.genesys.channels import NOTIFICATIONS_PATH
from cordboard.genesys.guide import PATHS

PREFIX = "/gws"
_REACHED = re.compile(r"/(api/v2|internal-api|cometd|genesys/cometd)(/|$)")
_NOTIFICATIONS = re.compile(r"/api/v2/notifications(/|$)")
_CONNECT = re.compile(rb"meta\\?/connect")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE"})

_REQUEST_HEADERS = frozenset({"accept", "accept-language", "content-type", "contactcenterid", "x-requested-with"})
_RESPONSE_HEADERS = frozenset(
    {"cache-control", "content-type", "etag", "last-modified", "retry-after", "x-csrf-header", "x-csrf-token"}
)
_CSRF = "x-csrf-"  # GWS names the header it wants (reference 1.3); the name always begins so

# Of the metrics: each path has one of these names.
_CLASSES = (
    (re.compile(r"/api/v2/notifications(/|$)"), "notifications"),
    (re.compile(r"/api/v2/me/calls(/|$)"), "calls"),
    (re.compile(r"/api/v2/me/devices(/|$)"), "devices"),
    (re.compile(r"/api/v2/me/channels(/|$)"), "channels"),
    (re.compile(r"/api/v2/me/?$"), "me"),
    (re.compile(r"/internal-api(/|$)"), "internal"),
)


def path_of(request: web.Request) -> str:
    """The raw path at GWS, which stays below the places that a page may reach. Raises `Refusal`."""
    path = request.rel_url.raw_path.removeprefix(PREFIX)
    plain = unquote(path)
    if any(part in (".", "..") for part in re.split(r"[/\\]", plain)) or not plain.isprintable():
        raise Refusal(400, "wrong-path", "this path leads elsewhere")
    if not _REACHED.match(path):
        raise Refusal(404, "wrong-path", "pages reach /api/v2, /internal-api and /cometd of GWS only")
    if request.method not in _METHODS:
        raise Refusal(405, "wrong-method", f"{request.method} is not passed on to GWS")
    return path


def guide_path(path: str) -> str:
    """What the integration guide's CometD path is called at GWS; empty for another path."""
    for each in PATHS:
        if path == each or path.startswith(each + "/"):
            return NOTIFICATIONS_PATH + path.removeprefix(each)
    return ""


def is_notifications(path: str) -> bool:
    return _NOTIFICATIONS.match(path) is not None


def is_poll(path: str, body: bytes | None) -> bool:
    """Whether GWS may hold the request: a connect of CometD."""
    return is_notifications(path) and body is not None and _CONNECT.search(body) is not None


def class_of(path: str) -> str:
    """Whereto, in a word of the metrics."""
    return next((name for pattern, name in _CLASSES if pattern.match(path)), "other")


def sent_headers(request: web.Request) -> dict[str, str]:
    """The page's headers that GWS gets."""
    return {
        name: value
        for name, value in request.headers.items()
        if name.lower() in _REQUEST_HEADERS or name.lower().startswith(_CSRF)
    }


def kept_headers(headers: CIMultiDictProxy[str]) -> dict[str, str]:
    """GWS's headers that the page gets."""
    return {name: value for name, value in headers.items() if name.lower() in _RESPONSE_HEADERS}


def csrf_headers(headers: CIMultiDictProxy[str]) -> dict[str, str]:
    """What GWS wants to be sent with every POST, out of its answer to a GET (reference 1.3)."""
    name = headers.get("X-CSRF-HEADER", "")
    value = headers.get(name, "") if name.lower().startswith(_CSRF) else ""
    return {name: value} if value else {}
