"""From [records] to what writes and what reads."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from cordboard.config import Settings
from cordboard.config.kinds import NO_DATABASE, POSTGRESQL
from cordboard.records.spool import Spool
from cordboard.records.stores.postgresql import PostgresqlStore
from cordboard.records.stores.sqlite import SqliteStore
from cordboard.records.stores.store import Store
from cordboard.records.writer import RecordWriter

FILE, SPOOL = "records.db", "records.spool"


def database_of(settings: Settings) -> str:
    """The URL of the database, `none` for none."""
    directory = settings.gateway.state_directory
    derived = f"sqlite://{directory}/{FILE}" if directory else NO_DATABASE
    return settings.records.database or derived


def store_at(url: str, *, writes: bool = True) -> Store | None:
    """The database at a URL; None for none."""
    if url == NO_DATABASE:
        return None
    parts = urlsplit(url)
    if parts.scheme == POSTGRESQL:
        return PostgresqlStore(url)
    return SqliteStore(Path("/" + unquote(parts.path).lstrip("/")), writes=writes)


def record_writer(settings: Settings) -> RecordWriter | None:
    """Writes where the settings say; None where they say nowhere."""
    store = store_at(database_of(settings))
    if store is None:
        return None
    directory = settings.gateway.state_directory
    spool = Spool(settings.records.spooled, Path(directory) / SPOOL if directory else None)
    return RecordWriter(store, spool, settings.records.retention_days)
