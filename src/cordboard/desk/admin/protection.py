"""What keeps others out of the admin page: Host, Origin, session, the page's own token for changes, and headers.

A request that changes something must come from the page itself: its Origin is ours, and it carries the session's token
in `X-Cordboard-CSRF`. Nobody may frame the page, and it may load nothing but its own files.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from cordboard.config import Settings
from cordboard.desk.admin.sessions import Session, Sessions
from cordboard.desk.errors import Refusal

API = "/admin/api"
SIGN_IN = f"{API}/sign-in"
WHO = f"{API}/session"  # may be asked by anybody, and tells a stranger nothing
CSRF_HEADER = "X-Cordboard-CSRF"
BY_ITSELF = "X-Cordboard-Poll"  # the page asks without anybody having done anything
OPEN_TO_ALL = ("/healthz", "/readyz")  # load balancers ask with a Host of their own
SESSION: web.RequestKey[Session] = web.RequestKey("session", Session)

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'",
}


def cookie_name(settings: Settings) -> str:
    """Over https a name that browsers keep from being set by anything else than https."""
    return "__Secure-cordboard-admin" if is_secure(settings) else "cordboard-admin"


def is_secure(settings: Settings) -> bool:
    return settings.admin.url.startswith("https://")


def guard(settings: Settings, sessions: Sessions, clock: Callable[[], float]) -> Middleware:
    """A middleware; a handler below `API` finds its `SESSION` in the request."""
    own = settings.admin
    hosts = {urlsplit(own.url).netloc, str(own.listen)}
    origins = {own.url, f"http://{own.listen}"}
    cookie = cookie_name(settings)

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path in OPEN_TO_ALL:
            return await handler(request)
        if request.headers.get("Host", "") not in hosts:
            raise Refusal(421, "wrong-host", f"this is {own.url}; [admin] url says so")
        changes = request.method not in ("GET", "HEAD")
        origin = request.headers.get("Origin")
        if origin not in origins and (changes or origin is not None):
            raise Refusal(403, "wrong-origin", "pages of other sites cannot use the admin page")
        if request.path.startswith(API + "/") and request.path != SIGN_IN:
            counts = BY_ITSELF not in request.headers
            session = sessions.find(request.cookies.get(cookie, ""), clock(), counts=counts)
            if session is None and request.path == WHO and not changes:
                return await handler(request)
            if session is None:
                raise Refusal(401, "signed-out", "sign in")
            if changes and not hmac.compare_digest(
                request.headers.get(CSRF_HEADER, "").encode(), session.csrf.encode()
            ):
                raise Refusal(403, "wrong-token", "the page's own token is missing; load the page again")
            request[SESSION] = session
        return await handler(request)

    return guarded


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """A handler of the signal on_response_prepare."""
    response.headers.update(HEADERS)
    response.headers.setdefault("Cache-Control", "no-store")
