"""Files that are there whole or not at all: a full disk or a killed process leaves the old ones."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Kept:
    """A file to be written. `owner` is user and group, where it is new and root writes it."""

    path: Path
    text: str
    mode: int
    owner: tuple[int, int] | None = None


@contextmanager
def alone(directory: Path) -> Iterator[None]:
    """Nobody else changes the files of a directory by these means meanwhile. Raises `OSError`."""
    opened = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)


def backed_up(path: Path) -> Path:
    """Keep a file under another name beside it, `cordboard.toml.1`, then `.2`; tells which. Raises `OSError`."""
    for number in range(1, 10_000):
        backup = path.with_name(f"{path.name}.{number}")
        try:
            os.link(path, backup)
        except FileExistsError:
            continue
        except OSError:  # a file system without links
            _write(backup, Kept(backup, path.read_text(), mode_of(path, 0o600)), _owner(path))
        return backup
    raise OSError(f"{path} has been kept 10000 times already")


def write_all(files: Sequence[Kept]) -> None:
    """Write all of the files, or none where one does not fit. Raises `OSError`.

    Only a crash between the last two renames could leave one old and one new; each is whole even then. A file that is
    there keeps its owner, and a link still leads to it.
    """
    written: list[tuple[Path, Path]] = []
    try:
        for file in files:
            path = Path(os.path.realpath(file.path))
            fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
            written.append((fresh, path))
            _write(fresh, file, _owner(path) or file.owner)
        for fresh, path in written:
            os.replace(fresh, path)
    finally:
        for fresh, _ in written:
            with contextlib.suppress(OSError):
                fresh.unlink()
    for directory in {path.parent for _, path in written}:
        _sync(directory)


def mode_of(path: Path, otherwise: int) -> int:
    """The mode of a file that is there."""
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return otherwise


def _write(fresh: Path, file: Kept, owner: tuple[int, int] | None) -> None:
    opened = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "wb") as stream:
        stream.write(file.text.encode())
        stream.flush()
        if owner is not None and os.geteuid() == 0:
            os.fchown(stream.fileno(), *owner)
        os.fchmod(stream.fileno(), file.mode)
        os.fsync(stream.fileno())


def _owner(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_uid, found.st_gid


def _sync(directory: Path) -> None:
    with contextlib.suppress(OSError):  # some file systems know no such thing
        opened = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
