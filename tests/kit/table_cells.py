"""Which cells of a machine's table a set of tests goes through."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
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
        return sorted(f"{state} / {getattr(event, '__name__', event)}" for state, event in set(self) - self.cells)


@contextmanager
def watching(machine: type[StateMachine[Any, Any, Any]] | ModuleType, table: str = "TABLE") -> Iterator[WatchedTable]:
    """Watch the table of a class of machines, or of a module."""
    cells = getattr(machine, table)
    watched = WatchedTable(cells)
    setattr(machine, table, watched)
    try:
        yield watched
    finally:
        setattr(machine, table, cells)


def expect_every_cell(
    machine: type[StateMachine[Any, Any, Any]] | ModuleType,
    tests: Mapping[str, Any],
    table: str = "TABLE",
    **given: Callable[[], Any],
) -> None:
    """Fail with the names of the cells that no test goes through; the tests whose parameters are `given` are run for
    that."""
    with watching(machine, table) as watched:
        for scenario, parameters in _scenarios(tests, given):
            scenario(**{name: given[name]() for name in parameters})
    missing = watched.missing()
    assert not missing, "no test goes through\n    " + "\n    ".join(missing)


def _scenarios(tests: Mapping[str, Any], given: Mapping[str, Any]) -> list[tuple[Callable[..., None], list[str]]]:
    named = {name: value for name, value in tests.items() if name.startswith("test_")}
    named.pop("test_every_cell_is_visited", None)
    found = [(value, list(inspect.signature(value).parameters)) for value in named.values()]
    return [(value, parameters) for value, parameters in found if set(parameters) <= given.keys()]
