"""Requests below a path, passed on to another server as a reverse proxy does, so that two programs share one origin.

For the lab; in production the web server in front does this. Bodies are taken whole: what passes is small.
"""

from __future__ import annotations

import aiohttp
from aiohttp import web

from cordboard.observe import Occasionally, get_log

log = get_log("net")
PATIENCE = 30.0
# About one connection (RFC 9110 section 7.6.1), or made anew on the way.
_CONNECTION = frozenset({"connection", "host", "keep-alive", "transfer-encoding"})
_ENTITY = frozenset({"accept-encoding", "content-encoding", "content-length", "date", "server"})
_NOT_PASSED = _CONNECTION | _ENTITY


def forwarded(path: str, target: str) -> web.RouteDef:
    """A route for everything below `path`, which `target` (scheme, host and port) answers under the same path."""
    occasionally = Occasionally(log)

    async def forward(request: web.Request) -> web.Response:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _NOT_PASSED}
        timeout = aiohttp.ClientTimeout(total=PATIENCE)
        body = await request.read()
        try:
            async with (
                aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), timeout=timeout) as client,
                client.request(
                    request.method, target + request.path_qs, headers=headers, data=body, allow_redirects=False
                ) as answer,
            ):
                content = await answer.read()
        except (aiohttp.ClientError, OSError) as error:
            occasionally.warning(target, "request not forwarded", target=target, why=str(error) or type(error).__name__)
            return web.json_response({"error": f"{target} does not answer", "code": "unreachable"}, status=502)
        kept = {name: value for name, value in answer.headers.items() if name.lower() not in _NOT_PASSED}
        return web.Response(status=answer.status, headers=kept, body=content)

    return web.route("*", path + "/{below:.*}", forward)
