"""Records in a file of SQLite; and files that are locked, half-written, of a later version, in the wrong place."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cordboard.records.stores import sqlite
from cordboard.records.stores.sqlite import SqliteStore
from cordboard.records.stores.store import Query, StoreUnusable
from kit.records import a_record


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "records.db"


@pytest.fixture
def store(file: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(file)
    yield store
    store.close()


def test_written_and_read(store: SqliteStore, file: Path) -> None:
    one, two = a_record("call-1"), a_record("call-2", dn="5002", ended=2000.0, answered=None, loss=None, bad=())
    store.write([one, two])
    assert store.read(Query()) == [two, one]
    assert store.read(Query(dn="5001")) == [one]
    assert store.read(Query(bad=True)) == [one]
    assert store.read(Query(since=1500.0)) == [two]
    assert store.read(Query(most=1)) == [two]
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_same_record_twice_is_one(store: SqliteStore) -> None:
    store.write([a_record()])
    store.write([a_record(), a_record("call-2")])
    assert len(store.read(Query())) == 2


def test_a_record_put_again_has_further_marks_and_loses_none(store: SqliteStore) -> None:
    store.write([a_record(bad=()), a_record("call-2", bad=("loud",))])
    store.write([a_record(bad=("it crackled",), cause="another"), a_record("call-2", bad=())])
    marks = {each.call: (each.bad, each.cause) for each in store.read(Query(bad=True))}
    cause = "SIP Server ended the call"
    assert marks == {"call-1": (("it crackled",), cause), "call-2": (("loud",), cause)}


def test_who_reads_does_not_hold_up_who_writes(store: SqliteStore, file: Path) -> None:
    store.write([a_record()])
    reader = SqliteStore(file, writes=False)
    assert len(reader.read(Query())) == 1
    store.write([a_record("call-2")])
    assert len(reader.read(Query())) == 2
    with pytest.raises(StoreUnusable):
        reader.write([a_record("call-3")])
    reader.close()


def test_too_old(store: SqliteStore) -> None:
    store.write([a_record("old", ended=10.0), a_record("young", ended=20.0)])
    assert store.delete_before(15.0) == 1
    assert [each.call for each in store.read(Query())] == ["young"]


def test_locked(store: SqliteStore, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.01)
    store.write([a_record()])
    store.close()
    with sqlite3.connect(file, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnusable, match="locked"):
            store.write([a_record("call-2")])
        other.execute("ROLLBACK")
    other.close()
    store.write([a_record("call-2")])
    assert len(store.read(Query())) == 2


def test_half_written_then_put_aside(store: SqliteStore, file: Path) -> None:
    store.write([a_record(f"call-{number}") for number in range(50)])
    store.close()
    file.write_bytes(b"SQLite f" + file.read_bytes()[8:5000])
    with pytest.raises(StoreUnusable, match=r"damaged.*put it aside"):
        store.write([a_record()])
    file.unlink()
    store.write([a_record()])
    assert len(store.read(Query())) == 1


def test_taken_away_while_it_is_open(store: SqliteStore, file: Path) -> None:
    store.write([a_record()])
    for each in file.parent.iterdir():
        each.unlink()
    store.write([a_record("call-2")])
    assert [each.call for each in store.read(Query())] == ["call-2"]


def test_a_full_disk(store: SqliteStore) -> None:
    store.write([a_record()])
    assert store._connection is not None
    pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
    store._connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreUnusable, match="full"):
        store.write([a_record(f"call-{number}", cause="x" * 1000) for number in range(100)])
    assert [each.call for each in store.read(Query())] == ["call-1"]


def test_of_a_later_version(store: SqliteStore, file: Path) -> None:
    store.write([])
    store.close()
    with sqlite3.connect(file) as other:
        other.execute("PRAGMA user_version = 9")
    other.close()
    with pytest.raises(StoreUnusable, match="later version"):
        store.write([a_record()])


def test_no_file_to_read_and_no_place_to_write(tmp_path: Path) -> None:
    with pytest.raises(StoreUnusable, match="there is no file"):
        SqliteStore(tmp_path / "records.db", writes=False).read(Query())
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnusable, match="cannot be written"):
        SqliteStore(tmp_path / "file" / "records.db").write([a_record()])


def test_in_another_thread_than_it_was_made_in(store: SqliteStore) -> None:
    failed: list[BaseException] = []

    def write() -> None:
        try:
            store.write([a_record()])
            store.close()
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=write)
    thread.start()
    thread.join()
    assert failed == []
    assert len(store.read(Query())) == 1


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (Path.mkdir, "is no file; put it aside"),
        (Path.touch, "holds no records of Cordboard yet"),
        (lambda file: file.write_bytes(b"no database at all " * 100), "is damaged, or no database"),
    ],
    ids=["directory", "empty", "garbage"],
)
def test_who_reads_is_told_in_a_sentence_what_is_there(
    tmp_path: Path, make: Callable[[Path], object], why: str
) -> None:
    make(tmp_path / "records.db")
    with pytest.raises(StoreUnusable, match=why):
        SqliteStore(tmp_path / "records.db", writes=False).read(Query())
