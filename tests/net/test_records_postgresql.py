"""Records in a real PostgreSQL, which goes away and comes back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
import structlog

from cordboard.config import lab_settings
from cordboard.records.opening import record_writer
from cordboard.records.stores.postgresql import PostgresqlStore
from cordboard.records.stores.store import Query, StoreUnusable
from kit.postgresql import Postgresql, postgresql
from kit.records import a_record


@pytest.fixture(scope="module")
def server() -> Iterator[Postgresql]:
    with postgresql() as running:
        yield running


@pytest.fixture
def store(server: Postgresql) -> Iterator[PostgresqlStore]:
    store = PostgresqlStore(server.url)
    yield store
    store.delete_before(1e12)
    store.close()


def test_written_read_and_deleted(store: PostgresqlStore) -> None:
    one, two = a_record("call-1"), a_record("call-2", dn="5002", ended=2000.0, answered=None, loss=None, bad=())
    store.write([one, two])
    store.write([one])
    assert store.read(Query()) == [two, one]
    assert store.read(Query(dn="5001", bad=True)) == [one]
    assert store.read(Query(since=1500.0)) == [two]
    assert store.delete_before(1500.0) == 1
    assert store.read(Query()) == [two]


def test_of_a_later_version(server: Postgresql, store: PostgresqlStore) -> None:
    store.write([])
    store._do(lambda cursor: cursor.execute("UPDATE cordboard_schema SET version = 9"))
    other = PostgresqlStore(server.url)
    with pytest.raises(StoreUnusable, match="later version"):
        other.write([a_record()])
    store._do(lambda cursor: cursor.execute("UPDATE cordboard_schema SET version = 1"))
    other.write([a_record()])
    other.close()


def test_gone_while_calls_end_then_back(server: Postgresql, store: PostgresqlStore) -> None:
    settings = lab_settings()
    settings = replace(settings, records=replace(settings.records, database=server.url))
    writer = record_writer(settings)
    assert writer is not None
    store.write([])
    server.stop()
    with structlog.testing.capture_logs() as lines:
        writer.start()
        for number in range(3):
            writer.put(a_record(f"call-{number}"))
        _until(lambda: bool(lines))
        server.start()
        _until(lambda: any("again" in line["event"] for line in lines))
    writer.close()
    assert [line["log_level"] for line in lines] == ["error", "info"]
    assert "a-password" not in str(lines)
    with pytest.raises(StoreUnusable):
        store.read(Query())  # its connection is gone; the next verb opens another
    assert len(store.read(Query())) == 3


def _until(is_so: object) -> None:
    assert callable(is_so)
    end = time.monotonic() + 15
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.05)
