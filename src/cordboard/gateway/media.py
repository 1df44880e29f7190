"""Carries out what calls ask of the media engine, and brings the replies back in order."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from cordboard.call.media import NEVER_HEARD, MediaReply, MediaRequest, Verb
from cordboard.gateway.history.history import CallHistory
from cordboard.gateway.media_quality import MediaQuality
from cordboard.media.port import Direction, MediaEngine, MediaError, MediaFull, PlaceGone, Side
from cordboard.net.tasks import Tasks
from cordboard.observe.log import get_log

log = get_log("gateway")

OnReply = Callable[[str, MediaReply], None]
Result = str | bool | float | None  # a description; whether the other side is to be offered anew; seconds of silence


class MediaRequests:
    """The engine has a request when `carry_out` returns, and carries those of one call out in their order: it works on
    the page's answer while SIP Server still reads the 200. One task per request waits for its reply. What was asked
    before a call `moved` is not replied to.
    """

    def __init__(
        self,
        engine: MediaEngine,
        tasks: Tasks,
        on_reply: OnReply,
        quality: MediaQuality,
        history: CallHistory | None = None,
    ) -> None:
        self._engine = engine
        self._quality = quality
        self._history = history or CallHistory()
        self._tasks = tasks
        self._on_reply = on_reply
        self._moves: dict[str, int] = {}

    def carry_out(self, call: str, request: MediaRequest) -> None:
        if request.verb is Verb.CLOSE:
            self._moves.pop(call, None)
            self._quality.before_close(call)
        self._history.asked(call, request)
        reply = perform(self._engine, call, request)
        self._tasks.start(self._report(call, request, reply, self._moves.get(call, 0)), f"{request.verb} {call}")

    def moved(self, call: str) -> None:
        """Another has the call's media; its requests begin anew."""
        self._moves[call] = self._moves.get(call, 0) + 1

    async def _report(self, call: str, request: MediaRequest, reply: Awaitable[Result], move: int) -> None:
        answer = await self._reply(call, request, reply)
        if answer is not None and request.verb is not Verb.CLOSE and move == self._moves.get(call, 0):
            if answer.status:
                log.info("media refused", call=call, verb=str(request.verb), status=answer.status, why=answer.why)
            self._history.replied(call, answer)
            self._on_reply(call, answer)

    async def _reply(self, call: str, request: MediaRequest, reply: Awaitable[Result]) -> MediaReply | None:
        try:
            result = await reply
        except PlaceGone:
            return None
        except MediaError as error:
            if isinstance(error, MediaFull):
                self._quality.shed(call)
            return MediaReply(request.verb, status=error.status, why=str(error))
        sdp = result if isinstance(result, str) else request.sdp
        silent = result if isinstance(result, float) else NEVER_HEARD
        return MediaReply(request.verb, sdp=sdp, reoffer=result is True, silent=silent)


def perform(engine: MediaEngine, call: str, request: MediaRequest) -> Awaitable[Result]:
    """Ask the engine. Raises `MediaError` when awaited."""
    if make := MAKE.get(request.verb):
        return make(engine, call)
    if take := TAKE.get(request.verb):
        return take(engine, call, request.sdp)
    return OTHER[request.verb](engine, call)


async def _silence(engine: MediaEngine, call: str) -> float:
    """Seconds since the page's last packet of media."""
    heard = (await engine.stats(call)).page.last_received
    return time.time() - heard if heard else NEVER_HEARD


def _direct(direction: Direction) -> Callable[[MediaEngine, str], Awaitable[None]]:
    return lambda engine, call: engine.direction(call, Side.TRUNK, direction)


MAKE: dict[Verb, Callable[[MediaEngine, str], Awaitable[str]]] = {
    Verb.PAGE_OFFER: lambda engine, call: engine.page_offer(call),
    Verb.PAGE_ANSWER: lambda engine, call: engine.page_answer(call),
    Verb.TRUNK_OFFER: lambda engine, call: engine.trunk_offer(call),
    Verb.TRUNK_ANSWER: lambda engine, call: engine.trunk_answer(call),
}

TAKE: dict[Verb, Callable[[MediaEngine, str, str], Awaitable[bool]]] = {
    Verb.TAKE_PAGE_OFFER: lambda engine, call, sdp: engine.take_page_offer(call, sdp),
    Verb.TAKE_PAGE_ANSWER: lambda engine, call, sdp: engine.take_page_answer(call, sdp),
    Verb.TAKE_TRUNK_OFFER: lambda engine, call, sdp: engine.take_trunk_offer(call, sdp),
    Verb.TAKE_TRUNK_ANSWER: lambda engine, call, sdp: engine.take_trunk_answer(call, sdp),
    Verb.RECALL_PAGE: lambda engine, call, sdp: engine.take_page_offer(call, sdp),
    Verb.RECALL_TRUNK: lambda engine, call, sdp: engine.take_trunk_offer(call, sdp),
}

OTHER: dict[Verb, Callable[[MediaEngine, str], Awaitable[Result]]] = {
    Verb.HOLD_TRUNK: _direct(Direction.INACTIVE),
    Verb.RESUME_TRUNK: _direct(Direction.SENDRECV),
    Verb.RENEW_PAGE: lambda engine, call: engine.renew_page(call),
    Verb.LISTEN_PAGE: _silence,
    Verb.CLOSE: lambda engine, call: engine.close(call),
}
