"""Snapshots of calls in files: whole, ours alone, and gone with their call."""

from __future__ import annotations

from pathlib import Path

import pytest

from cordboard.media.rtpengine.errors import SnapshotsUnusable
from cordboard.media.rtpengine.kept import KeptSnapshots


def test_the_last_one_of_each_call_is_read_by_the_next(tmp_path: Path) -> None:
    directory = tmp_path / "there" / "kept"
    kept = KeptSnapshots(str(directory))
    for call, text in (("a", "first"), ("a/b ..", "other"), ("a", "second")):
        kept.write(call, text)
    assert KeptSnapshots(str(directory)).read() == {"a": "second", "a/b ..": "other"}
    assert {file.stat().st_mode & 0o777 for file in directory.iterdir()} == {0o600}
    kept.remove("a")
    kept.remove("a")
    assert list(kept.read()) == ["a/b .."]


def test_what_a_kill_left_half_written_is_no_snapshot(tmp_path: Path) -> None:
    kept = KeptSnapshots(str(tmp_path / "kept"))
    (tmp_path / "kept" / "a.fresh").write_text("hal")
    assert kept.read() == {}
    kept.write("a", "whole")
    assert kept.read() == {"a": "whole"}


def test_directory_is_ours_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with pytest.raises(SnapshotsUnusable) as unusable:
        KeptSnapshots(str(tmp_path))
    assert str(unusable.value) == f"{tmp_path} holds calls' snapshots: it must belong to this user, with mode 0700"


def test_without_a_directory_nothing_is_kept() -> None:
    kept = KeptSnapshots("")
    kept.write("a", "text")
    kept.remove("a")
    assert kept.read() == {}
