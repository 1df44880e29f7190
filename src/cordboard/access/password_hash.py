"""A password as it may be written down: scrypt (RFC 7914) with its parameters, `scrypt$N$r$p$salt$hash`."""

from __future__ import annotations

import base64
import hashlib
import hmac

COST, BLOCK, PARALLEL = 2**15, 8, 1
LENGTH = 32
SALT = 16  # bytes
MOST_MEMORY = 128 * 1024 * 1024


def hashed(password: str, salt: bytes, cost: int = COST) -> str:
    """The text for the settings; `salt` is 16 bytes of chance. Takes some 0.1 s and 32 MB, on purpose."""
    made = _derived(password, salt, cost, BLOCK, PARALLEL, LENGTH)
    return f"scrypt${cost}${BLOCK}${PARALLEL}${_text(salt)}${_text(made)}"


def verified(password: str, text: str) -> bool:
    """Whether the password is the one of `hashed`; False for a text that is no such hash."""
    try:
        kind, cost, block, parallel, salt, made = text.split("$")
        wanted = _bytes(made)
        found = _derived(password, _bytes(salt), int(cost), int(block), int(parallel), len(wanted))
    except ValueError:
        return False
    return kind == "scrypt" and hmac.compare_digest(found, wanted)


def _derived(password: str, salt: bytes, cost: int, block: int, parallel: int, length: int) -> bytes:
    return hashlib.scrypt(
        password.encode(), salt=salt, n=cost, r=block, p=parallel, maxmem=MOST_MEMORY, dklen=max(length, 1)
    )


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
