"""Records in a file of SQLite, in WAL mode: who reads does not hold up who writes."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from cordboard.records.port import CallRecord
from cordboard.records.stores.store import (
    STEPS,
    VERSION,
    Query,
    StoreUnusable,
    insertion,
    record_of,
    row_of,
    selection,
)

BUSY_SECONDS = 2.0
_PUT_ASIDE = "put it aside, and a new one is made"


class SqliteStore:
    """Opened with the first verb, and again after one that failed. `writes` makes the file where there is none."""

    def __init__(self, path: Path, *, writes: bool = True) -> None:
        self._path = path
        self._writes = writes
        self._connection: sqlite3.Connection | None = None

    def write(self, records: Sequence[CallRecord]) -> None:
        try:
            with self._opened() as connection:
                connection.executemany(insertion("?"), [row_of(record) for record in records])
        except sqlite3.Error as error:
            raise self._unusable(error) from None

    def delete_before(self, ended: float) -> int:
        try:
            with self._opened() as connection:
                return connection.execute("DELETE FROM calls WHERE ended < ?", (ended,)).rowcount
        except sqlite3.Error as error:
            raise self._unusable(error) from None

    def read(self, query: Query) -> list[CallRecord]:
        sql, values = selection(query, "?")
        try:
            return [record_of(row) for row in self._opened().execute(sql, values)]
        except sqlite3.Error as error:
            raise self._unusable(error) from None

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _opened(self) -> sqlite3.Connection:
        try:
            if self._connection is not None and self._writes and not self._path.exists():
                self.close()  # somebody took the file away
            if self._connection is None:
                self._connection = self._open()
        except OSError as error:
            raise StoreUnusable(f"{self._path} cannot be used: {(error.strerror or str(error)).lower()}") from None
        return self._connection

    def _open(self) -> sqlite3.Connection:
        if self._path.exists() and not self._path.is_file():
            raise StoreUnusable(f"{self._path} is no file; {_PUT_ASIDE}")
        if self._writes:
            self._make_private()
        elif not self._path.exists():
            raise StoreUnusable(f"there is no file {self._path} yet")
        mode = "rwc" if self._writes else "ro"
        connection = sqlite3.connect(f"{self._path.as_uri()}?mode={mode}", uri=True, timeout=BUSY_SECONDS)
        try:
            if self._writes:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
            self._bring_up_to_date(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _make_private(self) -> None:
        """Records are nobody else's business."""
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._path.touch(mode=0o600, exist_ok=True)
        except OSError as error:
            raise StoreUnusable(f"{self._path} cannot be written: {error.strerror}") from None

    def _bring_up_to_date(self, connection: sqlite3.Connection) -> None:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise StoreUnusable(f"{self._path} was made by a later version of Cordboard; {_PUT_ASIDE}")
        if not self._writes:
            if version == 0:
                raise StoreUnusable(f"{self._path} holds no records of Cordboard yet")
            return
        for number, step in enumerate(STEPS[version:], start=version + 1):
            with connection:
                connection.execute("BEGIN")
                for statement in step:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")

    def _unusable(self, error: sqlite3.Error) -> StoreUnusable:
        self.close()
        why = str(error)
        if isinstance(error, sqlite3.DatabaseError) and ("not a database" in why or "malformed" in why):
            return StoreUnusable(f"{self._path} is damaged, or no database ({why}); {_PUT_ASIDE}")
        return StoreUnusable(f"{self._path} cannot be used: {why}")
