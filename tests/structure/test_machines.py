"""docs/machines shows every table as it is."""

from __future__ import annotations

from cordboard.sip.machine import StateMachine
from kit.machines import FOLDER, MACHINES, has_targets, mermaid, pages


def test_pages_show_the_tables_as_they_are() -> None:
    written = {file.name: file.read_text() for file in FOLDER.glob("*.md")}
    drawn = pages()
    assert written.keys() == drawn.keys()
    outdated = [name for name, text in drawn.items() if text != written[name]]
    assert outdated == [], "out of date: run `python -m kit.machines` in tests"


def test_every_state_machine_has_its_page() -> None:
    drawn = {machine.module for machine in MACHINES}
    tables = {each.__module__ for each in _machines(StateMachine) if hasattr(each, "TABLE")}
    assert tables - drawn == set()


def test_arrows() -> None:
    machine = next(each for each in MACHINES if each.slug == "non-invite-client-transaction")
    drawn = mermaid(machine.tables[""], machine.initial)
    assert has_targets(machine.tables[""])
    assert "    [*] --> Trying" in drawn
    assert "    Trying --> Terminated: timer F | transport error" in drawn
    assert "Trying --> Trying" not in drawn


def _machines(kind: type) -> list[type]:
    found = [each for each in kind.__subclasses__() if each.__module__.startswith("cordboard.")]
    return [each for one in found for each in (one, *_machines(one))]
