"""Which cells of a machine's table a set of tests goes through."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from cordboard.sip.machine import StateMachine


class WatchedTable(dict[Any, Any]):
    """A table that remembers which of its cells were used."""

    def __init__(self, table: Any) -> None:
        super().__init__(table)
        self.cells: set[Any] = set()

    def get(self, key: Any, default: Any = None) -> Any:
        if key in self:
            self.cells.add(key)
        return super().get(key, default)

    def missing(self) -> list[str]:
        """The cells nobody went through, as "state / event"."""
        return sorted(f"{state} / {event}" for state, event in set(self) - self.cells)


@contextmanager
def watching(machine: type[StateMachine[Any, Any, Any]]) -> Iterator[WatchedTable]:
    """Watch the table of a class of machines."""
    table = machine.TABLE
    watched = WatchedTable(table)
    machine.TABLE = watched
    try:
        yield watched
    finally:
        machine.TABLE = table


def expect_every_cell(machine: type[StateMachine[Any, Any, Any]], tests: Mapping[str, Any]) -> None:
    """Fail with the names of the cells that no test goes through; the tests without parameters are run for that."""
    with watching(machine) as watched:
        for scenario in _scenarios(tests):
            scenario()
    missing = watched.missing()
    assert not missing, "no test goes through\n    " + "\n    ".join(missing)


def _scenarios(tests: Mapping[str, Any]) -> list[Callable[[], None]]:
    return [
        value
        for name, value in tests.items()
        if name.startswith("test_") and name != "test_every_cell_is_visited" and not inspect.signature(value).parameters
    ]
