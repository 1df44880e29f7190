"""Records that wait: in memory first, then in a file, which is taken up again when the database is back."""

from __future__ import annotations

import os
from collections import deque
from pathlib import Path

from cordboard.records.port import CallRecord
from cordboard.records.stores.store import line_of, record_of_line

LARGEST_FILE = 100_000_000  # octets


class Spool:
    """Used by one thread. At most `most` in memory; what is beyond goes to `file`, or is lost where there is none."""

    def __init__(self, most: int, file: Path | None = None) -> None:
        self._most = most
        self._file = file
        self._waiting: deque[CallRecord] = deque()
        self.lost = 0

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def full(self) -> bool:
        """No further record has room in memory."""
        return len(self._waiting) >= self._most

    def add(self, record: CallRecord) -> None:
        self._waiting.append(record)
        if len(self._waiting) > self._most:
            self.to_file()

    def first(self, count: int) -> list[CallRecord]:
        """The records that wait longest; they stay until `drop`."""
        return [self._waiting[index] for index in range(min(count, len(self._waiting)))]

    def drop(self, count: int) -> None:
        for _ in range(count):
            self._waiting.popleft()

    def to_file(self) -> None:
        """Put what is in memory into the file; what it cannot take is lost, the earliest first."""
        if not self._waiting:
            return
        try:
            self._append("".join(f"{line_of(record)}\n" for record in self._waiting).encode())
            self._waiting.clear()
        except OSError:
            while len(self._waiting) > self._most:
                self._waiting.popleft()
                self.lost += 1

    def _append(self, lines: bytes) -> None:
        """All lines or none: what a full disk took half of is cut off again. Raises `OSError`."""
        if self._file is None:
            raise OSError("no file to put records into")
        descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            before = os.fstat(descriptor).st_size
            if before + len(lines) > LARGEST_FILE:
                raise OSError("the file of waiting records is full")
            try:
                written = os.write(descriptor, lines)
            except OSError:
                os.ftruncate(descriptor, before)
                raise
            if written < len(lines):
                os.ftruncate(descriptor, before)
                raise OSError("the disk is full")
        finally:
            os.close(descriptor)

    def from_file(self) -> tuple[list[CallRecord], int]:
        """What the file holds, and how many lines of it are damaged; the file stays until `forget_file`."""
        if self._file is None:
            return [], 0
        try:
            lines = self._file.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return [], 0
        found = [record_of_line(line) for line in lines if line]
        return [record for record in found if record is not None], found.count(None)

    def forget_file(self) -> None:
        if self._file is not None:
            self._file.unlink(missing_ok=True)
