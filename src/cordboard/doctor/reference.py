"""docs/doctor.md's table of all checks and of known bad versions, made from the code."""

from __future__ import annotations

import sys
from pathlib import Path

from cordboard.doctor.catalogue import CHECKS, GROUPS
from cordboard.doctor.check import Check
from cordboard.doctor.known_bad import KNOWN_BAD

BEGIN = "<!-- made by `make reference` from here on -->"


def reference() -> str:
    """All that stands below `BEGIN`."""
    parts = [_group(name, heading) for name, heading in GROUPS.items()]
    return "\n".join([BEGIN, "", *parts, _known_bad()])


def page(text: str) -> str:
    """The whole page: what was written by hand, and the reference below it."""
    return text.partition(BEGIN)[0] + reference()


def _group(name: str, heading: str) -> str:
    lines = [f"## {heading}", "", "| id | looks at | why | mend |", "|---|---|---|---|"]
    lines += [_row(each) for each in CHECKS if each.group == name]
    return "\n".join(lines) + "\n"


def _row(check: Check) -> str:
    looks = " ".join(check.explanation.split())
    after = f" After {', '.join(f'`{each}`' for each in check.after)}." if check.after else ""
    return f"| `{check.id}` | {_cell(looks)}{after} | {_cell(check.why)} | {_cell(check.mend)} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _known_bad() -> str:
    lines = ["## Known bad versions", "", "| program | versions | what | mend |", "|---|---|---|---|"]
    lines += [f"| {each.program} | {each.range} | {each.what} | {each.mend} |" for each in KNOWN_BAD]
    return "\n".join(lines) + "\n"


def write(directory: Path) -> None:
    """Write the reference into docs/doctor.md below the project's directory."""
    file = directory / "docs" / "doctor.md"
    file.write_text(page(file.read_text()))


if __name__ == "__main__":
    write(Path(sys.argv[1]))
