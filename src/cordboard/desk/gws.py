"""Requests to GWS with the cookies of one page."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from yarl import URL

from cordboard.desk.agent import SUBRESOURCES
from cordboard.desk.pages import Page

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 30.0
_LARGEST_ANSWER = 2_000_000
_NOT_AUTHENTICATED = 20  # statusCode, GWS reference 1.5


class GwsUnreachable(Exception):
    """GWS did not answer; `status` is what to tell the page: 502, or 504 when it was too slow."""

    def __init__(self, why: str, status: int = 502) -> None:
        super().__init__(why)
        self.status = status


class GwsRefused(Exception):
    """GWS answered, but not with what was asked for. `signed_out`: it does not know the session or the password."""

    def __init__(self, why: str, signed_out: bool) -> None:
        super().__init__(why)
        self.signed_out = signed_out


class Gws:
    """One GWS, at `url` (scheme, host and port). Use as an asynchronous context manager.

    A page that signed in by a token sends it until GWS has given it the session cookie of this name.
    """

    def __init__(self, url: str, session_cookie: str = "JSESSIONID") -> None:
        self.url = url
        self._session_cookie = session_cookie
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Gws:
        # No limit: each page holds one connection with its long poll. GWS closes idle ones after 30 s, we do so before.
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=15)
        self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    @asynccontextmanager
    async def exchange(
        self,
        page: Page,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        patience: float = ANSWER_SECONDS,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Ask GWS for `path` (raw, with query) as this page, keep the cookies it sets. Raises `GwsUnreachable`."""
        assert self._session is not None, "enter the Gws first"
        jar = page.jar  # the page may sign out meanwhile, which must not bring these cookies back
        target = URL(f"{self.url}{path}", encoded=True)
        own = jar.filter_cookies(target)
        cookies = "; ".join(f"{each.key}={each.coded_value}" for each in own.values())
        sent = {"Accept-Encoding": "identity", **(headers or {}), **({"Cookie": cookies} if cookies else {})}
        if page.tokens is not None and self._session_cookie not in own:
            sent.setdefault("Authorization", f"Bearer {page.tokens.access}")
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=patience)
        try:
            response = await self._session.request(
                method, target, headers=sent, data=body, timeout=timeout, allow_redirects=False
            )
        except (aiohttp.ClientError, OSError) as error:
            raise self._unreachable(error, patience) from error
        async with response:
            jar.update_cookies(response.cookies, response.url)
            yield response

    async def me(self, page: Page, authorization: str = "") -> Mapping[str, Any]:
        """The user resource of the page's session, or of `authorization`. Raises `GwsUnreachable`, `GwsRefused`."""
        headers = {"Accept": "application/json"} | ({"Authorization": authorization} if authorization else {})
        async with self.exchange(page, "GET", f"/api/v2/me?subresources={SUBRESOURCES}", headers=headers) as response:
            answer = await self.json(response)
            status = answer.get("statusCode")
            if response.status == 200 and status == 0 and isinstance(answer.get("user"), dict):
                user: Mapping[str, Any] = answer["user"]
                return user
            message = str(answer.get("statusMessage") or f"HTTP status {response.status}")[:200]
            unknown = status == _NOT_AUTHENTICATED or (status is None and response.status in (401, 403))
            raise GwsRefused(message, unknown)

    async def json(self, response: aiohttp.ClientResponse) -> Mapping[str, Any]:
        """The JSON object of an answer; an empty one where it is none. Raises `GwsUnreachable`."""
        return json_object(await self.content(response) or b"")

    async def content(self, response: aiohttp.ClientResponse, largest: int = _LARGEST_ANSWER) -> bytes | None:
        """The whole of an answer; None for one of more than `largest` bytes. Raises `GwsUnreachable`."""
        content = b""
        try:
            async for chunk in response.content.iter_any():
                content += chunk
                if len(content) > largest:
                    return None
        except (aiohttp.ClientError, OSError) as error:
            raise self._unreachable(error, ANSWER_SECONDS) from error
        return content

    def _unreachable(self, error: BaseException, patience: float) -> GwsUnreachable:
        if isinstance(error, TimeoutError) and not isinstance(error, aiohttp.ConnectionTimeoutError):
            return GwsUnreachable(f"GWS at {self.url} did not answer within {patience:g} s", 504)
        number = getattr(error, "errno", None)
        why = os.strerror(number).lower() if number else str(error) or type(error).__name__
        return GwsUnreachable(f"GWS at {self.url} cannot be reached: {why}")


def json_object(content: bytes) -> Mapping[str, Any]:
    """The JSON object in `content`; an empty one where there is none."""
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def is_signed_out(answer: Mapping[str, Any]) -> bool:
    """True for GWS's word that the session has ended."""
    return answer.get("statusCode") == _NOT_AUTHENTICATED
