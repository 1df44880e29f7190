"""The routing point: calls wait in the order they came, for the agent who has been Ready and free the longest.

A call that comes back (rejected, not answered) keeps its place before those that came later. An agent who refused a
call is not offered the same call again for a while, or a lone Ready agent would be rung in a loop. Reference: SIP
Server sections 6.1, 6.2, 6.4.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from cordboard.lab.sip_server.agents import Agent


@dataclass(slots=True)
class Waiting:
    """One waiting call; `refused` tells until when which DN is not offered it."""

    call: str
    arrived: float
    refused: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Selected:
    """The routing decision: this call goes to this DN."""

    call: str
    dn: str


class RoutingPoint:
    """`free` tells of a DN whether it has a binding and no call."""

    def __init__(self, agents: Iterable[Agent], free: Callable[[str], bool], reoffer_after: float) -> None:
        self._agents = list(agents)
        self._free = free
        self._reoffer_after = reoffer_after
        self._waiting: list[Waiting] = []
        self._offered: dict[str, Waiting] = {}

    @property
    def waiting(self) -> list[str]:
        """The calls in the queue, first come first."""
        return [each.call for each in self._waiting]

    @property
    def deadline(self) -> float | None:
        """When the next refusal is forgiven."""
        return min((until for each in self._waiting for until in each.refused.values()), default=None)

    def enqueue(self, call: str, now: float) -> None:
        self._waiting.append(Waiting(call, now))

    def take_back(self, call: str, refused_by: str, now: float) -> None:
        """The DN did not take the call: it waits again, where it was."""
        waiting = self._offered.pop(call, None) or Waiting(call, now)
        waiting.refused[refused_by] = now + self._reoffer_after
        self._waiting.append(waiting)
        self._waiting.sort(key=lambda each: each.arrived)

    def forget(self, call: str) -> None:
        """The call is over, or answered."""
        self._offered.pop(call, None)
        self._waiting = [each for each in self._waiting if each.call != call]

    def select(self, now: float) -> Selected | None:
        """The next decision, if there is a call and an agent for it; that call is then no longer in the queue."""
        if not self._waiting:
            return None
        agents = sorted(
            (agent for agent in self._agents if agent.is_ready and self._free(agent.dn)),
            key=lambda each: each.idle_since,
        )
        for waiting in self._waiting:
            waiting.refused = {dn: until for dn, until in waiting.refused.items() if until > now}
            for agent in agents:
                if agent.dn not in waiting.refused:
                    self._waiting.remove(waiting)
                    self._offered[waiting.call] = waiting
                    return Selected(waiting.call, agent.dn)
        return None
