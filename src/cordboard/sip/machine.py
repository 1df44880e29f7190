"""The shape shared by every machine of this package: a table of `state x event -> (state, actions)` and named timers.

A table is data, so the same table runs the machine, draws its diagram in the documentation and tells the tests which
cells exist. A pair that is not in the table is an event without meaning in that state and does nothing. A timer is
named by the event it fires; one name is armed at most once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any, Generic, TypeVar

State = TypeVar("State", bound=StrEnum)
Event = TypeVar("Event", bound=StrEnum)
Output = TypeVar("Output")

Action = Callable[[Any, Any, float], Iterable[Output]]
"""What a cell does: called with the machine, the argument of the event and the time; gives outputs."""

Cell = tuple[State, tuple[Action[Output], ...]]
Table = Mapping[tuple[State, Event], Cell[State, Output]]


class StateMachine(Generic[State, Event, Output]):
    """A machine that runs a table; subclasses set `TABLE` and `state` and feed events to `step`."""

    __slots__ = ("_timers", "state")

    TABLE: Table[State, Event, Output]

    def __init__(self, initial: State) -> None:
        self.state: State = initial
        self._timers: dict[Event, float] = {}

    @property
    def deadline(self) -> float | None:
        """When the machine next wants a `tick`; None if no timer runs."""
        return min(self._timers.values()) if self._timers else None

    def step(self, event: Event, argument: object, now: float) -> list[Output]:
        """Go through one cell of the table. The new state is in force before the actions run."""
        cell = self.TABLE.get((self.state, event))
        if cell is None:
            return []
        self.state, actions = cell
        outputs: list[Output] = []
        for action in actions:
            outputs.extend(action(self, argument, now))
        return outputs

    def tick(self, now: float) -> list[Output]:
        """Fire the timers that are due, earliest first."""
        outputs: list[Output] = []
        while self._timers:
            name = min(self._timers, key=self._timers.__getitem__)
            if self._timers[name] > now:
                break
            del self._timers[name]
            outputs.extend(self.step(name, None, now))
        return outputs

    def arm(self, name: Event, at: float) -> None:
        """Let `name` happen at the time `at`."""
        self._timers[name] = at

    def time_of(self, name: Event) -> float | None:
        """When `name` will happen; None if it is not armed."""
        return self._timers.get(name)

    def disarm(self, *names: Event) -> None:
        """Forget these timers; those not armed are no error."""
        for name in names:
            self._timers.pop(name, None)

    def disarm_all(self) -> None:
        """Forget every timer."""
        self._timers.clear()
