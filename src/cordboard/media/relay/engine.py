"""The relay engine: the gateway's end of the embedded media engine. The packets themselves are the workers' business.

A call lives in one worker, the one that had the least to do when it came. Verbs go out on that worker's socket in
the order in which they were asked for, without waiting for the reply of the one before.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

from cordboard.media.port import CallStatistics, Direction, EngineHealth, ListedCall, MediaError, MediaEvent, Side
from cordboard.media.relay.settings import RelaySettings
from cordboard.media.relay.words import SNAPSHOT_LIMIT, statistics_from_json
from cordboard.media.relay.workers import Workers
from cordboard.observe import get_log

log = get_log("media")


class RelayEngine:
    """Implements `MediaEngine`; made by `await RelayEngine.start(settings)`."""

    def __init__(self, settings: RelaySettings) -> None:
        self._listeners: list[Callable[[MediaEvent], None]] = []
        self.workers = Workers(settings, self._event)

    @classmethod
    async def start(cls, settings: RelaySettings) -> RelayEngine:
        """Adopt the workers that run, start those that are missing. Raises `WorkerFailed`."""
        engine = cls(settings)
        try:
            await engine.workers.start()
        except BaseException:
            await (engine.leave() if settings.worker_directory else engine.shutdown())
            raise
        return engine

    def page_offer(self, call: str) -> Awaitable[str]:
        return self._ask("page_offer", call)

    def page_answer(self, call: str) -> Awaitable[str]:
        return self._ask("page_answer", call)

    def trunk_offer(self, call: str) -> Awaitable[str]:
        return self._ask("trunk_offer", call)

    def trunk_answer(self, call: str) -> Awaitable[str]:
        return self._ask("trunk_answer", call)

    def take_page_offer(self, call: str, sdp: str) -> Awaitable[bool]:
        return self._ask("take_page_offer", call, sdp=sdp)

    def take_page_answer(self, call: str, sdp: str) -> Awaitable[bool]:
        return self._ask("take_page_answer", call, sdp=sdp)

    def take_trunk_offer(self, call: str, sdp: str) -> Awaitable[bool]:
        return self._ask("take_trunk_offer", call, sdp=sdp)

    def take_trunk_answer(self, call: str, sdp: str) -> Awaitable[bool]:
        return self._ask("take_trunk_answer", call, sdp=sdp)

    def renew_page(self, call: str) -> Awaitable[None]:
        return self._ask("renew_page", call)

    def direction(self, call: str, side: Side, direction: Direction) -> Awaitable[None]:
        return self._ask("direction", call, side=side.value, direction=direction.value)

    async def snapshot(self, call: str, text: str) -> None:
        if len(text.encode()) > SNAPSHOT_LIMIT:
            raise MediaError(f"a snapshot has at most {SNAPSHOT_LIMIT} bytes", 500)
        await self._ask("snapshot", call, text=text)

    async def stats(self, call: str) -> CallStatistics:
        worker = self.workers.placement.carrying(call)
        if worker is None:
            raise MediaError("no such call", 481)
        return statistics_from_json(await worker.link.request("stats", call=call))

    async def close(self, call: str) -> None:
        worker = self.workers.placement.release(call)
        if worker is not None:
            with contextlib.suppress(MediaError):  # the worker went, and the call with it
                await worker.link.request("close", call=call)

    async def list(self) -> list[ListedCall]:
        asked = [worker.link.request("list") for worker in self.workers.running.values()]
        return [ListedCall(call, snapshot) for found in asked for call, snapshot in await found]

    async def health(self) -> EngineHealth:
        missing, running = self.workers.missing, len(self.workers.running)
        why = f"{missing} of {missing + running} media workers are not running" if missing else ""
        placement = self.workers.placement
        loads = {worker.index: worker.load for worker in self.workers.running.values()}
        busiest, shedding, calls = max(loads.values(), default=0.0), placement.shedding, placement.calls
        return EngineHealth(not missing, calls, running, why, busiest, shedding, loads)

    def on_event(self, listener: Callable[[MediaEvent], None]) -> None:
        self._listeners.append(listener)

    async def shutdown(self) -> None:
        """End the workers that this engine started or adopted, with all their calls."""
        await self.workers.close()

    async def leave(self) -> None:
        """Leave the workers and their calls to the next engine on the same directory."""
        await self.workers.leave()

    def _ask(self, verb: str, call: str, **arguments: Any) -> asyncio.Future[Any]:
        """The request is on its way when this returns; a refusal comes by the future as well."""
        try:
            return self.workers.placement.assign(call).link.request(verb, call=call, **arguments)
        except MediaError as refusal:
            refused: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
            refused.set_exception(refusal)
            return refused

    def _event(self, event: MediaEvent) -> None:
        for listener in self._listeners:
            try:
                listener(event)
            except Exception:
                log.exception("media event could not be handled", call=event.call, kind=event.kind)
