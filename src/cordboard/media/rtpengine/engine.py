"""rtpengine as media engine: the calls of this gateway on the daemons that carry their packets."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, TypeVar

from cordboard.media.port import (
    CallStatistics,
    Direction,
    EngineHealth,
    ListedCall,
    MediaError,
    MediaEvent,
    MediaEventKind,
    Side,
)
from cordboard.media.rtpengine.call import RtpengineCall
from cordboard.media.rtpengine.daemons import Daemon, Daemons, Tell
from cordboard.media.rtpengine.kept import KeptSnapshots
from cordboard.media.rtpengine.settings import RtpengineSettings
from cordboard.media.rtpengine.watch import Watch
from cordboard.media.rtpengine.wire import Wire
from cordboard.net.tasks import Tasks
from cordboard.observe import get_log

log = get_log("media")

SNAPSHOT_LIMIT = 4096  # bytes
Result = TypeVar("Result")


class RtpengineEngine:
    """Implements `MediaEngine`; made by `await RtpengineEngine.start(settings)`."""

    def __init__(self, settings: RtpengineSettings) -> None:
        self._settings = settings
        self._listeners: list[Callable[[MediaEvent], None]] = []
        self._calls: dict[str, RtpengineCall] = {}
        self._tasks = Tasks("media")
        self._watch = Watch(settings, self._tasks, self._event)
        self.daemons = Daemons(settings)
        self._kept = KeptSnapshots(settings.snapshot_directory)
        self._earlier: Sequence[str] = ()  # calls of an earlier gateway, which nobody has listed yet

    @classmethod
    async def start(cls, settings: RtpengineSettings) -> RtpengineEngine:
        """Connect to the daemons. Raises `DaemonsSilent` when none of them answers, `SnapshotsUnusable`."""
        engine = cls(settings)
        try:
            earlier = engine._kept.read()
            await engine.daemons.start(earlier)
            engine._take_up(earlier)
        except BaseException:
            await engine.daemons.close()
            raise
        return engine

    def page_offer(self, call: str) -> Awaitable[str]:
        return self._ask(call, RtpengineCall.page_offer)

    def page_answer(self, call: str) -> Awaitable[str]:
        return self._ask(call, RtpengineCall.page_answer)

    def trunk_offer(self, call: str) -> Awaitable[str]:
        return self._ask(call, RtpengineCall.trunk_offer)

    def trunk_answer(self, call: str) -> Awaitable[str]:
        return self._ask(call, RtpengineCall.trunk_answer)

    def take_page_offer(self, call: str, sdp: str) -> Awaitable[bool]:
        return self._ask(call, lambda each: self._watched(each, each.take_page_offer(sdp)))

    def take_page_answer(self, call: str, sdp: str) -> Awaitable[bool]:
        return self._ask(call, lambda each: self._watched(each, each.take_page_answer(sdp)))

    def take_trunk_offer(self, call: str, sdp: str) -> Awaitable[bool]:
        return self._ask(call, lambda each: each.take_trunk_offer(sdp))

    def take_trunk_answer(self, call: str, sdp: str) -> Awaitable[bool]:
        return self._ask(call, lambda each: each.take_trunk_answer(sdp))

    def renew_page(self, call: str) -> Awaitable[None]:
        return self._ask(call, RtpengineCall.renew_page)

    def direction(self, call: str, side: Side, direction: Direction) -> Awaitable[None]:
        return self._ask(call, lambda each: each.direction(side, direction))

    async def snapshot(self, call: str, text: str) -> None:
        if len(text.encode()) > SNAPSHOT_LIMIT:
            raise MediaError(f"a snapshot has at most {SNAPSHOT_LIMIT} bytes", 500)
        self._carried(call).snapshot = text
        self._kept.write(call, text)

    async def stats(self, call: str) -> CallStatistics:
        return await self._carried(call).statistics()

    def _carried(self, call: str) -> RtpengineCall:
        if call not in self._calls:
            raise MediaError("no such call", 481)
        return self._calls[call]

    async def close(self, call: str) -> None:
        ended = self._calls.pop(call, None)
        self._kept.remove(call)
        if ended is not None:
            for line in ended.lines:
                line.wire.disown()
            await ended.close()

    async def list(self) -> list[ListedCall]:
        earlier, self._earlier = self._earlier, ()
        if earlier:
            asyncio.get_running_loop().call_later(self._settings.taken_up_after, self._move, earlier)
        return [ListedCall(name, call.snapshot) for name, call in self._calls.items()]

    async def health(self) -> EngineHealth:
        silent = [daemon.name for daemon in self.daemons.silent]
        why = f"rtpengine does not answer at {', '.join(silent)}" if silent else ""
        return EngineHealth(not silent, len(self._calls), len(self.daemons.well), why)

    def on_event(self, listener: Callable[[MediaEvent], None]) -> None:
        self._listeners.append(listener)

    async def shutdown(self) -> None:
        """End all calls; the daemons are not ours to end."""
        await asyncio.gather(*(self.close(call) for call in list(self._calls)))
        await self.leave()

    async def leave(self) -> None:
        """Let go of the calls, which go on in their daemons."""
        await self._tasks.close()
        await self.daemons.close()
        self._calls.clear()

    # --- inside

    def _ask(self, name: str, verb: Callable[[RtpengineCall], Coroutine[Any, Any, Result]]) -> asyncio.Future[Result]:
        outcome: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        try:
            call = self._assigned(name)
        except MediaError as refusal:
            outcome.set_exception(refusal)
            return outcome
        self._tasks.start(_carry_out(outcome, verb(call)), f"{name}")
        return outcome

    def _assigned(self, name: str, besides: Daemon | None = None) -> RtpengineCall:
        """The call, or one that the least loaded daemon has from now on; `besides` only where there is no other."""
        call = self._calls.get(name)
        if call is None:
            daemon = self.daemons.least_loaded(besides)
            if daemon is None:
                raise MediaError("no rtpengine answers", 503)
            call = RtpengineCall(name, daemon, self._settings, lambda wire, why: self._lost(name, wire, why))
            self._calls[name] = call
        return call

    async def _watched(self, call: RtpengineCall, taking: Awaitable[bool]) -> bool:
        taken = await taking
        self._watch.look_at(call)
        return taken

    def _take_up(self, earlier: dict[str, str]) -> None:
        """Calls of an earlier gateway. Nothing is known of their media, which goes on until they have moved.

        To another daemon if there is one: a browser begins DTLS anew only for another certificate.
        """
        for name, snapshot in earlier.items():
            left = self.daemons.left.get(name)
            call = self._assigned(name, left[0] if left is not None else None)
            call.snapshot, call.left = snapshot, left
        self._earlier = tuple(earlier)

    def _move(self, earlier: Sequence[str]) -> None:
        for name in earlier:
            if name in self._calls:
                self._event(MediaEvent(name, MediaEventKind.MOVED, "what carried it was another gateway's"))

    def _lost(self, name: str, wire: Wire, why: str) -> Tell:
        """The daemon has died, or was restarted: another has the call from now on. What is returned tells so."""
        call = self._calls.get(name)
        if call is None or not call.is_carried_by(wire):
            return lambda: None
        for line in call.lines:
            line.wire.disown()
        daemon = self.daemons.least_loaded(besides=wire.daemon)
        if daemon is None:
            del self._calls[name]
            call.closed = True
            return lambda: self._event(MediaEvent(name, MediaEventKind.WORKER_GONE, why))
        call.begin_anew(daemon)
        return lambda: self._event(MediaEvent(name, MediaEventKind.MOVED, why))

    def _event(self, event: MediaEvent) -> None:
        for listener in self._listeners:
            try:
                listener(event)
            except Exception:
                log.exception("media event could not be handled", call=event.call, kind=event.kind)


async def _carry_out(outcome: asyncio.Future[Result], step: Coroutine[Any, Any, Result]) -> None:
    try:
        result = await step
    except MediaError as refusal:
        if not outcome.done():
            outcome.set_exception(refusal)
    except BaseException as failure:
        if not outcome.done():
            outcome.set_exception(MediaError(f"the media engine failed: {failure!r}", 500))
        raise
    else:
        if not outcome.done():
            outcome.set_result(result)
