"""The writer: puts never fail, what fails is said once, nothing is lost, and a clock that is set deletes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
import structlog

from cordboard.records.spool import Spool
from cordboard.records.writer import DAY, FIRST_AGAIN, HOUR, Clocks, RecordWriter
from kit.records import FakeStore, a_record


class Time:
    def __init__(self) -> None:
        self.steady, self.ahead = 0.0, 1_000_000_000.0

    def clocks(self) -> Clocks:
        return Clocks(lambda: self.steady, lambda: self.steady + self.ahead)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


def calls(store: FakeStore) -> list[str]:
    return [each.call for each in store.kept]


def test_in_its_thread(store: FakeStore) -> None:
    writer = RecordWriter(store, Spool(10))
    writer.start()
    for number in range(1200):
        writer.put(a_record(f"call-{number}"))
    writer.close()
    assert calls(store) == [f"call-{number}" for number in range(1200)]
    assert store.closed


def test_a_database_that_is_gone_is_said_once_and_records_wait(store: FakeStore, time: Time) -> None:
    spool = Spool(10)
    writer = RecordWriter(store, spool, clocks=time.clocks())
    store.why = "it is locked"
    with structlog.testing.capture_logs() as lines:
        for number in range(5):
            spool.add(a_record(f"call-{number}"))
            writer.attempt()
            time.steady += 60.0
        assert [(line["log_level"], line["why"]) for line in lines] == [("error", "it is locked")]
        store.why = ""
        writer.attempt()
        writer.attempt()
    assert [line["event"] for line in lines[1:]] == ["records of calls are written again"]
    assert calls(store) == [f"call-{number}" for number in range(5)]


def test_it_does_not_try_all_the_time(store: FakeStore, time: Time) -> None:
    spool = Spool(10)
    writer = RecordWriter(store, spool, clocks=time.clocks())
    store.why = "gone"
    spool.add(a_record())
    writer.attempt()
    store.why = ""
    writer.attempt()
    assert calls(store) == []
    time.steady += FIRST_AGAIN
    writer.attempt()
    assert calls(store) == ["call-1"]


def test_what_waits_at_the_end_is_in_the_file_and_written_at_the_next_start(store: FakeStore, tmp_path: Path) -> None:
    file = tmp_path / "records.spool"
    store.why = "gone"
    writer = RecordWriter(store, Spool(10, file))
    writer.start()
    writer.put(a_record("call-1"))
    writer.close()
    assert file.exists()
    store.why = ""
    following = RecordWriter(store, Spool(10, file))
    following.start()
    following.put(a_record("call-2"))
    following.close()
    assert calls(store) == ["call-1", "call-2"]
    assert not file.exists()


def test_a_store_that_raises_anything_ends_nothing(
    store: FakeStore, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_records: object) -> None:
        raise MemoryError("what nobody thought of")

    monkeypatch.setattr(store, "write", broken)
    writer = RecordWriter(store, Spool(10), clocks=time.clocks())
    with structlog.testing.capture_logs() as lines:
        writer.attempt()
    assert lines[0]["why"] == "MemoryError: what nobody thought of"


def test_more_than_the_thread_can_take_is_dropped(store: FakeStore) -> None:
    writer = RecordWriter(store, Spool(10), most=5)
    for number in range(9):
        writer.put(a_record(f"call-{number}"))
    writer.start()
    writer.close()
    assert calls(store) == [f"call-{number}" for number in range(5)]


def test_retention_and_a_clock_that_is_set(store: FakeStore, time: Time) -> None:
    writer = RecordWriter(store, Spool(10), retention_days=90, clocks=time.clocks())
    now = time.ahead
    store.kept = [a_record("old", ended=now - 91 * DAY), a_record("young", ended=now - 89 * DAY)]
    writer.clean()
    assert calls(store) == ["old", "young"]
    time.steady += HOUR
    time.ahead += 400 * DAY
    writer.clean()
    assert calls(store) == ["old", "young"]
    time.ahead -= 400 * DAY
    time.steady += HOUR
    writer.clean()
    time.steady += HOUR
    writer.clean()
    assert calls(store) == ["young"]
