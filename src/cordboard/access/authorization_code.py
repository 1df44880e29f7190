"""OAuth 2.0 by authorization code with PKCE (RFC 6749 section 4.1, RFC 7636), as far as it is words and checks.

The browser carries `state` and the code's challenge, never the verifier or a token. An OpenID Connect answer may hold
an ID token; it comes straight from the token endpoint, so its signature need not be checked (OpenID Connect Core
section 3.1.3.7, 6), but what it says must fit what was asked for.
"""

from __future__ import annotations

import base64
import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import jwt

LARGEST_VALUE = 8192  # characters of a token; Genesys' are opaque and short, others' are JSON Web Tokens
CLOCK_DIFFERENCE = 60.0  # seconds by which the clocks of desk and authorization server may differ
SHORTEST_VERIFIER = 43  # RFC 7636 section 4.1
_UNCHECKED: Any = {"verify_signature": False}

# What RFC 6749 section 4.1.2.1 and 5.2 have for words, as sentences.
REASONS: Mapping[str, str] = {
    "access_denied": "GWS did not let you in, or the sign-in was given up",
    "invalid_client": "GWS does not accept [oauth] client_id and its secret",
    "invalid_grant": "GWS does not accept the sign-in any more; begin again",
    "invalid_request": "GWS did not understand the sign-in",
    "invalid_scope": "GWS does not know [oauth] scope",
    "server_error": "GWS failed; try again",
    "temporarily_unavailable": "GWS cannot sign anybody in at the moment; try again",
    "unauthorized_client": "GWS does not let [oauth] client_id sign anybody in",
    "unsupported_response_type": "GWS does not sign in by authorization code",
    "unsupported_grant_type": "GWS does not sign in by authorization code",
}


class AuthorizationError(Exception):
    """Nobody is signed in; the text is a sentence and holds no secret."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one sign-in is known by. `verifier` never leaves the server, `state` and `nonce` go through the browser."""

    state: str
    verifier: str = field(repr=False)
    nonce: str
    redirect_uri: str

    @property
    def challenge(self) -> str:
        """RFC 7636 section 4.2, S256."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class Granted:
    """Tokens, and the second of the Unix epoch at which `access` expires; math.inf where nothing was said."""

    access: str = field(repr=False)
    refresh: str = field(default="", repr=False)
    expires: float = math.inf


def authorize_url(endpoint: str, client_id: str, attempt: Attempt, scope: str = "") -> str:
    """Where the browser is sent to."""
    query = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": attempt.redirect_uri,
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": attempt.challenge,
        "code_challenge_method": "S256",
    }
    return f"{endpoint}?{urlencode(query | ({'scope': scope} if scope else {}))}"


def code_form(client_id: str, attempt: Attempt, code: str) -> dict[str, str]:
    """The form that a code is exchanged by. Raises ValueError for a verifier that is too short."""
    if len(attempt.verifier) < SHORTEST_VERIFIER:
        raise ValueError(f"a verifier of {len(attempt.verifier)} characters is too short")
    return {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": attempt.redirect_uri,
        "client_id": client_id,
        "code_verifier": attempt.verifier,
    }


def refresh_form(client_id: str, granted: Granted) -> dict[str, str]:
    """The form that fresh tokens are asked for by."""
    return {"grant_type": "refresh_token", "refresh_token": granted.refresh, "client_id": client_id}


def reason(error: object) -> str:
    """A sentence for the word in `error` of an answer or a redirection."""
    return REASONS.get(error, "") if isinstance(error, str) else ""


def granted(answer: Mapping[str, object], now: float) -> Granted:
    """The tokens of a token endpoint's answer. Raises `AuthorizationError`."""
    access, refresh, seconds = answer.get("access_token"), answer.get("refresh_token", ""), answer.get("expires_in")
    if not _is_token(access) or str(answer.get("token_type", "")).lower() != "bearer":
        raise AuthorizationError("GWS gave no bearer token")
    assert isinstance(access, str)
    lasts = isinstance(seconds, int | float) and not isinstance(seconds, bool) and math.isfinite(seconds)
    until = now + float(seconds) if lasts and isinstance(seconds, int | float) else math.inf
    return Granted(access, refresh if isinstance(refresh, str) and _is_token(refresh) else "", until)


def check_id_token(answer: Mapping[str, object], client_id: str, attempt: Attempt, now: float) -> None:
    """Whether an ID token, where the answer has one, is of this sign-in. Raises `AuthorizationError`."""
    token = answer.get("id_token")
    if token is None:
        return
    try:
        claims = jwt.decode(token if isinstance(token, str) else "", options=_UNCHECKED)
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise AuthorizationError("GWS gave an ID token that is none") from None
    audience = claims.get("aud")
    if client_id not in (audience if isinstance(audience, list) else [audience]):
        raise AuthorizationError("GWS gave an ID token for another client")
    if claims.get("nonce") != attempt.nonce:
        raise AuthorizationError("GWS gave the ID token of another sign-in")
    expires = claims.get("exp")
    if not isinstance(expires, int | float) or isinstance(expires, bool) or now >= expires + CLOCK_DIFFERENCE:
        raise AuthorizationError("GWS gave an ID token that has expired; compare the clocks")


def _is_token(value: object) -> bool:
    """It goes into a header as it is."""
    return isinstance(value, str) and 0 < len(value) <= LARGEST_VALUE and value.isascii() and _is_visible(value)


def _is_visible(value: str) -> bool:
    return all(32 < ord(character) < 127 for character in value)
