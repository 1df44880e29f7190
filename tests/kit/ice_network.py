"""Two ICE agents on a network in virtual time that delays and loses what they send.

network = IceNetwork(delay=0.01)
network.attach(caller, CALLER)
network.attach(called, CALLED)
network.take(CALLER, caller.take_remote(...))
network.run(2.0)
assert network.told(CALLER) == [Selected(CALLED)]
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from cordboard.stun.lite import Reply
from cordboard.stun.message import Address
from cordboard.stun.vocabulary import Send


class IceAgent(Protocol):
    @property
    def deadline(self) -> float | None: ...

    def handle(self, data: bytes, source: Address, now: float) -> list[Any]: ...

    def tick(self, now: float) -> list[Any]: ...


@dataclass
class IceNetwork:
    """`lost(source, data)` says which datagrams do not arrive; `wire` has all that were sent, with their times."""

    delay: float = 0.01
    lost: Callable[[Address, bytes], bool] = lambda source, data: False
    now: float = 0.0
    wire: list[tuple[float, Address, Address, bytes]] = field(default_factory=list)
    events: dict[Address, list[Any]] = field(default_factory=dict)
    agents: dict[Address, IceAgent] = field(default_factory=dict)
    translated: dict[Address, Address] = field(default_factory=dict)  # an agent's address as others see it
    _way: list[tuple[float, int, bytes, Address, Address]] = field(default_factory=list)
    _numbers: Any = field(default_factory=itertools.count)

    def attach(self, agent: IceAgent, address: Address) -> None:
        self.agents[address] = agent
        self.events[address] = []

    def take(self, address: Address, outputs: Iterable[Any]) -> None:
        """Carry out what the agent at that address asks for."""
        for output in outputs:
            if isinstance(output, Send | Reply):
                self.send(address, output.destination, output.data)
            else:
                self.events[address].append(output)

    def send(self, source: Address, destination: Address, data: bytes) -> None:
        self.wire.append((self.now, source, destination, data))
        if not self.lost(source, data):
            seen = self.translated.get(source, source)
            heapq.heappush(self._way, (self.now + self.delay, next(self._numbers), data, seen, destination))

    def told(self, address: Address, *kinds: type) -> list[Any]:
        """What the agent has said so far, all or only of these kinds."""
        return [event for event in self.events[address] if not kinds or isinstance(event, kinds)]

    def run(self, seconds: float) -> None:
        """Let time pass."""
        end = self.now + seconds
        while (at := self._next()) is not None and at <= end:
            self.now = max(at, self.now)
            self._arrivals()
            for address, agent in self.agents.items():
                if agent.deadline is not None and agent.deadline <= self.now:
                    self.take(address, agent.tick(self.now))
        self.now = end

    def _next(self) -> float | None:
        times = [agent.deadline for agent in self.agents.values()]
        times.append(self._way[0][0] if self._way else None)
        return min((time for time in times if time is not None), default=None)

    def _arrivals(self) -> None:
        behind = {seen: own for own, seen in self.translated.items()}
        while self._way and self._way[0][0] <= self.now:
            _, _, data, source, destination = heapq.heappop(self._way)
            address = behind.get(destination, destination)
            if address in self.agents:
                self.take(address, self.agents[address].handle(data, source, self.now))
