"""The desk's word to the gateway that a page belongs to a DN: a signed token that lasts minutes.

A JSON Web Token (RFC 7519) with HMAC-SHA256. JsSIP puts it into REGISTER as `Authorization: Bearer <token>` (RFC 8898).
The library's own clock is not used: whoever asks says what time it is.
"""

from __future__ import annotations

import math
from typing import Any

import jwt

AUDIENCE = "cordboard"
ALGORITHM = "HS256"
SMALLEST_SECRET = 32  # bytes: RFC 7518 section 3.2 asks for as many as the hash has
LARGEST_TOKEN = 1024  # characters; ours are under 300
CLOCK_DIFFERENCE = 5.0  # seconds by which the clocks of desk and gateway may differ

_OPTIONS: Any = {
    "require": ["sub", "aud", "iat", "exp"],
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
}


class TokenError(Exception):
    """The token proves nothing; the text says why and holds no part of the token."""


def issue(secret: bytes, dn: str, now: float, lifetime: float) -> str:
    """A token for `dn`, good until `now + lifetime` rounded up to a second. Raises ValueError for a short secret."""
    if len(secret) < SMALLEST_SECRET:
        raise ValueError(f"a secret of {len(secret)} bytes is too short, {SMALLEST_SECRET} are needed")
    claims = {"sub": dn, "aud": AUDIENCE, "iat": math.floor(now), "exp": math.ceil(now + lifetime)}
    return jwt.encode(claims, secret, ALGORITHM)


def verify(secret: bytes, token: str, now: float) -> str:
    """The DN that `token` was issued for. Raises `TokenError` for anything but a token of ours that is still good."""
    if len(token) > LARGEST_TOKEN:
        raise TokenError("too long")
    try:
        claims = jwt.decode(token, secret, algorithms=[ALGORITHM], audience=AUDIENCE, options=_OPTIONS)
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise TokenError(f"not a token of ours ({type(error).__name__})") from None
    dn, issued, expires = claims["sub"], claims["iat"], claims["exp"]
    if not (isinstance(dn, str) and dn and _is_time(issued) and _is_time(expires)):
        raise TokenError("claims of the wrong type")
    if now >= expires:
        raise TokenError("expired")
    if issued > now + CLOCK_DIFFERENCE:
        raise TokenError("issued in the future")
    return dn


def _is_time(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
