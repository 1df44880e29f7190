"""Requests of the desk to GWS's authentication service: tokens for a code, fresh tokens, and their end."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import aiohttp

from cordboard.access.authorization_code import (
    Attempt,
    AuthorizationError,
    Granted,
    authorize_url,
    check_id_token,
    code_form,
    granted,
    reason,
    refresh_form,
)
from cordboard.config.settings import OauthSettings
from cordboard.desk.gws import GwsUnreachable
from cordboard.observe import get_log

AUTHORIZE, TOKEN, SIGN_OUT = "/auth/v3/oauth/authorize", "/auth/v3/oauth/token", "/auth/v3/sign-out"
SECONDS = 15.0
_LARGEST_ANSWER = 100_000
_log = get_log("desk")


class AuthenticationService:
    """One authentication service (GWS reference 3.6). `clock` gives seconds of the Unix epoch."""

    def __init__(self, settings: OauthSettings, clock: Callable[[], float]) -> None:
        self._settings = settings
        self._clock = clock

    def address(self, attempt: Attempt) -> str:
        """Where the browser signs in."""
        endpoint = self._settings.browser_url + AUTHORIZE
        return authorize_url(endpoint, self._settings.client_id, attempt, self._settings.scope)

    async def exchange(self, attempt: Attempt, code: str) -> Granted:
        """The tokens for a code. Raises `AuthorizationError`, `GwsUnreachable`."""
        answer = await self._tokens(code_form(self._settings.client_id, attempt, code))
        tokens = granted(answer, self._clock())
        check_id_token(answer, self._settings.client_id, attempt, self._clock())
        return tokens

    async def refresh(self, tokens: Granted) -> Granted:
        """Fresh tokens. Raises `AuthorizationError`, `GwsUnreachable`."""
        fresh = granted(await self._tokens(refresh_form(self._settings.client_id, tokens)), self._clock())
        return fresh if fresh.refresh else Granted(fresh.access, tokens.refresh, fresh.expires)

    async def sign_out(self, tokens: Granted) -> None:
        """Tell the service that the tokens are done with; one that does not hear it lets them expire."""
        try:
            await self._ask(SIGN_OUT, None, f"Bearer {tokens.access}")
        except GwsUnreachable as error:
            _log.info("the authentication service was not told of a sign-out", why=str(error))

    async def _tokens(self, form: Mapping[str, str]) -> Mapping[str, Any]:
        status, answer = await self._ask(TOKEN, form, self._client())
        if status == 200 and isinstance(answer, dict):
            return answer
        word = answer.get("error") if isinstance(answer, dict) else None
        said = reason(word)
        _log.warning("no token", status=status, error=word if said else "unknown")
        raise AuthorizationError(said or f"GWS gives no token (HTTP status {status})")

    async def _ask(self, path: str, form: Mapping[str, str] | None, authorization: str) -> tuple[int, object]:
        url = self._settings.url + path
        headers = {"Accept": "application/json"} | ({"Authorization": authorization} if authorization else {})
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        try:
            async with (
                aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), timeout=timeout) as session,
                session.post(url, data=form, headers=headers, allow_redirects=False) as response,
            ):
                return response.status, _object(await _whole(response))
        except TimeoutError as error:
            raise GwsUnreachable(f"GWS at {self._settings.url} did not answer within {SECONDS:.0f} s", 504) from error
        except (aiohttp.ClientError, OSError) as error:
            raise GwsUnreachable(f"GWS at {self._settings.url} cannot be reached") from error

    def _client(self) -> str:
        """The client's name and secret as HTTP Basic (RFC 6749 section 2.3.1); a public client has none."""
        path = self._settings.client_secret_file
        if not path and not self._settings.client_secret:
            return ""
        try:
            secret = self._settings.client_secret or Path(path).read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            _log.error("the secret of [oauth] client_id cannot be read", file=path, why=type(error).__name__)
            raise AuthorizationError(
                "the desk cannot read the secret of [oauth] client_id; its log tells more"
            ) from None
        pair = f"{quote_plus(self._settings.client_id)}:{quote_plus(secret)}"
        return "Basic " + base64.b64encode(pair.encode()).decode()


async def _whole(response: aiohttp.ClientResponse) -> bytes:
    """The body; nothing of one that is too large."""
    content = b""
    async for chunk in response.content.iter_any():
        content += chunk
        if len(content) > _LARGEST_ANSWER:
            return b""
    return content


def _object(content: bytes) -> object:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None
