"""What was said about a call before the gateway had it, or of an agent who had no call yet: kept a while, bounded."""

from __future__ import annotations

from collections import OrderedDict

from cordboard.observe.trace.port import TraceEntry

MOST_CALLS, MOST_AGENTS, MOST_SAID = 200, 1000, 20  # and entries of each
AGENT_SECONDS = 300.0  # for how long an entry of an agent may belong to his next call

Told = OrderedDict[tuple[str, str], list[TraceEntry]]


class Beforehand:
    """Entries with their time of the epoch; `now` is of the same clock."""

    def __init__(self) -> None:
        self._of_calls: Told = OrderedDict()
        self._of_agents: Told = OrderedDict()

    def of_call(self, call_uuid: str, dn: str, entry: TraceEntry) -> None:
        """Said of the DN's call; what came first tells how it began."""
        if len(waiting := _place(self._of_calls, (call_uuid, dn), MOST_CALLS)) < MOST_SAID:
            waiting.append(entry)

    def take(self, call_uuid: str, dn: str) -> list[TraceEntry]:
        """What waits for this call, once."""
        return self._of_calls.pop((call_uuid, dn), [])

    def of_agent(self, dn: str, entry: TraceEntry) -> None:
        """Said of the agent; the latest counts."""
        said = _place(self._of_agents, ("", dn), MOST_AGENTS)
        said.append(entry)
        del said[:-MOST_SAID]

    def before(self, dn: str, now: float) -> list[TraceEntry]:
        """What was said of the agent lately; his next call may want it, too."""
        return [each for each in self._of_agents.get(("", dn), ()) if now - AGENT_SECONDS <= each.at]


def _place(told: Told, key: tuple[str, str], most: int) -> list[TraceEntry]:
    said = told.setdefault(key, [])
    told.move_to_end(key)
    while len(told) > most:
        told.popitem(last=False)
    return said
