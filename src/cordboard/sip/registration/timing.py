"""When a registration is renewed, looked after and tried again: every wait, spread so that many DNs never act as one.

The spread is no chance: it comes from the address of record and the number of the request, so a DN's next step can be
foretold, and a thousand DNs that registered in the same second refresh over a tenth of their lifetime.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

FIRST_WAIT = 2.0  # seconds
LONGEST_WAIT = 60.0
LONGEST_RETRY_AFTER = 3600
UNKNOWN_WAIT = 60.0  # a 404 may only mean that the DN is not configured yet
REFUSED_WAIT = 300.0  # a wrong password tried often locks the account
REFUSALS = frozenset({401, 403, 404, 407})


@dataclass(frozen=True, slots=True)
class Upkeep:
    """How a binding is kept. `refresh_share` is the latest share of the lifetime at which it is refreshed.

    `check_seconds` is how often it is made sure of that the registrar still has it, 0 for never: by a refresh, which
    repairs what it finds, or with `query` by a REGISTER without Contact, which also tells (RFC 3261 section 10.2.3).
    """

    refresh_share: float = 0.8
    check_seconds: float = 0.0
    query: bool = False

    def refresh_after(self, lifetime: float, seed: str) -> float:
        after = lifetime * (self.refresh_share - 0.1 * spread(seed))
        return after if self.query else min(after, self.check_after(seed) or after)

    def check_after(self, seed: str) -> float:
        """0 without checks."""
        return self.check_seconds * (1 - 0.2 * spread(seed))


def spread(seed: str) -> float:
    """A number from 0 to just below 1, the same for the same seed."""
    return zlib.crc32(seed.encode()) / 2**32


def wait_after(status: int, failures: int, retry_after: int | None, seed: str) -> float:
    """How long to wait after the `failures`th failure in a row. Retry-After is the least (RFC 3261 section 20.33)."""
    if retry_after:
        return min(retry_after, LONGEST_RETRY_AFTER) + spread(seed)
    if status in REFUSALS:
        longest = UNKNOWN_WAIT if status == 404 else REFUSED_WAIT
    else:
        longest = min(FIRST_WAIT * 2 ** min(failures - 1, 10), LONGEST_WAIT)
    return longest * (1 - 0.25 * spread(seed))
