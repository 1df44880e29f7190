"""Carries out what calls ask of the media engine, and brings the replies back in order."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from cordboard.call.media import MediaReply, MediaRequest, Verb
from cordboard.media.port import Direction, MediaEngine, MediaError, Side
from cordboard.net.tasks import Tasks
from cordboard.observe.log import get_log

log = get_log("gateway")

OnReply = Callable[[str, MediaReply], None]


class MediaRequests:
    """One task per request: tasks start in the order of the requests, and the engine keeps that order per call."""

    def __init__(self, engine: MediaEngine, tasks: Tasks, on_reply: OnReply) -> None:
        self._engine = engine
        self._tasks = tasks
        self._on_reply = on_reply

    def carry_out(self, call: str, request: MediaRequest) -> None:
        self._tasks.start(self._carry_out(call, request), f"{request.verb} {call}")

    async def _carry_out(self, call: str, request: MediaRequest) -> None:
        try:
            sdp = await perform(self._engine, call, request)
        except MediaError as error:
            if request.verb is not Verb.CLOSE:
                log.info("media refused", call=call, verb=str(request.verb), status=error.status, why=str(error))
                self._on_reply(call, MediaReply(request.verb, status=error.status, why=str(error)))
            return
        if request.verb is not Verb.CLOSE:
            self._on_reply(call, MediaReply(request.verb, sdp=sdp))


async def perform(engine: MediaEngine, call: str, request: MediaRequest) -> str:
    """Ask the engine; the description it made, or an empty text. Raises `MediaError`."""
    if make := MAKE.get(request.verb):
        return await make(engine, call)
    if take := TAKE.get(request.verb):
        await take(engine, call, request.sdp)
    else:
        await OTHER[request.verb](engine, call)
    return ""


def _direct(direction: Direction) -> Callable[[MediaEngine, str], Awaitable[None]]:
    return lambda engine, call: engine.direction(call, Side.TRUNK, direction)


MAKE: dict[Verb, Callable[[MediaEngine, str], Awaitable[str]]] = {
    Verb.PAGE_OFFER: lambda engine, call: engine.page_offer(call),
    Verb.PAGE_ANSWER: lambda engine, call: engine.page_answer(call),
    Verb.TRUNK_OFFER: lambda engine, call: engine.trunk_offer(call),
    Verb.TRUNK_ANSWER: lambda engine, call: engine.trunk_answer(call),
}

TAKE: dict[Verb, Callable[[MediaEngine, str, str], Awaitable[None]]] = {
    Verb.TAKE_PAGE_OFFER: lambda engine, call, sdp: engine.take_page_offer(call, sdp),
    Verb.TAKE_PAGE_ANSWER: lambda engine, call, sdp: engine.take_page_answer(call, sdp),
    Verb.TAKE_TRUNK_OFFER: lambda engine, call, sdp: engine.take_trunk_offer(call, sdp),
    Verb.TAKE_TRUNK_ANSWER: lambda engine, call, sdp: engine.take_trunk_answer(call, sdp),
}

OTHER: dict[Verb, Callable[[MediaEngine, str], Awaitable[None]]] = {
    Verb.HOLD_TRUNK: _direct(Direction.INACTIVE),
    Verb.RESUME_TRUNK: _direct(Direction.SENDRECV),
    Verb.CLOSE: lambda engine, call: engine.close(call),
}
