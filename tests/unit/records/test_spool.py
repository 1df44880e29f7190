"""The spool: in memory, then in a file, whole lines only, and a full disk ends nothing."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from cordboard.records.spool import Spool
from kit.records import a_record


def test_what_is_too_much_for_memory_goes_to_the_file_and_comes_back(tmp_path: Path) -> None:
    file = tmp_path / "records.spool"
    spool = Spool(3, file)
    for number in range(6):
        spool.add(a_record(f"call-{number}"))
    assert (file.stat().st_mode & 0o777, len(spool)) == (0o600, 2)
    kept, damaged = spool.from_file()
    assert ([each.call for each in kept], damaged) == (["call-0", "call-1", "call-2", "call-3"], 0)
    assert kept[0] == a_record("call-0")
    assert [each.call for each in spool.first(9)] == ["call-4", "call-5"]
    spool.forget_file()
    assert spool.from_file() == ([], 0)


def test_a_half_written_file_loses_one_line(tmp_path: Path) -> None:
    file = tmp_path / "records.spool"
    spool = Spool(1, file)
    for number in range(3):
        spool.add(a_record(f"call-{number}"))
    spool.to_file()
    file.write_bytes(file.read_bytes()[:-40] + b"\xff")
    kept, damaged = spool.from_file()
    assert ([each.call for each in kept], damaged) == (["call-0", "call-1"], 1)


def test_without_a_file_the_earliest_are_lost_and_counted() -> None:
    spool = Spool(3)
    for number in range(10):
        spool.add(a_record(f"call-{number}"))
    assert ([each.call for each in spool.first(9)], spool.lost) == (["call-7", "call-8", "call-9"], 7)


def test_a_disk_that_takes_half_keeps_nothing_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "records.spool"
    spool = Spool(1, file)
    spool.add(a_record("call-0"))
    spool.to_file()
    before = file.read_bytes()
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[: len(data) // 2]))
    spool.add(a_record("call-1"))
    spool.add(a_record("call-2"))
    assert (file.read_bytes(), spool.lost, len(spool)) == (before, 1, 1)


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int, _data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    spool = Spool(1, tmp_path / "records.spool")
    for number in range(5):
        spool.add(a_record(f"call-{number}"))
    assert (spool.lost, len(spool)) == (4, 1)
    monkeypatch.undo()
    spool.to_file()
    assert [each.call for each in spool.from_file()[0]] == ["call-4"]
