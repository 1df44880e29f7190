"""From the settings to a database."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cordboard.config import Settings, lab_settings
from cordboard.records.opening import database_of, record_writer, store_at
from cordboard.records.stores.postgresql import PostgresqlStore
from cordboard.records.stores.sqlite import SqliteStore
from cordboard.records.stores.store import Query
from kit.records import a_record


def settings_with(database: str, directory: str = "") -> Settings:
    settings = lab_settings({"gateway.state_directory": directory})
    return replace(settings, records=replace(settings.records, database=database))


def test_derived() -> None:
    assert database_of(settings_with("")) == "none"
    assert database_of(settings_with("", "/var/lib/cordboard")) == "sqlite:///var/lib/cordboard/records.db"
    assert database_of(settings_with("none", "/var/lib/cordboard")) == "none"
    assert record_writer(settings_with("")) is None


@pytest.mark.parametrize("slashes", ["///", "////"])
def test_sqlite(tmp_path: Path, slashes: str) -> None:
    file = tmp_path / "a file.db"
    writer = record_writer(settings_with(f"sqlite:{slashes}{str(file).lstrip('/').replace(' ', '%20')}"))
    assert writer is not None
    writer.start()
    writer.put(a_record())
    writer.close()
    reader = SqliteStore(file, writes=False)
    assert reader.read(Query()) == [a_record()]
    reader.close()


def test_postgresql() -> None:
    assert isinstance(store_at("postgresql://cordboard:secret@127.0.0.1/calls"), PostgresqlStore)
