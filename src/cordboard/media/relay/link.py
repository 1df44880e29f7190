"""The engine's end of the control socket: requests out, replies by number, events to a listener."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from cordboard.media.port import MediaError, MediaEvent, PlaceGone
from cordboard.media.relay.words import decode, encode, event_from_json

Listener = Callable[[MediaEvent], None]
Gone = Callable[["WorkerLink"], None]


class WorkerLink(asyncio.Protocol):
    """One connection to a worker; made by `connect`. When it ends, every open request fails and `on_gone` is called."""

    def __init__(self, on_event: Listener, on_gone: Gone, on_load: Callable[[], None]) -> None:
        self._on_event = on_event
        self._on_load = on_load
        self._on_gone = on_gone
        self._transport: asyncio.Transport | None = None
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._number = 0
        self._incoming = b""
        self._outgoing: list[bytes] = []  # of this turn of the event loop
        self.gone = asyncio.Event()
        self.load = 0.0  # what the worker said last: the share of its core that it used in a second
        self.load_calls = 0  # with so many calls
        self.draining = False  # it was told to be replaced once it is empty

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is no subclass

    def data_received(self, data: bytes) -> None:
        *lines, self._incoming = (self._incoming + data).split(b"\n")
        for line in lines:
            self._handle(decode(line))

    def _handle(self, words: dict[str, Any]) -> None:
        if "event" in words:
            self._on_event(event_from_json(words))
            return
        if "load" in words:
            self.load, self.load_calls, self.draining = words["load"], words["calls"], words["draining"]
            self._on_load()
            return
        waiting = self._waiting.pop(words["id"])
        if waiting.done():
            return  # whoever asked was cancelled
        if "error" in words:
            waiting.set_exception(MediaError(words["error"], words["status"]))
        else:
            waiting.set_result(words["result"])

    def connection_lost(self, exc: Exception | None) -> None:
        self.gone.set()
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(PlaceGone("the media worker is gone"))
                waiting.exception()  # nobody may be left to ask for it
        self._waiting.clear()
        self._on_gone(self)

    def request(self, verb: str, **arguments: Any) -> asyncio.Future[Any]:
        """Write a request at the end of this turn of the event loop, with all others of it: the worker is woken once.

        The future gives its result or raises `MediaError`.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Any] = loop.create_future()
        if self._transport is None or self.gone.is_set():
            answer.set_exception(PlaceGone("the media worker is gone"))
            return answer
        self._number += 1
        self._waiting[self._number] = answer
        if not self._outgoing:
            loop.call_soon(self._flush)
        self._outgoing.append(encode({"id": self._number, "verb": verb, **arguments}))
        return answer

    def _flush(self) -> None:
        lines, self._outgoing = self._outgoing, []
        if self._transport is not None and lines:
            self._transport.write(b"".join(lines))

    def close(self) -> None:
        """Leave the worker; `on_gone` is called soon."""
        self._flush()
        if self._transport is not None:
            self._transport.close()


async def connect(
    path: Path, on_event: Listener, on_gone: Gone, on_load: Callable[[], None] = lambda: None
) -> WorkerLink:
    """Reach the worker that listens at `path`. Raises `OSError` when none does."""
    loop = asyncio.get_running_loop()
    _, link = await loop.create_unix_connection(lambda: WorkerLink(on_event, on_gone, on_load), str(path))
    return link
