"""Rendered files on a disk: whole or not at all, and secret ones never readable by others in between."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path

from cordboard.deploy.rendering import Rendered, RenderProblem

WRITTEN = ".cordboard-rendered.json"  # hashes of what was written, so that what somebody changed is known


def write(rendered: Iterable[Rendered], directory: Path) -> list[Path]:
    """Write each file below `directory`; a file there that is not ours, or no longer, is kept beside it: returns these.

    Raises `RenderProblem` at the first failure.
    """
    written, kept = _written(directory / WRITTEN), []
    file = directory
    try:
        for each in rendered:
            file, content = directory / each.path, each.text.encode()
            file.parent.mkdir(parents=True, exist_ok=True)
            changed = _is_changed(file, {_hash(content), written.get(each.path, "")})
            kept += _replace(file, content, each.mode, keep=changed)
            written[each.path] = _hash(content)
            _replace(directory / WRITTEN, json.dumps(written, indent=1).encode(), 0o600)
    except OSError as error:
        why = (error.strerror or "it failed").lower()
        raise RenderProblem([f"{_named(error, file)}: cannot be written: {why}"]) from None
    return kept


def _written(file: Path) -> dict[str, str]:
    try:
        found = json.loads(file.read_text())
    except (OSError, ValueError, RecursionError):
        return {}
    return {str(path): str(digest) for path, digest in found.items()} if isinstance(found, dict) else {}


def _is_changed(file: Path, ours: set[str]) -> bool:
    return file.is_file() and not file.is_symlink() and _hash(file.read_bytes()) not in ours


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _kept(file: Path) -> Path:
    """The file under another name, `nginx.conf.1`, then `.2`."""
    for number in range(1, 10_000):
        backup = file.with_name(f"{file.name}.{number}")
        with contextlib.suppress(FileExistsError):
            os.link(file, backup)
            return backup
    raise OSError(f"{file} has been kept 10000 times already")


def _named(error: OSError, file: Path) -> object:
    """What stands in the way; a fresh file's name is nobody's business."""
    return file if error.filename is None or str(error.filename).endswith(".new") else error.filename


def _replace(file: Path, content: bytes, mode: int, *, keep: bool = False) -> list[Path]:
    """Returns under which name the file that was there is kept, if it is to be."""
    fresh = file.with_name(f".{file.name}.new")
    fresh.unlink(missing_ok=True)
    try:
        with open(fresh, "xb", opener=_private) as opened:
            opened.write(content)
            os.fchmod(opened.fileno(), mode)
            os.fsync(opened.fileno())
        kept = [_kept(file)] if keep else []
        os.replace(fresh, file)
        return kept
    except BaseException:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
