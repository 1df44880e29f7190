"""What keeps other web sites away: checks of Host and Origin, and the headers that tell browsers what a page may do.

Host defends against names that are made to point here (DNS rebinding), Origin against pages of other sites that send
requests with the agent's browser. `frame-ancestors` says who may embed the softphone; `X-Frame-Options` could only say
"nobody" or "the same origin", and GWS is another. Permissions-Policy is left unset: the default lets the page itself,
and a frame with `allow="microphone"`, use the microphone. Origin-Agent-Cluster asks for a process of the phone's own,
where what a desktop beside it computes and paints does not keep it waiting. Our pages make no markup from text and no
script of a string, so no Trusted Types policy is there at all: `trusted-types 'none'`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from cordboard.config import Settings
from cordboard.desk.embedding import SHELL, host_origins, is_shared
from cordboard.desk.errors import Refusal, refusal
from cordboard.observe import Occasionally, get_log

_log = get_log("desk")
_occasionally = Occasionally(_log)
_OPEN_TO_ALL = ("/healthz", "/readyz")  # load balancers ask with a Host of their own


def own_hosts(settings: Settings) -> frozenset[str]:
    """What a Host header may say."""
    return frozenset({urlsplit(settings.desk.url).netloc, str(settings.desk.listen)})


def own_origins(settings: Settings) -> frozenset[str]:
    """What an Origin header may say."""
    return frozenset({settings.desk.url, f"http://{settings.desk.listen}"})


def guard(settings: Settings) -> Middleware:
    """A middleware that lets only requests through that are meant for this desk and do not come from other sites."""
    hosts, origins = own_hosts(settings), own_origins(settings)
    readers = origins | set(host_origins(settings))
    connector = settings.connector.path + "/"  # has rules of its own
    nickname = f"localhost:{settings.desk.listen.port}"

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path not in _OPEN_TO_ALL and not _route(request).startswith(connector):
            host = request.headers.get("Host", "")
            if (
                host == nickname
                and nickname not in hosts
                and request.method == "GET"
                and "Origin" not in request.headers
            ):
                raise web.HTTPTemporaryRedirect(settings.desk.url + request.path_qs)
            if host not in hosts:
                raise Refusal(421, "wrong-host", f"this is {settings.desk.url}; [desk] url says so")
            allowed = readers if request.method == "GET" and is_shared(request.path) else origins
            if request.headers.get("Origin", settings.desk.url) not in allowed:
                raise Refusal(403, "wrong-origin", "pages of other sites cannot use the desk")
        return await handler(request)

    return guarded


def errors_to_json() -> Middleware:
    """A middleware that turns refusals and failures into JSON; nobody sees a traceback but the log."""

    @web.middleware
    async def answered(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except Refusal as error:
            path = _route(request)
            _occasionally.info(f"{error.code} {path}", "request refused", code=error.code, path=path)
            return refusal(error.status, error.code, error.why)
        except web.HTTPException as error:
            if error.status < 400:
                raise
            return refusal(error.status, "http", error.reason)
        except Exception:
            _log.exception("request failed", path=_route(request))
            return refusal(500, "failed", "the desk failed; its log tells more")

    return answered


def _route(request: web.Request) -> str:
    """The pattern that the request's path matched: paths themselves hold identifiers."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "unknown"


def websocket_source(url: str) -> str:
    """A server as a source of a Content-Security-Policy, which knows no IPv6 addresses: then its scheme alone."""
    parts = urlsplit(url)
    return f"{parts.scheme}:" if ":" in (parts.hostname or "") else f"{parts.scheme}://{parts.netloc}"


def security_headers(settings: Settings) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """A handler of the signal on_response_prepare."""
    pages, shell = _policy(settings), _policy(settings, frames=f"'self' {websocket_source(settings.gws.browser_url)}")
    headers = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Origin-Agent-Cluster": "?1"}
    readers = frozenset(host_origins(settings))

    async def add(request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(headers)
        response.headers["Content-Security-Policy"] = shell if request.path == SHELL else pages
        response.headers.setdefault("Cache-Control", "no-store")
        if request.method == "GET" and is_shared(request.path):
            response.headers["Vary"] = "Origin"
            if (origin := request.headers.get("Origin", "")) in readers:
                response.headers["Access-Control-Allow-Origin"] = origin

    return add


def _policy(settings: Settings, frames: str = "'none'") -> str:
    """The Content-Security-Policy of a page that may show these `frames`."""
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "connect-src": f"'self' {websocket_source(settings.gateway.websocket_url)}",
        "img-src": "'self' data:",
        "media-src": "'self' data: blob:",
        "frame-src": frames,
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": " ".join(("'self'", *host_origins(settings))),
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }
    return "; ".join(f"{name} {sources}" for name, sources in policy.items())
