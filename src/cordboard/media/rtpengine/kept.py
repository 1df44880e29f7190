"""The snapshots of the calls, a file each, for the gateway that comes after one that was killed.

A relay's worker keeps them in its memory. rtpengine has no place for them, and outlives the gateway as a worker does.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from urllib.parse import quote, unquote

from cordboard.media.rtpengine.errors import SnapshotsUnusable

ENDING = ".snapshot"


class KeptSnapshots:
    """In `directory`, which is made if need be; empty: nothing is kept. Raises `SnapshotsUnusable` or `OSError`."""

    def __init__(self, directory: str) -> None:
        self._path = Path(directory) if directory else None
        if self._path is None:
            return
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = self._path.stat()
        if found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077:
            raise SnapshotsUnusable(f"{directory} holds calls' snapshots: it must belong to this user, with mode 0700")

    def read(self) -> dict[str, str]:
        """All of them, by the names of the calls."""
        files = sorted(self._path.glob(f"*{ENDING}")) if self._path is not None else []
        return {unquote(file.name.removesuffix(ENDING)): file.read_text(errors="replace") for file in files}

    def write(self, call: str, text: str) -> None:
        """In place of the one before; a reader finds the one or the other, never half of it."""
        if self._path is None:
            return
        file = self._file(call)
        fresh = file.with_suffix(".fresh")
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as opened:
            opened.write(text)
        fresh.replace(file)

    def remove(self, call: str) -> None:
        """The call is over; no error if there is none."""
        if self._path is not None:
            self._file(call).unlink(missing_ok=True)

    def _file(self, call: str) -> Path:
        assert self._path is not None
        return self._path / f"{quote(call, safe='')}{ENDING}"
