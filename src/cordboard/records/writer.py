"""Writes records in a thread of its own, so that no call ever waits for a disk or a database.

What the database does not take waits in the spool and is offered again, from time to time. That it fails is said once,
that it works again once.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from cordboard.observe.log import get_log
from cordboard.records.port import CallRecord
from cordboard.records.spool import Spool
from cordboard.records.stores.store import Store, StoreUnusable

log = get_log("records")
BATCH = 500
LOOK_EVERY = 1.0  # seconds
FIRST_AGAIN, LONGEST_AGAIN = 1.0, 30.0  # seconds
CLOSE_SECONDS = 5.0
DAY, HOUR = 86_400.0, 3600.0
CLOCK_SET = 600.0  # seconds by which the clock may drift in an hour before nothing is deleted by it


@dataclass(frozen=True, slots=True)
class Clocks:
    """`steady` measures, `wall` tells the time of the epoch."""

    steady: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time


class RecordWriter:
    """Implements `Records`. `close` writes what waits, into the spool's file if need be."""

    def __init__(
        self,
        store: Store,
        spool: Spool,
        retention_days: int = 0,
        clocks: Clocks = Clocks(),
        most: int = 100_000,
    ) -> None:
        self._store = store
        self._spool = spool
        self._retention = retention_days * DAY
        self._clocks = clocks
        self._most = most
        self._queue: queue.SimpleQueue[CallRecord] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._began = False
        self._failing = ""
        self._again = FIRST_AGAIN
        self._try_at = 0.0
        self._cleaned = (clocks.steady(), clocks.wall())
        self._thread = threading.Thread(target=self._run, name="records", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def put(self, record: CallRecord) -> None:
        if self._queue.qsize() < self._most:
            self._queue.put(record)

    def amend(self, record: CallRecord) -> None:
        self.put(record)  # the database knows it, and takes its marks

    def close(self) -> None:
        self._closing.set()
        self._thread.join(CLOSE_SECONDS)

    # --- in the thread

    def _run(self) -> None:
        """It looks from time to time: to be woken by each record would cost the calls' thread more than the record."""
        self.attempt()
        closing = False
        while not closing:
            closing = self._closing.wait(LOOK_EVERY)
            while self._take():
                self.attempt()
            self.attempt()
            self.clean()
        self._spool.to_file()
        self._store.close()

    def _take(self) -> bool:
        """Take what was put, as much as memory may hold while it can be written; whether there is more."""
        try:
            while not self._spool.full or self._failing:
                self._spool.add(self._queue.get_nowait())
        except queue.Empty:
            return False
        return True

    def attempt(self) -> None:
        """Write what waits, unless it failed a moment ago."""
        if self._began and not len(self._spool) and not self._failing:
            return
        if self._failing and self._clocks.steady() < self._try_at:
            return
        self._began = True
        try:
            self._write_all()
        except StoreUnusable as error:
            self._failed(str(error))
        except Exception as error:
            self._failed(f"{type(error).__name__}: {error}")
        else:
            self._works()

    def _write_all(self) -> None:
        kept, damaged = self._spool.from_file()
        if damaged:
            log.warning("records in the spool are damaged and lost", records=damaged)
        for start in range(0, len(kept) or 1, BATCH):
            self._store.write(kept[start : start + BATCH])
        if kept or damaged:
            self._spool.forget_file()
        while batch := self._spool.first(BATCH):
            self._store.write(batch)
            self._spool.drop(len(batch))

    def _failed(self, why: str) -> None:
        self._try_at = self._clocks.steady() + self._again
        self._again = min(LONGEST_AGAIN, 2 * self._again)
        if not self._failing:
            log.error("records of calls cannot be written: they wait, calls go on", why=why)
        self._failing = why

    def _works(self) -> None:
        if self._failing:
            log.info("records of calls are written again", lost=self._spool.lost)
        self._failing, self._again, self._spool.lost = "", FIRST_AGAIN, 0

    def clean(self) -> None:
        """Delete what is too old, once an hour; not in an hour in which the clock was set."""
        steady, wall = self._clocks.steady(), self._clocks.wall()
        if not self._retention or steady - self._cleaned[0] < HOUR or self._failing:
            return
        passed = steady - self._cleaned[0]
        was_set = abs((wall - self._cleaned[1]) - passed) > CLOCK_SET
        self._cleaned = (steady, wall)
        if was_set:
            log.warning("the clock was set: no records are deleted for an hour")
            return
        try:
            if deleted := self._store.delete_before(wall - self._retention):
                log.info("records deleted: they were too old", records=deleted)
        except StoreUnusable as error:
            self._failed(str(error))
