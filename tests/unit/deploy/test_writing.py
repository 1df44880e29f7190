"""Files are written whole, and secret ones are private from the beginning."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cordboard.deploy.rendering import SECRET, Rendered, RenderProblem
from cordboard.deploy.writing import WRITTEN, write


def test_modes_and_contents(tmp_path: Path) -> None:
    os.umask(os.umask(0o077))
    write([Rendered("a/b.conf", "b\n"), Rendered("a/c.secret", "c\n", mode=SECRET)], tmp_path / "made")
    found = {file.name: (file.read_text(), file.stat().st_mode & 0o777) for file in (tmp_path / "made/a").iterdir()}
    assert found == {"b.conf": ("b\n", 0o644), "c.secret": ("c\n", 0o600)}


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("mine")
    (tmp_path / "b.conf").symlink_to(other)
    write([Rendered("b.conf", "new")], tmp_path)
    assert other.read_text() == "mine"
    assert not (tmp_path / "b.conf").is_symlink()


def test_a_disk_that_is_full_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "b.conf").write_text("old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RenderProblem, match=r"b\.conf: cannot be written: no space left on device"):
        write([Rendered("b.conf", "new")], tmp_path)
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("b.conf", "old")]


def test_a_directory_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    with pytest.raises(RenderProblem, match="cannot be written"):
        write([Rendered("a/b.conf", "new")], tmp_path)


def test_what_somebody_changed_is_kept_and_what_we_wrote_is_not(tmp_path: Path) -> None:
    file = tmp_path / "a" / "b.conf"
    file.parent.mkdir()
    file.write_text("foreign")
    kept = write([Rendered("a/b.conf", "first", SECRET)], tmp_path)
    assert write([Rendered("a/b.conf", "second", SECRET)], tmp_path) == []
    assert write([Rendered("a/b.conf", "second", SECRET)], tmp_path) == []
    file.write_text("second, and by hand")
    kept += write([Rendered("a/b.conf", "second", SECRET)], tmp_path)
    (tmp_path / WRITTEN).write_text("[half")
    kept += write([Rendered("a/b.conf", "third", SECRET)], tmp_path)
    assert [each.name for each in kept] == ["b.conf.1", "b.conf.2", "b.conf.3"]
    assert [each.read_text() for each in kept] == ["foreign", "second, and by hand", "second"]
    assert kept[1].stat().st_mode & 0o777 == SECRET
    assert file.read_text() == "third"


def test_what_stands_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "b.conf").mkdir()
    with pytest.raises(RenderProblem, match=r"/b\.conf: cannot be written: is a directory"):
        write([Rendered("b.conf", "new")], tmp_path)
