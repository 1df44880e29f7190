"""Rounds of the doctor that the admin page asks for, one at a time; the last one is remembered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from cordboard.net.tasks import Tasks
from cordboard.observe import Metrics, get_log
from cordboard.seat.admin_port import Examination

if TYPE_CHECKING:
    from cordboard.doctor import Finding

_log = get_log("admin")
SECONDS = 180.0  # after which another round may begin although the last has not ended

Run = Callable[[], "AsyncIterator[Finding]"]


class Rounds:
    """`run` gives the findings of one round."""

    def __init__(self, run: Run, tasks: Tasks, metrics: Metrics, clock: Callable[[], float] = time.time) -> None:
        self._run = run
        self._tasks = tasks
        self._metrics = metrics
        self._clock = clock
        self.last = Examination()
        self.under_way: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Begin a round, unless one runs."""
        now = self._clock()
        if self.last.began and not self.last.ended and now - self.last.began < SECONDS:
            return
        self.last = Examination(began=now)
        self.under_way = self._tasks.start(self._round(now), "examination")

    async def _round(self, began: float) -> None:
        trouble = ""
        try:
            async for finding in self._run():
                if self.last.began != began:
                    return
                self.last = replace(self.last, findings=(*self.last.findings, finding.as_json()))
        except Exception as failure:
            _log.exception("the doctor failed")
            trouble = f"The examination broke off ({type(failure).__name__}); the log tells more."
        if self.last.began == began:
            self.last = replace(self.last, ended=self._clock(), trouble=trouble)
            self._count()

    def _count(self) -> None:
        states = [str(each["state"]) for each in self.last.findings]
        for state in ("ok", "warning", "failed", "skipped"):
            self._metrics.doctor_findings.labels(state).set(states.count(state))
