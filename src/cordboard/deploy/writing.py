"""Rendered files on a disk: whole or not at all, and secret ones never readable by others in between."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

from cordboard.deploy.rendering import Rendered, RenderProblem


def write(rendered: Iterable[Rendered], directory: Path) -> None:
    """Write each file below `directory`, replacing what was there. Raises `RenderProblem` at the first failure."""
    for each in rendered:
        file = directory / each.path
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            _replace(file, each.text.encode(), each.mode)
        except OSError as error:
            why = (error.strerror or "it failed").lower()
            raise RenderProblem([f"{error.filename or file}: cannot be written: {why}"]) from None


def _replace(file: Path, content: bytes, mode: int) -> None:
    fresh = file.with_name(f".{file.name}.new")
    fresh.unlink(missing_ok=True)
    try:
        with open(fresh, "xb", opener=_private) as opened:
            opened.write(content)
            os.fchmod(opened.fileno(), mode)
            os.fsync(opened.fileno())
        os.replace(fresh, file)
    except BaseException:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
