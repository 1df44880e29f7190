"""Protection from other origins: CORS as GWS's `crossOriginSettings`, CSRF tokens (reference: GWS API 1.3, 1.4)."""

from __future__ import annotations

import hmac
import re

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from cordboard.genesys.channels import GMS_PATH, GUIDE_PATH, NOTIFICATIONS_PATH
from cordboard.lab.gws.settings import Protection

ALLOWED_METHODS = ("GET", "POST", "PUT", "DELETE", "OPTIONS")
CSRF_NAME = "X-CSRF-HEADER"
CSRF_TOKEN = "X-CSRF-TOKEN"
CSRF_REFUSED = "Missing or invalid Csrf token"
_CHANGING = ("POST", "PUT", "DELETE")
_COMETD = (NOTIFICATIONS_PATH, GUIDE_PATH, GMS_PATH)


class Origins:
    """The origins that a setting names, with `*` for anything but a slash."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        self._patterns = [re.compile(re.escape(origin).replace(r"\*", "[^/]*")) for origin in allowed]

    def allow(self, origin: str) -> bool:
        return bool(origin) and any(pattern.fullmatch(origin) for pattern in self._patterns)


def cross_origin(protection: Protection, elsewhere: tuple[str, ...] = ()) -> Middleware:
    """For origins that are not allowed nothing is said, so browsers refuse; their preflights get 403.

    What is below a path of `elsewhere` is another server's, whose own rules hold.
    """
    origins = Origins(protection.allowed_origins)
    allowed_headers = {name.lower() for name in protection.allowed_headers}
    preflight = {
        "Access-Control-Allow-Methods": ",".join(ALLOWED_METHODS),
        "Access-Control-Allow-Headers": ",".join(protection.allowed_headers),
        "Access-Control-Max-Age": str(protection.preflight_age),
    }

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith(elsewhere):
            return await handler(request)
        origin = request.headers.get("Origin", "")
        is_allowed = origins.allow(origin)
        response: web.StreamResponse
        if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            is_allowed = is_allowed and _asks_for_what_is_allowed(request, allowed_headers)
            response = web.Response(status=200, headers=preflight) if is_allowed else web.Response(status=403)
        else:
            response = await handler(request)
            if is_allowed and not response.prepared:
                response.headers["Access-Control-Expose-Headers"] = f"{CSRF_NAME},{CSRF_TOKEN}"
        if is_allowed and not response.prepared:
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Allow-Credentials"] = "true"
            response.headers["Vary"] = "Origin"
        return response

    return middleware


def _asks_for_what_is_allowed(request: web.Request, allowed_headers: set[str]) -> bool:
    named = request.headers.get("Access-Control-Request-Headers", "").split(",")
    headers = {name.strip().lower() for name in named} - {""}
    return request.headers["Access-Control-Request-Method"] in ALLOWED_METHODS and headers <= allowed_headers


class Csrf:
    """The token of each HTTP session, told on GET and asked for on what changes something."""

    def __init__(self, protection: Protection) -> None:
        self._protection = protection

    def refuses(self, request: web.Request, token: str) -> bool:
        """Whether the session's token is missing or wrong; `token` is empty when the session has only just begun."""
        if not self._protection.csrf or request.method not in _CHANGING:
            return False
        if request.path.startswith(_COMETD) and not self._protection.csrf_on_cometd:
            return False
        said = request.headers.get(CSRF_TOKEN, "")
        return not token or not hmac.compare_digest(said.encode(), token.encode())

    def tell(self, request: web.Request, response: web.StreamResponse, token: str) -> None:
        if self._protection.csrf and request.method == "GET" and not response.prepared:
            response.headers[CSRF_NAME] = CSRF_TOKEN
            response.headers[CSRF_TOKEN] = token
