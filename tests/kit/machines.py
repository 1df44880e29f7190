"""Draws every state machine into docs/machines from its table: `python -m kit.machines` from `tests` rewrites them.

Two shapes of tables exist: `state x event -> (state, actions)`, drawn as a diagram with all cells below it, and the
`state x input -> action` of legs and seats, whose actions set the state themselves: these have their cells alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from kit.machine_list import MACHINES

FOLDER = Path(__file__).parents[2] / "docs" / "machines"
HINT = "Written by `python -m kit.machines` in `tests` from the table in the code; a test fails when they differ."

Table = Mapping[tuple[Any, Any], Any]


@dataclass(frozen=True, slots=True)
class Machine:
    """One table to draw. `initial` are the states it begins in, `module` where it stands."""

    slug: str
    title: str
    module: str
    initial: tuple[str, ...]
    table: Table

    @property
    def has_targets(self) -> bool:
        """Whether the cells say to which state they lead."""
        return all(isinstance(cell, tuple) for cell in self.table.values())


def machines() -> list[Machine]:
    """All machines in the order of the index."""
    return [
        Machine(slug, title, table_module, initial, table) for slug, title, table_module, initial, table in MACHINES
    ]


def mermaid(machine: Machine) -> str:
    """The changes of state, one arrow for all events between the same two states."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for (state, event), (to, _) in machine.table.items():
        if state is not to:
            arrows.setdefault((_identifier(state), _identifier(to)), []).append(_word(event))
    names = {state for state, _ in machine.table} | {to for to, _ in machine.table.values()}
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += sorted(f'    state "{name}" as {_identifier(name)}' for name in names if _identifier(name) != name)
    lines += [f"    [*] --> {_identifier(state)}" for state in machine.initial]
    lines += [f"    {state} --> {to}: {' | '.join(events)}" for (state, to), events in arrows.items()]
    return "\n".join([*lines, "```", ""])


def cells(machine: Machine) -> str:
    """All cells as a table."""
    if machine.has_targets:
        rows = [
            f"| {state} | {_word(event)} | {to} | {', '.join(map(_action, actions)) or '-'} |"
            for (state, event), (to, actions) in machine.table.items()
        ]
        return "\n".join(["| state | event | then | actions |", "|---|---|---|---|", *rows, ""])
    rows = [f"| {state} | {_word(event)} | {_action(action)} |" for (state, event), action in machine.table.items()]
    return "\n".join(["| state | input | action |", "|---|---|---|", *rows, ""])


def page(machine: Machine) -> str:
    """The whole page of one machine."""
    drawn = [mermaid(machine)] if machine.has_targets else []
    return "\n".join([f"# {machine.title}", "", f"In `{machine.module}`. {HINT}", "", *drawn, cells(machine)])


def index() -> str:
    """The page that leads to the others."""
    lines = [f"* [{each.title}]({each.slug}.md), {len(each.table)} cells" for each in machines()]
    head = (
        "Every state machine of Cordboard. A pair of state and event that has no cell means nothing and does nothing."
    )
    return "\n".join(["# State machines", "", head, "", *lines, ""])


def pages() -> dict[str, str]:
    """File name -> text of everything in docs/machines."""
    return {"README.md": index()} | {f"{machine.slug}.md": page(machine) for machine in machines()}


def _identifier(state: object) -> str:
    return "".join(character if character.isalnum() else "_" for character in str(state))


def _word(event: Any) -> str:
    return str(event) if isinstance(event, StrEnum) else event.__name__


def _action(action: Callable[..., Any]) -> str:
    return action.__name__.lstrip("_").replace("_", " ")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for file in FOLDER.glob("*.md"):
        file.unlink()
    for name, text in pages().items():
        (FOLDER / name).write_text(text)
