"""The 2xx to an INVITE until its ACK comes (RFC 3261 section 13.3.1.4).

The 2xx is repeated at T1, 3*T1, 7*T1 ... with intervals up to T2 by the user of the transaction, over any transport,
since a hop further on may be unreliable; only a WebSocket ends at the peer itself (RFC 7118) and needs no repetition.
Without an ACK after 64*T1 the session is given up.
"""

from __future__ import annotations

from dataclasses import dataclass

from cordboard.sip.transaction.timers import Timers


@dataclass(slots=True, eq=False)
class Acceptance:
    """One 2xx that waits for its ACK; `offered` tells that it carried an offer, so that the ACK brings the answer."""

    transaction: str
    cseq: int
    initial: bool
    offered: bool
    expires: float
    repeat_at: float | None
    interval: float

    @classmethod
    def begin(
        cls, transaction: str, cseq: int, initial: bool, offered: bool, repeats: bool, timers: Timers, now: float
    ) -> Acceptance:
        """The 2xx has just been sent."""
        repeat_at = now + timers.t1 if repeats else None
        return cls(transaction, cseq, initial, offered, now + timers.timeout, repeat_at, timers.t1)

    @property
    def deadline(self) -> float:
        return self.expires if self.repeat_at is None else min(self.expires, self.repeat_at)

    def repeat(self, now: float, timers: Timers) -> bool:
        """Whether the 2xx is to be sent again now; sets the next time."""
        if self.repeat_at is None or now < self.repeat_at:
            return False
        self.interval = min(2 * self.interval, timers.t2)
        self.repeat_at = now + self.interval
        return True
