"""The registrations of many DNs, paced: a restart of the gateway or the return of SIP Server makes no storm.

Every REGISTER takes one of `in_flight` places until its final response, and leaves `1 / per_second` after the one
before. What has to wait does so in order, the answer to a challenge before the rest: its nonce is young. A DN has one
REGISTER here at most; one that is still waiting is replaced by a later one of the same DN.
"""

from __future__ import annotations

import heapq
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from cordboard.sip.events import Tick
from cordboard.sip.identifiers import Identifiers
from cordboard.sip.registration.client import Registration
from cordboard.sip.registration.states import State
from cordboard.sip.registration.timing import Upkeep
from cordboard.sip.registration.vocabulary import Account, Forget, Input, Move, Output, Reply, SendRegister


@dataclass(frozen=True, slots=True)
class Pace:
    """How many REGISTERs may be on their way at once, and how many leave in a second."""

    in_flight: int = 50
    per_second: float = 200.0


CATCH_UP = 0.1  # seconds of the pace that a late wake-up may make good
VOID_ALARMS = 16  # kept before they are cleared away, and two of each DN

Said = tuple[str, Output]
"""A DN and what its registration says."""


class RegistrationPool:
    """`handle(dn, input, now) -> list[Said]`, `tick(now)` at `deadline`; a DN is known after `add`."""

    def __init__(self, identifiers: Identifiers, upkeep: Upkeep, pace: Pace) -> None:
        self._identifiers = identifiers
        self._upkeep = upkeep
        self._pace = pace
        self._registrations: dict[str, Registration] = {}
        self._waiting: OrderedDict[str, SendRegister] = OrderedDict()
        self._sent: dict[str, int] = {}  # DN -> CSeq of what is on its way
        self._next_at = 0.0  # when the next one may leave
        self._alarms: list[tuple[float, str]] = []  # a heap; one that `_armed` does not have is void
        self._armed: dict[str, float] = {}

    def __contains__(self, dn: str) -> bool:
        return dn in self._registrations

    @property
    def dns(self) -> tuple[str, ...]:
        return tuple(self._registrations)

    def state(self, dn: str) -> State:
        registration = self._registrations.get(dn)
        return registration.state if registration else State.UNREGISTERED

    def add(self, dn: str, account: Account) -> None:
        """Raises `LocalProtocolError` for a contact that cannot be used."""
        self._registrations[dn] = Registration(account, self._identifiers, self._upkeep)

    def handle(self, dn: str, input: Input, now: float) -> list[Said]:
        """Take one input of a DN; what an unknown DN is told goes nowhere."""
        registration = self._registrations.get(dn)
        if registration is None:
            return []
        if isinstance(input, Forget | Move):
            self._waiting.pop(dn, None)
            self._sent.pop(dn, None)
        elif isinstance(input, Reply) and input.cseq in (0, self._sent.get(dn)):
            self._sent.pop(dn, None)
        outputs = self._queued(dn, registration.handle(input, now), first=isinstance(input, Reply))
        self._arm(dn, registration.deadline)
        return outputs + self._released(now)

    def move(self, account_of: Callable[[str], Account], now: float) -> list[Said]:
        """All DNs register at another registrar from now on; what still waits for the old one never leaves."""
        self._waiting.clear()
        self._sent.clear()
        return [said for dn in self.dns for said in self.handle(dn, Move(account_of(dn)), now)]

    def tick(self, now: float) -> list[Said]:
        """Time has come to `now`."""
        outputs: list[Said] = []
        while self._alarms and self._alarms[0][0] <= now:
            at, dn = heapq.heappop(self._alarms)
            if self._armed.get(dn) == at:
                del self._armed[dn]
                outputs += self.handle(dn, Tick(), now)
        return outputs + self._released(now)

    @property
    def deadline(self) -> float | None:
        while self._alarms and self._armed.get(self._alarms[0][1]) != self._alarms[0][0]:
            heapq.heappop(self._alarms)
        times = [self._alarms[0][0]] if self._alarms else []
        if self._waiting and len(self._sent) < self._pace.in_flight:
            times.append(self._next_at)
        return min(times, default=None)

    def _arm(self, dn: str, at: float | None) -> None:
        if at is None:
            self._armed.pop(dn, None)
        elif self._armed.get(dn) != at:
            self._armed[dn] = at
            heapq.heappush(self._alarms, (at, dn))
            if len(self._alarms) > 2 * len(self._registrations) + VOID_ALARMS:
                self._alarms = sorted((at, dn) for dn, at in self._armed.items())

    def _queued(self, dn: str, outputs: list[Output], *, first: bool) -> list[Said]:
        """Keep the REGISTERs back; the rest is said at once."""
        said: list[Said] = []
        for output in outputs:
            if isinstance(output, SendRegister):
                self._waiting.pop(dn, None)
                self._waiting[dn] = output
                self._waiting.move_to_end(dn, last=not first)
            else:
                said.append((dn, output))
        return said

    def _released(self, now: float) -> list[Said]:
        """What may leave now."""
        said: list[Said] = []
        while self._waiting and len(self._sent) < self._pace.in_flight and self._next_at <= now:
            dn, register = self._waiting.popitem(last=False)
            self._next_at = max(self._next_at, now - CATCH_UP) + 1 / self._pace.per_second
            self._sent[dn] = register.cseq
            said.append((dn, register))
        return said
