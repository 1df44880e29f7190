"""The secret that outlives a run: made once, ours alone, never a wrong one."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from cordboard.cli.state import LENGTH, NAME, StateUnusable, token_secret


def test_the_same_in_every_run(tmp_path: Path) -> None:
    directory = tmp_path / "deep" / "state"
    secret = token_secret(str(directory))
    assert len(secret) == LENGTH
    assert token_secret(str(directory)) == secret
    assert [each.name for each in directory.iterdir()] == [NAME]


def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    token_secret(str(tmp_path / "state"))
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "state" / NAME).stat().st_mode) == 0o600


def test_without_a_directory_another_one_in_every_run() -> None:
    assert token_secret("") != token_secret("")


def test_one_that_others_could_read_is_refused(tmp_path: Path) -> None:
    token_secret(str(tmp_path))
    (tmp_path / NAME).chmod(0o640)
    with pytest.raises(StateUnusable, match="0600"):
        token_secret(str(tmp_path))


@pytest.mark.parametrize("content", [b"", b"short", b"x" * (LENGTH + 1)])
def test_a_damaged_one_is_refused(tmp_path: Path, content: bytes) -> None:
    token_secret(str(tmp_path))
    (tmp_path / NAME).write_bytes(content)
    with pytest.raises(StateUnusable, match="damaged"):
        token_secret(str(tmp_path))


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"x" * LENGTH)
    elsewhere.chmod(0o600)
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / NAME).symlink_to(elsewhere)
    with pytest.raises(StateUnusable):
        token_secret(str(tmp_path / "state"))


def test_a_directory_that_cannot_be_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StateUnusable, match="state_directory"):
        token_secret(str(tmp_path / "file" / "state"))


def test_one_that_is_given_is_taken_and_nothing_is_kept(tmp_path: Path) -> None:
    assert token_secret(str(tmp_path), "n" * 32) == b"n" * 32
    assert list(tmp_path.iterdir()) == []
