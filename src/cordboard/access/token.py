"""The desk's word to the gateway that a page belongs to a DN: a signed token that lasts minutes.

A JSON Web Token (RFC 7519) with HMAC-SHA256. JsSIP puts it into REGISTER as `Authorization: Bearer <token>` (RFC 8898).
Beside DN and expiry it names the origin of the page it was given to, which the gateway compares with the WebSocket's,
and the sign-in it stems from (`jti`): all tokens of one sign-in bear the same, so that one word revokes them all.
The library's own clock is not used: whoever asks says what time it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import jwt

AUDIENCE = "cordboard"
ALGORITHM = "HS256"
SMALLEST_SECRET = 32  # bytes: RFC 7518 section 3.2 asks for as many as the hash has
LARGEST_TOKEN = 1024  # characters; ours are under 700
LONGEST_LIFETIME = 86400.0  # seconds; no setting allows more
CLOCK_DIFFERENCE = 5.0  # seconds by which the clocks of desk and gateway may differ

_OPTIONS: Any = {
    "require": ["sub", "aud", "iat", "exp"],
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
}


class TokenError(Exception):
    """The token proves nothing; the text says why and holds no part of the token."""


@dataclass(frozen=True, slots=True)
class Token:
    """What a good token says. `id` names the sign-in, empty where there was none.

    `origin`: the only origin whose pages may use it, empty for a program that names none; None: it is bound to none.
    """

    dn: str
    id: str = ""
    origin: str | None = None


def issue(secret: bytes, dn: str, now: float, lifetime: float, *, id: str = "", origin: str | None = None) -> str:
    """A token for `dn`, good until `now + lifetime` rounded up to a second. Raises ValueError for a short secret."""
    if len(secret) < SMALLEST_SECRET:
        raise ValueError(f"a secret of {len(secret)} bytes is too short, {SMALLEST_SECRET} are needed")
    claims: dict[str, Any] = {"sub": dn, "aud": AUDIENCE, "iat": math.floor(now), "exp": math.ceil(now + lifetime)}
    claims |= {"jti": id} if id else {}
    claims |= {} if origin is None else {"origin": origin}
    return jwt.encode(claims, secret, ALGORITHM)


def verify(secret: bytes, token: str, now: float) -> Token:
    """What `token` says. Raises `TokenError` for anything but a token of ours that is still good."""
    if len(token) > LARGEST_TOKEN:
        raise TokenError("too long")
    try:
        claims = jwt.decode(token, secret, algorithms=[ALGORITHM], audience=AUDIENCE, options=_OPTIONS)
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise TokenError(f"not a token of ours ({type(error).__name__})") from None
    dn, issued, expires = claims["sub"], claims["iat"], claims["exp"]
    id, origin = claims.get("jti", ""), claims.get("origin")
    if not (isinstance(dn, str) and dn and _is_time(issued) and _is_time(expires)):
        raise TokenError("claims of the wrong type")
    if not (isinstance(id, str) and (origin is None or isinstance(origin, str))):
        raise TokenError("claims of the wrong type")
    if now >= expires:
        raise TokenError("expired")
    if issued > now + CLOCK_DIFFERENCE:
        raise TokenError("issued in the future")
    return Token(dn, id, origin)


def _is_time(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
