"""Which cells of the call's tables the ladders have been through: one that none visits is a line nobody has shown."""

from __future__ import annotations

from typing import Any

from cordboard.call import dialing, succession
from cordboard.call.page import leg as page_leg
from cordboard.call.trunk import leg as trunk_leg


class Recording(dict[Any, Any]):
    """A table that remembers which of its cells were asked for."""

    def __init__(self, cells: dict[Any, Any]) -> None:
        super().__init__(cells)
        self.visited: set[Any] = set()

    def get(self, key: Any, default: Any = None) -> Any:
        if counting and key in self:
            self.visited.add(key)
        return super().get(key, default)

    @property
    def missing(self) -> list[str]:
        return sorted(f"({', '.join(map(word, key))})" for key in self.keys() - self.visited)


def word(part: Any) -> str:
    """A part of a cell's key: a state, or a type of event."""
    return part.__name__ if isinstance(part, type) else str(part)


TABLES: dict[str, Recording] = {}
counting = False  # while a ladder runs


def record() -> None:
    """Put recording tables in the place of the call's own."""
    for module in (page_leg, trunk_leg, succession, dialing):
        for name in ("HANDLE", "TELL", "HEARD"):
            if cells := getattr(module, name, None):
                table = Recording(cells)
                setattr(module, name, table)
                TABLES[f"{module.__name__}.{name}"] = table


def unvisited() -> dict[str, list[str]]:
    return {name: table.missing for name, table in TABLES.items() if table.missing}
