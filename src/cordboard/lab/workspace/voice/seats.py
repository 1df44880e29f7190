"""Which agent sits where: the DN that activate-channels was given, and what v3 remembers of its calls.

SIP Server forgets a call when it is released. v3 does not: a released call stays with the agent, whose user data may
still change, until it is completed.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field

from cordboard.genesys.status import Resource
from cordboard.genesys.workspace.words import MonitoringCalls, MonitoringMode, MonitoringScope
from cordboard.lab.telephony import AgentState, CallState, CallView

MOST_CALLS = 100  # that one agent leaves uncompleted; the oldest are forgotten


@dataclass(slots=True)
class KnownCall:
    """A call as it was told last; `previous` is the ConnID under which this DN knew it before."""

    view: CallView
    extensions: Resource
    previous: str = ""


@dataclass(frozen=True, slots=True)
class Monitoring:
    """A supervisor wants the calls of the DN `target`."""

    target: str
    mode: MonitoringMode
    calls: MonitoringCalls
    scope: MonitoringScope


@dataclass(slots=True)
class Seat:
    """An agent whose voice channel is active."""

    user: str
    dn: str
    place: str
    agent_id: str
    queue: str = ""
    auto_complete: bool = False
    is_supervisor: bool = False
    state: AgentState = AgentState.LOGGED_OUT  # as it was told last
    calls: OrderedDict[str, KnownCall] = field(default_factory=OrderedDict)
    monitored: dict[str, Monitoring] = field(default_factory=dict)  # by DN

    def note(self, view: CallView, extensions: Resource) -> KnownCall:
        """Remember a call as it is now. A ConnID that is new here takes the place of the one it had before."""
        identifier, previous = view.connection_id, view.previous_connection_id
        known = self.calls.get(identifier)
        if known is None and previous in self.calls:
            self.calls.pop(previous)
            known = KnownCall(view, {}, previous)
        known = KnownCall(view, extensions or (known.extensions if known else {}), known.previous if known else "")
        self.calls[identifier] = known
        self._forget_the_oldest()
        return known

    def released(self) -> list[KnownCall]:
        """The calls that wait for being completed."""
        return [known for known in self.calls.values() if known.view.state is CallState.RELEASED]

    def _forget_the_oldest(self) -> None:
        for known in self.released()[: max(0, len(self.calls) - MOST_CALLS)]:
            del self.calls[known.view.connection_id]


class Seats:
    """All seats, found by user or DN."""

    def __init__(self) -> None:
        self._by_user: dict[str, Seat] = {}

    def __iter__(self) -> Iterator[Seat]:
        return iter(list(self._by_user.values()))

    def of_user(self, user: str) -> Seat | None:
        return self._by_user.get(user)

    def of_dn(self, dn: str) -> Seat | None:
        return next((seat for seat in self._by_user.values() if seat.dn == dn), None)

    def take(self, seat: Seat) -> None:
        self._by_user[seat.user] = seat

    def leave(self, user: str) -> Seat | None:
        return self._by_user.pop(user, None)
