"""The way to GWS: a page's request goes out with the page's own cookies, GWS's answer comes back as it is.

What never crosses: cookies in either direction, credentials that the browser adds by itself, headers about one
connection (RFC 9110 section 7.6.1), and headers by which GWS would tell the browser about GWS's own origin.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

import aiohttp
from aiohttp import CookieJar, web
from multidict import CIMultiDictProxy

from cordboard.desk.errors import Refusal
from cordboard.desk.gws import ANSWER_SECONDS, POLL_SECONDS, Gws, is_signed_out
from cordboard.desk.pages import Page
from cordboard.desk.session_watch import SessionWatch, SignsOfEnd, ends_session

PREFIX = "/gws"
_REACHED = re.compile(r"/(api/v2|internal-api|cometd)(/|$)")
_POLL = re.compile(r"/(api/v2/notifications|cometd)(/|$)")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE"})
_STATUS_OF_ENDED_SESSION = 403

_REQUEST_HEADERS = frozenset({"accept", "accept-language", "content-type", "contactcenterid", "x-requested-with"})
_RESPONSE_HEADERS = frozenset(
    {"cache-control", "content-type", "etag", "last-modified", "retry-after", "x-csrf-header", "x-csrf-token"}
)
_CSRF = "x-csrf-"  # GWS names the header it wants (reference 1.3); the name always begins so


async def pass_on(request: web.Request, page: Page, gws: Gws, watch: SessionWatch) -> web.StreamResponse:
    """Ask GWS what the page asks and stream its answer. Raises `Refusal`, `GwsUnreachable`."""
    jar = page.jar
    path = _path(request)
    headers = {
        name: value
        for name, value in request.headers.items()
        if name.lower() in _REQUEST_HEADERS or name.lower().startswith(_CSRF)
    }
    body = await request.read() if request.can_read_body else None
    patience = POLL_SECONDS if _POLL.match(path) else ANSWER_SECONDS
    async with gws.exchange(page, request.method, path, headers=headers, body=body, patience=patience) as answer:
        if 300 <= answer.status < 400 and answer.status != 304:
            raise Refusal(502, "gws-redirects", f"GWS at {gws.url} answers with a redirection; check [gws] url")
        if answer.status == _STATUS_OF_ENDED_SESSION:
            return await _refused_by_gws(page, jar, gws, answer, watch)
        if answer.status == 200 and page.jar is jar and ends_session(request.method, path, body):
            watch.page_ended(page)
        signs = SignsOfEnd() if _POLL.match(path) else None
        response = await _stream(request, answer, signs)
        if signs is not None and signs.seen:
            watch.doubt(page)
        return response


def _path(request: web.Request) -> str:
    """The raw path and query at GWS, which stay below the places that a page may reach."""
    path = request.rel_url.raw_path.removeprefix(PREFIX)
    plain = unquote(path)
    if any(part in (".", "..") for part in re.split(r"[/\\]", plain)) or not plain.isprintable():
        raise Refusal(400, "wrong-path", "this path leads elsewhere")
    if not _REACHED.match(path):
        raise Refusal(404, "wrong-path", "pages reach /api/v2, /internal-api and /cometd of GWS only")
    if request.method not in _METHODS:
        raise Refusal(405, "wrong-method", f"{request.method} is not passed on to GWS")
    query = request.rel_url.raw_query_string
    return f"{path}?{query}" if query else path


async def _refused_by_gws(
    page: Page, jar: CookieJar, gws: Gws, answer: aiohttp.ClientResponse, watch: SessionWatch
) -> web.Response:
    """GWS's 403 as it is, but with `error` and `code` where it means that the session has ended."""
    content = await gws.json(answer)
    if is_signed_out(content):
        if page.jar is jar:  # it may have signed in anew meanwhile
            watch.page_ended(page)
        content = {**content, "error": "the session at GWS has ended; sign in again", "code": "session-ended"}
    return web.json_response(content, status=answer.status, headers=_kept(answer.headers))


def _kept(headers: CIMultiDictProxy[str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() in _RESPONSE_HEADERS - {"content-type"}}


async def _stream(request: web.Request, answer: aiohttp.ClientResponse, signs: SignsOfEnd | None) -> web.StreamResponse:
    response = web.StreamResponse(status=answer.status, headers=_kept(answer.headers))
    if content_type := answer.headers.get("Content-Type"):
        response.headers["Content-Type"] = content_type
    if answer.content_length is not None:
        response.content_length = answer.content_length
    await response.prepare(request)
    try:
        async for chunk in answer.content.iter_any():
            if signs is not None:
                signs.read(chunk)
            await response.write(chunk)
        await response.write_eof()
    except (aiohttp.ClientError, OSError):
        # The status is already sent: only a broken connection can tell the page that the rest is missing.
        if request.transport is not None:
            request.transport.abort()
    return response
