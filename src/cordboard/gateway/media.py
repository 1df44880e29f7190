"""Carries out what calls ask of the media engine, and brings the replies back in order."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from cordboard.call.media import NEVER_HEARD, MediaReply, MediaRequest, Verb
from cordboard.media.port import Direction, MediaEngine, MediaError, Side
from cordboard.net.tasks import Tasks
from cordboard.observe.log import get_log

log = get_log("gateway")

OnReply = Callable[[str, MediaReply], None]
Result = str | bool | float | None  # a description; whether the other side is to be offered anew; seconds of silence


class MediaRequests:
    """The engine has a request when `carry_out` returns, and carries those of one call out in their order: it works on
    the page's answer while SIP Server still reads the 200. One task per request waits for its reply.
    """

    def __init__(self, engine: MediaEngine, tasks: Tasks, on_reply: OnReply) -> None:
        self._engine = engine
        self._tasks = tasks
        self._on_reply = on_reply

    def carry_out(self, call: str, request: MediaRequest) -> None:
        reply = perform(self._engine, call, request)
        self._tasks.start(self._report(call, request, reply), f"{request.verb} {call}")

    async def _report(self, call: str, request: MediaRequest, reply: Awaitable[Result]) -> None:
        try:
            result = await reply
        except MediaError as error:
            if request.verb is not Verb.CLOSE:
                log.info("media refused", call=call, verb=str(request.verb), status=error.status, why=str(error))
                self._on_reply(call, MediaReply(request.verb, status=error.status, why=str(error)))
            return
        if request.verb is not Verb.CLOSE:
            sdp = result if isinstance(result, str) else ""
            silent = result if isinstance(result, float) else NEVER_HEARD
            self._on_reply(call, MediaReply(request.verb, sdp=sdp, reoffer=result is True, silent=silent))


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
}

OTHER: dict[Verb, Callable[[MediaEngine, str], Awaitable[Result]]] = {
    Verb.HOLD_TRUNK: _direct(Direction.INACTIVE),
    Verb.RESUME_TRUNK: _direct(Direction.SENDRECV),
    Verb.RENEW_PAGE: lambda engine, call: engine.renew_page(call),
    Verb.LISTEN_PAGE: _silence,
    Verb.CLOSE: lambda engine, call: engine.close(call),
}
