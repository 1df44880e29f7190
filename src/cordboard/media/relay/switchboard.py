"""The calls of one worker by name, and which verb does what."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from typing import Any

from cordboard.media.port import MediaError, MediaEvent, MediaEventKind
from cordboard.media.relay.sides.call import MediaCall, Surroundings
from cordboard.media.relay.words import statistics_to_json

_VERBS: dict[str, Callable[..., Any]] = {
    "page_offer": MediaCall.page_offer,
    "page_answer": MediaCall.page_answer,
    "trunk_offer": MediaCall.trunk_offer,
    "trunk_answer": MediaCall.trunk_answer,
    "take_page_offer": MediaCall.take_page_offer,
    "take_page_answer": MediaCall.take_page_answer,
    "take_trunk_offer": MediaCall.take_trunk_offer,
    "take_trunk_answer": MediaCall.take_trunk_answer,
    "renew_page": MediaCall.renew_page,
    "direction": MediaCall.direction,
    "snapshot": MediaCall.keep_snapshot,
}


class Switchboard:
    """`perform` carries out what a controller asks for; events of the calls go to `tell`."""

    def __init__(self, around: Surroundings, tell: Callable[[MediaEvent], None], end: Callable[[], None]) -> None:
        self._around = around
        self._tell = tell
        self._end = end
        self._calls: dict[str, MediaCall] = {}

    @property
    def calls(self) -> int:
        return len(self._calls)

    def perform(self, verb: str, arguments: dict[str, Any]) -> Any:
        """Carry out one request. Raises `MediaError`."""
        match verb:
            case "hello":
                settings = self._around.settings.to_json()
                loop = self._around.path.name
                return {"pid": os.getpid(), "settings": settings, "loop": loop, "calls": list(self._calls)}
            case "ping":
                return None
            case "list":
                return [[name, call.snapshot] for name, call in self._calls.items()]
            case "end":
                return self._end()
            case "close":
                return self._close(arguments["call"])
            case "stats":
                return statistics_to_json(self._known(arguments["call"]).statistics())
        action = _VERBS.get(verb)
        if action is None:
            raise MediaError(f"a media worker knows no verb {verb!r}", 500)
        return action(self._call(arguments.pop("call")), **arguments)

    def _known(self, name: str) -> MediaCall:
        if name not in self._calls:
            raise MediaError("no such call", 481)
        return self._calls[name]

    def _call(self, name: str) -> MediaCall:
        call = self._calls.get(name)
        if call is None:
            call = self._calls[name] = MediaCall(self._around, functools.partial(self._happened, name))
        return call

    def _happened(self, name: str, kind: MediaEventKind, why: str) -> None:
        self._tell(MediaEvent(name, kind, why))

    def _close(self, name: str) -> None:
        call = self._calls.pop(name, None)
        if call is not None:
            call.close()

    def close_lost(self) -> None:
        """Nobody steers: end the calls whose page is gone, so that the worker can end one day."""
        for name in [name for name, call in self._calls.items() if call.lost]:
            self._close(name)

    def close(self) -> None:
        """End all calls."""
        for name in list(self._calls):
            self._close(name)
