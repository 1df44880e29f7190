"""Which worker has which call, where a new one goes, and when there is no room for one.

A call in progress is never refused: only the first verb that names a call asks for room. One whose worker has died is
another's at once, or homeless until there is one.
"""

from __future__ import annotations

from asyncio.subprocess import Process
from collections.abc import Collection
from dataclasses import dataclass, field

from cordboard.media.port import MediaError, MediaFull, PlaceGone
from cordboard.media.relay.link import WorkerLink
from cordboard.media.relay.placement.load import LoadLimit, expected, preference
from cordboard.observe import get_log

log = get_log("media")


@dataclass(slots=True, eq=False)
class Worker:
    """One running worker and the calls that it carries; `process` is None when it was adopted."""

    index: int
    pid: int
    link: WorkerLink
    process: Process | None
    calls: set[str] = field(default_factory=set)

    @property
    def load(self) -> float:
        """The share of its core that it used in the last second."""
        return self.link.load

    @property
    def load_calls(self) -> int:
        return self.link.load_calls


class Placement:
    """`running` are the workers there are, by number: another's table, which changes."""

    def __init__(self, running: dict[int, Worker], limit: int) -> None:
        self._running = running
        self._percent = limit
        self._limit = LoadLimit(limit)
        self._calls: dict[str, Worker] = {}
        self._homeless: dict[str, int] = {}  # call -> by which loss
        self._losses = 0

    @property
    def calls(self) -> int:
        return len(self._calls) + len(self._homeless)

    @property
    def shedding(self) -> bool:
        """New calls are refused."""
        return self._limit.shedding

    def carrying(self, call: str) -> Worker | None:
        """The worker that has the call."""
        return self._calls.get(call)

    def assign(self, call: str) -> Worker:
        """The worker that has the call, or the least loaded one, which has it from now on. Raises `MediaError`."""
        worker = self._calls.get(call)
        if call in self._homeless:
            raise PlaceGone("its media worker died, and there is no other yet")
        if worker is None:
            worker = self.least_loaded()
            if worker is None:
                raise MediaError("no media worker is running", 503)
            self.judge()
            if self._limit.shedding:
                raise MediaFull(f"the media workers are full: the least busy has a load of {expected(worker):.0%}")
            self.own(worker, call)
        return worker

    def lose(self, worker: Worker) -> int:
        """The worker is gone, and its calls are homeless; the number of this loss, for `give_up`."""
        self._losses += 1
        for call in worker.calls:
            del self._calls[call]
            self._homeless[call] = self._losses
        return self._losses

    def move(self) -> list[str]:
        """Give every homeless call to those that run, however busy they are; the calls that have a worker again."""
        moved = []
        for call in sorted(self._homeless):
            worker = self.least_loaded()
            if worker is None:
                break
            del self._homeless[call]
            self.own(worker, call)
            moved.append(call)
        return moved

    def give_up(self, loss: int) -> list[str]:
        """The calls that this loss made homeless and that are it still; they are forgotten now."""
        lost = sorted(call for call, lost_by in self._homeless.items() if lost_by == loss)
        for call in lost:
            del self._homeless[call]
        return lost

    def least_loaded(self) -> Worker | None:
        """Where the next call is to go; None without any worker."""
        return min(self._open(), key=preference, default=None)

    def _open(self) -> Collection[Worker]:
        """Those that are not to be restarted, as long as there is one."""
        return [worker for worker in self._running.values() if not worker.link.draining] or self._running.values()

    def judge(self) -> None:
        """At each new call, and at each word of a worker about its load."""
        least = min((expected(worker) for worker in self._open()), default=0.0)
        if self._limit.judge(least):
            full = self._limit.shedding
            say = log.warning if full else log.info
            text = "media workers are full: new calls are refused" if full else "media workers take new calls again"
            say(text, load=round(least, 2), calls=self.calls, limit=self._percent)

    def own(self, worker: Worker, call: str) -> None:
        """The worker has the call."""
        worker.calls.add(call)
        self._calls[call] = worker

    def release(self, call: str) -> Worker | None:
        """Forget the call; the worker that had it."""
        worker = self._calls.pop(call, None)
        self._homeless.pop(call, None)
        if worker is not None:
            worker.calls.discard(call)
        return worker

    def clear(self) -> None:
        """Forget all calls."""
        self._calls.clear()
        self._homeless.clear()
