"""What a database of records does, and how a record is a row."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from operator import attrgetter
from typing import Any, Protocol

from cordboard.records.port import CallRecord

VERSION = 1  # of the tables; each step from the version before is in `STEPS`

COLUMNS = tuple(each.name for each in fields(CallRecord))
_of_columns = attrgetter(*COLUMNS)
STEPS: tuple[tuple[str, ...], ...] = (
    (
        """
        CREATE TABLE calls (
            call TEXT NOT NULL, call_uuid TEXT NOT NULL, dn TEXT NOT NULL, made_by TEXT NOT NULL,
            begun DOUBLE PRECISION NOT NULL, answered DOUBLE PRECISION, ended DOUBLE PRECISION NOT NULL,
            cause TEXT NOT NULL, outcome TEXT NOT NULL,
            mos_from_page DOUBLE PRECISION, mos_from_trunk DOUBLE PRECISION,
            loss DOUBLE PRECISION, jitter DOUBLE PRECISION,
            setup_seconds DOUBLE PRECISION, answer_to_audio_seconds DOUBLE PRECISION,
            bad TEXT NOT NULL, far_number TEXT NOT NULL,
            PRIMARY KEY (call, begun)
        )""",
        "CREATE INDEX calls_ended ON calls (ended)",
        "CREATE INDEX calls_dn ON calls (dn, ended)",
    ),
)


class StoreUnusable(Exception):
    """The database cannot be used now; the text says why, and never holds a password."""


@dataclass(frozen=True, slots=True)
class Query:
    """Which records are wanted: ended at or after `since` (seconds of the epoch), of a DN, bad ones only."""

    since: float = 0.0
    dn: str = ""
    bad: bool = False
    most: int = 10_000


class Store(Protocol):
    """Used by one thread. Every verb but `close` raises `StoreUnusable`."""

    def write(self, records: Sequence[CallRecord]) -> None:
        """Add them; of those that are there already the marks are taken, if there are any."""

    def delete_before(self, ended: float) -> int:
        """Delete what ended earlier; returns how many."""

    def read(self, query: Query) -> list[CallRecord]:
        """The latest call first."""

    def close(self) -> None: ...


def row_of(record: CallRecord) -> tuple[Any, ...]:
    """The record as values of `COLUMNS`."""
    return tuple([json.dumps(value) if isinstance(value, tuple) else value for value in _of_columns(record)])


def record_of(row: Sequence[Any]) -> CallRecord:
    """The record of a row of `COLUMNS`."""
    values = dict(zip(COLUMNS, row, strict=True))
    return CallRecord(**{**values, "bad": tuple(json.loads(values["bad"]))})


def line_of(record: CallRecord) -> str:
    """The record as a line of a file."""
    return json.dumps(_values(record), separators=(",", ":"))


def record_of_line(line: str) -> CallRecord | None:
    """The record of a line; None for one that is damaged."""
    try:
        values = json.loads(line)
        return CallRecord(**{**values, "bad": tuple(values["bad"])}) if isinstance(values, dict) else None
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def selection(query: Query, mark: str) -> tuple[str, list[Any]]:
    """SQL that reads what is wanted, and its values; `mark` stands for a value."""
    conditions, values = [f"ended >= {mark}"], [query.since]
    wanted: Mapping[str, Any] = {f"dn = {mark}": query.dn}
    for condition, value in wanted.items():
        if value:
            conditions.append(condition)
            values.append(value)
    if query.bad:
        conditions.append("bad <> '[]'")
    columns = ", ".join(COLUMNS)
    return (
        f"SELECT {columns} FROM calls WHERE {' AND '.join(conditions)} ORDER BY ended DESC LIMIT {int(query.most)}",
        values,
    )


def insertion(mark: str) -> str:
    """SQL that adds a row; of one that is there it changes the marks, and takes none away."""
    marks = ", ".join([mark] * len(COLUMNS))
    again = "ON CONFLICT (call, begun) DO UPDATE SET bad = excluded.bad WHERE excluded.bad <> '[]'"
    return f"INSERT INTO calls ({', '.join(COLUMNS)}) VALUES ({marks}) {again}"


def _values(record: CallRecord) -> dict[str, Any]:
    return asdict(record)
