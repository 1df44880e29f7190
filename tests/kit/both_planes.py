"""Whether both planes tell the same of every call of every agent: what the phone's SIP leg does, and CometD's messages.

The legs of a call are joined by DN and X-Genesys-CallUUID. A step that one plane has taken must be there in the other
within `bound` seconds, unless the first has gone on by then: an answer that crosses with the caller's hanging up, or a
call that SIP Server takes back before it has seen it ring, of which GWS never hears.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from enum import StrEnum


class Step(StrEnum):
    RINGING = "ringing"
    TALKING = "talking"
    OVER = "over"


Steps = dict[Step, float]  # when, in seconds of time.monotonic()


@dataclass(slots=True)
class JoinedCall:
    """One call at one agent, as both planes saw it. `customer` is what its user data names."""

    dn: str
    call_uuid: str
    sip: Steps = field(default_factory=dict)
    gws: Steps = field(default_factory=dict)
    customer: str = ""

    @property
    def answered(self) -> bool:
        """In both planes."""
        return Step.TALKING in self.sip and Step.TALKING in self.gws

    @property
    def over(self) -> bool:
        return all(Step.OVER in plane for plane in (self.sip, self.gws) if plane)

    @property
    def talked(self) -> float:
        """Seconds, as GWS told it; 0.0 before the end."""
        is_whole = {Step.TALKING, Step.OVER} <= self.gws.keys()
        return self.gws[Step.OVER] - self.gws[Step.TALKING] if is_whole else 0.0

    def lags(self) -> dict[Step, float]:
        """By how much GWS was later than SIP, of the steps that both have taken."""
        return {step: self.gws[step] - self.sip[step] for step in Step if step in self.sip and step in self.gws}

    def faults(self, now: float, bound: float) -> list[str]:
        return [
            *self._missing("GWS", self.sip, self.gws, now, bound),
            *self._missing("SIP", self.gws, self.sip, now, bound),
            *self._late(bound),
        ]

    def _missing(self, where: str, here: Steps, there: Steps, now: float, bound: float) -> list[str]:
        found = []
        for step in sorted(here.keys() - there.keys() - (set() if there else {Step.OVER})):
            until = now if step is Step.OVER else min(now, here.get(Step.OVER, now), there.get(Step.OVER, now))
            if until - here[step] > bound:
                found.append(
                    f"{self.dn} {self.call_uuid}: {where} does not say {step} after {until - here[step]:.2f} s"
                )
        return found

    def _late(self, bound: float) -> list[str]:
        late = {step: lag for step, lag in self.lags().items() if abs(lag) > bound}
        return [f"{self.dn} {self.call_uuid}: {step} {lag:.2f} s apart" for step, lag in late.items()]


class BothPlanes:
    """All calls of a day. `look` notes in `faults` what does not agree at the moment."""

    def __init__(self, bound: float) -> None:
        self.bound = bound
        self.calls: dict[tuple[str, str], JoinedCall] = {}
        self.faults: dict[str, None] = {}
        self.looks = 0

    def of(self, dn: str, call_uuid: str) -> JoinedCall:
        return self.calls.setdefault((dn, call_uuid), JoinedCall(dn, call_uuid))

    def look(self) -> None:
        now = time.monotonic()
        self.looks += 1
        for call in self.calls.values():
            for fault in call.faults(now, self.bound):
                self.faults.setdefault(fault.partition(" after ")[0])

    def lags(self) -> list[float]:
        """How far apart the planes were at each step, in seconds, the smallest first."""
        return sorted(abs(lag) for call in self.calls.values() for lag in call.lags().values())

    def crossed(self) -> list[JoinedCall]:
        """Calls that only one plane saw answered: the caller hung up at that moment."""
        return [call for call in self.calls.values() if (Step.TALKING in call.sip) is not (Step.TALKING in call.gws)]
