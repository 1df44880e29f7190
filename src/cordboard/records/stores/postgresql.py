"""Records in PostgreSQL, through psycopg, which is installed with `cordboard[postgresql]`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

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

CONNECT_SECONDS = 5
STATEMENT_MILLISECONDS = 10_000
_LOCK = 0x636F7264  # of pg_advisory_xact_lock: two gateways start at the same time
_VERSION_TABLE = "CREATE TABLE IF NOT EXISTS cordboard_schema (version INTEGER NOT NULL)"


class PostgresqlStore:
    """Connected with the first verb, and again after one that failed. Raises `StoreUnusable` without psycopg."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: Any = None

    def write(self, records: Sequence[CallRecord]) -> None:
        rows = [row_of(record) for record in records]
        self._do(lambda cursor: cursor.executemany(insertion("%s"), rows))

    def delete_before(self, ended: float) -> int:
        deleted: int = self._do(lambda cursor: cursor.execute("DELETE FROM calls WHERE ended < %s", (ended,)).rowcount)
        return deleted

    def read(self, query: Query) -> list[CallRecord]:
        sql, values = selection(query, "%s")
        rows = self._do(lambda cursor: cursor.execute(sql, values).fetchall())
        return [record_of(row) for row in rows]

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _do(self, work: Any) -> Any:
        psycopg = _psycopg()
        try:
            if self._connection is None:
                self._connection = self._connect(psycopg)
            with self._connection.transaction(), self._connection.cursor() as cursor:
                return work(cursor)
        except psycopg.Error as error:
            self.close()
            raise StoreUnusable(f"PostgreSQL cannot be used: {_first_line(error)}") from None

    def _connect(self, psycopg: Any) -> Any:
        connection = psycopg.connect(
            self._url,
            connect_timeout=CONNECT_SECONDS,
            application_name="cordboard",
            autocommit=True,
            options=f"-c statement_timeout={STATEMENT_MILLISECONDS}",
        )
        try:
            with connection.transaction(), connection.cursor() as cursor:
                _bring_up_to_date(cursor)
        except BaseException:
            connection.close()
            raise
        return connection


def _bring_up_to_date(cursor: Any) -> None:
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
    cursor.execute(_VERSION_TABLE)
    row = cursor.execute("SELECT version FROM cordboard_schema").fetchone()
    version = row[0] if row else 0
    if version > VERSION:
        raise StoreUnusable("the tables in PostgreSQL were made by a later version of Cordboard")
    if version == VERSION:
        return
    for step in STEPS[version:]:
        for statement in step:
            cursor.execute(statement)
    cursor.execute("DELETE FROM cordboard_schema")
    cursor.execute("INSERT INTO cordboard_schema VALUES (%s)", (VERSION,))


def _psycopg() -> Any:
    try:
        import psycopg
    except ImportError:
        raise StoreUnusable("PostgreSQL needs psycopg: install cordboard[postgresql]") from None
    return psycopg


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
