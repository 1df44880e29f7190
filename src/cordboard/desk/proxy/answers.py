"""GWS's answers on their way to the page."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

import aiohttp
from aiohttp import web

from cordboard.desk.errors import Refusal
from cordboard.desk.gws import Gws, is_signed_out, json_object
from cordboard.desk.pages import Page
from cordboard.desk.proxy.reach import kept_headers
from cordboard.desk.session_watch import SessionWatch

_STATUS_OF_ENDED_SESSION = 403


class Reader(Protocol):
    """Who wants to know what passes."""

    def read(self, chunk: bytes) -> None: ...


def refuse_redirection(answer: aiohttp.ClientResponse, gws: Gws) -> None:
    """GWS's API does not redirect; a login page or a wrong address does. Raises `Refusal`."""
    if 300 <= answer.status < 400 and answer.status != 304:
        raise Refusal(502, "gws-redirects", f"GWS at {gws.url} answers with a redirection; check [gws] url")


async def refused(
    page: Page, jar: aiohttp.CookieJar, gws: Gws, answer: aiohttp.ClientResponse, watch: SessionWatch
) -> web.Response | None:
    """GWS's 403 as it is, but with `error` and `code` where it means that the session has ended; None for others."""
    if answer.status != _STATUS_OF_ENDED_SESSION:
        return None
    body = await gws.content(answer) or b""
    content = json_object(body)
    headers = kept_headers(answer.headers)
    if not is_signed_out(content):
        return web.Response(body=body, status=answer.status, headers=headers)  # "Missing or invalid Csrf token"
    if page.jar is jar:  # it may have signed in anew meanwhile
        watch.page_ended(page)
    content = {**content, "error": "the session at GWS has ended; sign in again", "code": "session-ended"}
    headers = {name: value for name, value in headers.items() if name.lower() != "content-type"}
    return web.json_response(content, status=answer.status, headers=headers)


async def whole(answer: aiohttp.ClientResponse, gws: Gws, largest: int) -> bytes:
    """All of an answer. Raises `Refusal`, `GwsUnreachable`."""
    check_size(answer, largest)
    body = await gws.content(answer, largest)
    if body is None:
        raise too_large(largest)
    return body


def check_size(answer: aiohttp.ClientResponse, largest: int) -> None:
    """Raises `Refusal` when the answer says that it is too large."""
    if (answer.content_length or 0) > largest:
        raise too_large(largest)


def too_large(largest: int) -> Refusal:
    return Refusal(502, "answer-too-large", f"GWS answered with more than {largest} bytes; [gws] largest_answer says")


async def stream(
    request: web.Request, answer: aiohttp.ClientResponse, readers: Sequence[Reader], largest: int
) -> web.StreamResponse:
    """The answer piece by piece, as it comes; the readers get each piece, too."""
    check_size(answer, largest)
    response = web.StreamResponse(status=answer.status, headers=kept_headers(answer.headers))
    if answer.content_length is not None and "Content-Encoding" not in answer.headers:  # else it was unpacked here
        response.content_length = answer.content_length
    try:
        await response.prepare(request)
        async for chunk in answer.content.iter_any():
            for reader in readers:
                reader.read(chunk)
            largest -= len(chunk)
            if largest < 0:
                _break_off(request)
                return response
            await response.write(chunk)
        await response.write_eof()
    except (aiohttp.ClientError, OSError):
        _break_off(request)
    except asyncio.CancelledError:
        _break_off(request)
        raise
    return response


def _break_off(request: web.Request) -> None:
    """The status is already sent: only a broken connection can tell the page that the rest is missing."""
    if request.transport is not None:
        request.transport.abort()
