"""Credentials for a TURN server that last minutes, as servers with a shared secret take them.

The scheme of draft-uberti-behave-turn-rest-00, which coturn calls use-auth-secret: the user name begins with the second
at which it expires, the password is an HMAC of the user name. The server needs to know nobody.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import math
from dataclasses import dataclass, field

_PSEUDONYM = 16  # hexadecimal digits: the server's log can tell agents apart and name none


@dataclass(frozen=True, slots=True)
class TurnCredentials:
    """`expires` is in seconds of the Unix epoch."""

    username: str
    password: str = field(repr=False)
    expires: int


def turn_credentials(secret: bytes, dn: str, now: float, lifetime: float) -> TurnCredentials:
    """Credentials for the page of `dn`, good until `now + lifetime` rounded up. Raises ValueError without a secret."""
    if not secret:
        raise ValueError("the TURN server's secret is empty")
    expires = math.ceil(now + lifetime)
    username = f"{expires}:{_pseudonym(secret, dn)}"
    proof = hmac.new(secret, username.encode(), hashlib.sha1).digest()
    return TurnCredentials(username, base64.b64encode(proof).decode(), expires)


def _pseudonym(secret: bytes, dn: str) -> str:
    return hmac.new(secret, b"dn " + dn.encode(), hashlib.sha256).hexdigest()[:_PSEUDONYM]
