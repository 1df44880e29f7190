"""The shape of a call's identifiers (reference: SIP Server 3.1).

A call UUID is 32 characters: 16 octets that name one run of SIP Server, in base 32 (26 characters), and a counter in
base 32 (6 characters). The T-Library ConnID of the same call is 16 hex digits.
"""

from __future__ import annotations

import base64

LENGTH = 32
RUN_OCTETS = 16
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUV"

_COUNTER_LENGTH = 6


def call_uuid(run: bytes, number: int) -> str:
    """The UUID of call `number` (from 1) in the run named by these 16 octets; the counter starts anew after 32**6."""
    if len(run) != RUN_OCTETS:
        raise ValueError(f"a run is named by {RUN_OCTETS} octets, not {len(run)}")
    counter = "".join(DIGITS[number >> 5 * place & 31] for place in reversed(range(_COUNTER_LENGTH)))
    return base64.b32hexencode(run).decode().rstrip("=") + counter


def connection_id(run: bytes, number: int) -> str:
    """The ConnID of call `number`: 6 hex digits of the run, 10 of the counter."""
    return f"{run[:3].hex()}{number % 2**40:010x}"
