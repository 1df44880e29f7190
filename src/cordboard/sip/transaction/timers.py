"""The base timers of RFC 3261 section 17.1.1.1 and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timers:
    """T1, T2 and T4 in seconds (RFC 3261 appendix A); the defaults are those of the RFC and of SIP Server."""

    t1: float = 0.5  # round-trip time estimate
    t2: float = 4.0  # the longest interval between retransmissions of a non-INVITE request or an INVITE response
    t4: float = 5.0  # how long a message can stay in the network

    @property
    def timeout(self) -> float:
        """64*T1: timers B, F, H, J, L and M, and D, which must be 32 s or more at the usual T1."""
        return 64 * self.t1
