"""No file holds an address, a path or a place that belongs to somebody's own machine or network."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from structure.tree import PROJECT, name, text_files

PRIVATE_ADDRESS = re.compile(
    r"\b(?:10(?:\.\d{1,3}){3}|192\.168(?:\.\d{1,3}){2}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d{1,3}){2})\b"
)
MACHINE_PATH = re.compile(r"/(?:home|Users|work|root)/\w|\.\./shared")
LOCKS = ["requirements.lock", "requirements-build.lock", "requirements-node.lock", "requirements-test.lock"]
THIS_FILE = Path(__file__)


def found(pattern: re.Pattern[str], files: list[Path]) -> list[str]:
    return [
        f"{name(file)}:{number}: {match[0]}"
        for file in files
        if file != THIS_FILE
        for number, line in enumerate(file.read_text(errors="replace").splitlines(), 1)
        if (match := pattern.search(line))
    ]


def test_no_private_addresses() -> None:
    assert found(PRIVATE_ADDRESS, list(text_files())) == []


def test_no_paths_of_a_machine() -> None:
    assert found(MACHINE_PATH, list(text_files())) == []


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_pins_every_version_and_says_nothing_else(lock: str) -> None:
    lines = (PROJECT / lock).read_text().splitlines()
    assert lines
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.!+-]*", line)] == []
    names = [line.split("==")[0].lower() for line in lines]
    assert names == sorted(set(names))


def test_lock_of_the_web_part_holds_no_download_addresses() -> None:
    lock = PROJECT / "web" / "package-lock.json"
    wanted = re.compile(r'"resolved"')
    assert lock.is_file()
    assert found(wanted, [lock]) == []


def test_runtime_lock_is_part_of_the_test_lock() -> None:
    test = set((PROJECT / "requirements-test.lock").read_text().splitlines())
    for lock in ("requirements.lock", "requirements-build.lock"):
        assert set((PROJECT / lock).read_text().splitlines()) <= test, f"{lock} differs; run `make lock`"
