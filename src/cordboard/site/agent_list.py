"""A list of agents as CSV: `dn,sip_server_password`, with commas, semicolons or tabs, as spreadsheets write it."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection
from dataclasses import dataclass, field

from cordboard.config import kinds
from cordboard.config.kinds import Wrong
from cordboard.site.agents import SIP_SERVER
from cordboard.site.dn_ranges import MOST
from cordboard.site.errors import SiteProblem

COLUMNS = ("dn", SIP_SERVER)
LARGEST_LIST = 4_000_000  # octets


@dataclass(frozen=True, slots=True)
class Row:
    """An agent of the list; `values` are its passwords, none where the cell is empty."""

    dn: str
    values: dict[str, str] = field(repr=False)


def read(text: str, name: str, *, there: Collection[str] = ()) -> list[Row]:
    """The agents of a list called `name`; DNs that are `there` already are mistakes.

    Raises `SiteProblem` with all mistakes, each with its line, and never with a password.
    """
    delimiter = next((each for each in ";\t" if each in text.partition("\n")[0]), ",")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=delimiter)
    problems: list[str] = []
    rows: dict[str, Row] = {}
    row_begins = 1
    try:
        _demand_header(next(reader, []), name)
        row_begins = 2
        for cells in reader:
            row_begins = reader.line_num + 1
            try:
                if row := _row(cells, rows, there):
                    rows[row.dn] = row
            except Wrong as wrong:
                right = f"; right would be {wrong.right}" if wrong.right else ""
                problems.append(f"{name}:{reader.line_num}: {wrong.why}{right}")
    except csv.Error as error:
        opened = "a quote is opened here and not closed" if "end of data" in str(error) else str(error)
        problems.append(f"{name}:{row_begins}: not CSV: {opened}")
    if len(rows) > MOST:
        problems.append(f"{name}: more than {MOST} agents")
    if not rows and not problems:
        problems.append(f"{name}: lists no agent")
    if problems:
        raise SiteProblem(problems)
    return list(rows.values())


def _demand_header(cells: list[str], name: str) -> None:
    if tuple(cell.strip().lower() for cell in cells) not in (COLUMNS, COLUMNS[:1]):
        raise SiteProblem([f"{name}:1: the first line must be {','.join(COLUMNS)}"])


def _row(cells: list[str], before: Collection[str], there: Collection[str]) -> Row | None:
    if not any(cell.strip() for cell in cells):
        return None
    if len(cells) > len(COLUMNS):
        raise Wrong(f"has {len(cells)} cells instead of {len(COLUMNS)}; a password with a comma needs quotes around it")
    dn, password = cells[0].strip(), cells[1] if len(cells) > 1 else ""
    try:
        kinds.DN.read(dn)
    except Wrong as wrong:
        raise Wrong(f"{kinds.quoted(dn[:64])} {wrong.why}", wrong.right) from None
    try:
        kinds.TEXT.read(password)
    except Wrong as wrong:
        raise Wrong(f"the password of {dn} {wrong.why}") from None
    if dn in before:
        raise Wrong(f"{dn} is in the list twice")
    if dn in there:
        raise Wrong(f"{dn} is there already; --update gives it the password of the list")
    return Row(dn, {SIP_SERVER: password} if password else {})
