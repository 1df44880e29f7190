"""Files are replaced whole or not at all."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from pathlib import Path

import pytest

from cordboard.site.keeping import Kept, alone, backed_up, mode_of, write_all


def names(directory: Path) -> list[str]:
    return sorted(each.name for each in directory.iterdir())


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_files_are_written_with_their_mode(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_all([Kept(tmp_path / "a", "1", 0o644), Kept(tmp_path / "b", "2", 0o600)])
    finally:
        os.umask(before)
    assert names(tmp_path) == ["a", "b"]
    assert ((tmp_path / "a").read_text(), mode(tmp_path / "a")) == ("1", 0o644)
    assert ((tmp_path / "b").read_text(), mode(tmp_path / "b")) == ("2", 0o600)
    assert mode_of(tmp_path / "a", 0) == 0o644
    assert mode_of(tmp_path / "c", 0o640) == 0o640


@pytest.mark.parametrize("fails", [1, 2])
def test_a_full_disk_leaves_both_files_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: int
) -> None:
    (tmp_path / "a").write_text("old a")
    (tmp_path / "b").write_text("old b")
    calls = iter(range(1, 100))

    def full(_file: int) -> None:
        if next(calls) == fails:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_all([Kept(tmp_path / "a", "new", 0o644), Kept(tmp_path / "b", "new", 0o644)])
    assert names(tmp_path) == ["a", "b"]
    assert [(tmp_path / name).read_text() for name in "ab"] == ["old a", "old b"]


def test_a_link_still_leads_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    write_all([Kept(tmp_path / "link", "new", 0o644)])
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_a_backup_never_takes_another_one_s_place(tmp_path: Path) -> None:
    file = tmp_path / "cordboard.toml"
    for text in ("one", "two"):
        file.unlink(missing_ok=True)
        file.write_text(text)
        backed_up(file)
    write_all([Kept(file, "three", 0o644)])
    assert [(tmp_path / f"cordboard.toml{end}").read_text() for end in (".1", ".2", "")] == ["one", "two", "three"]


def test_a_backup_without_links_is_a_copy_with_the_same_mode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "secrets"
    file.write_text("one")
    file.chmod(0o600)

    def no_links(*_names: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    backup = backed_up(file)
    assert (backup.name, backup.read_text(), mode(backup)) == ("secrets.1", "one", 0o600)


def test_one_at_a_time(tmp_path: Path) -> None:
    with alone(tmp_path):
        other = os.open(tmp_path, os.O_RDONLY)
        with pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(other)
