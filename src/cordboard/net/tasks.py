"""Background tasks with one owner: a failure is logged, closing ends them all."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from cordboard.observe import get_log

log = get_log("net")


class Tasks:
    """The tasks of one owner. A task that fails is logged and ends alone; `close` cancels and awaits the rest."""

    def __init__(self, owner: str) -> None:
        self._owner = owner
        self._running: set[asyncio.Task[Any]] = set()

    def start(self, coroutine: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
        task = asyncio.get_running_loop().create_task(coroutine, name=f"{self._owner}: {name}")
        self._running.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (failure := task.exception()) is not None:
            log.error("task failed", task=task.get_name(), exc_info=failure)

    async def close(self) -> None:
        for task in (running := list(self._running)):
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
