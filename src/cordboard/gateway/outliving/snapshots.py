"""Keeps a snapshot of every established call beside its media, up to date but not written for every packet of SIP."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from cordboard.call import snapshot
from cordboard.call.call import Call
from cordboard.call.media import Side
from cordboard.media.port import MediaEngine, MediaError
from cordboard.net.tasks import Tasks
from cordboard.observe.log import Occasionally, get_log

log = get_log("gateway")
SOON = 0.05  # seconds: changes come in bursts

DialogOf = Callable[[Side, str], Mapping[str, object] | None]


class Snapshots:
    """`dialog_of` asks a SIP core for its session's snapshot."""

    def __init__(self, engine: MediaEngine, tasks: Tasks, dialog_of: DialogOf) -> None:
        self._engine = engine
        self._tasks = tasks
        self._dialog_of = dialog_of
        self._loop = asyncio.get_running_loop()
        self._occasionally = Occasionally(log)
        self._waiting: dict[str, Call] = {}
        self._written: dict[str, str] = {}

    def note(self, call: Call) -> None:
        """Something has happened in the call."""
        if call.name not in self._waiting:
            self._waiting[call.name] = call
            self._loop.call_later(SOON, self._write, call)

    def moved(self, call: str) -> None:
        """Another has the call's media, and nothing beside it."""
        self._written.pop(call, None)

    def forget(self, call: str) -> None:
        """The call is over."""
        self._written.pop(call, None)
        self._waiting.pop(call, None)

    def write_all(self) -> None:
        """Nothing is to wait any longer: the gateway hands its calls over."""
        for call in list(self._waiting.values()):
            self._write(call)

    def _write(self, call: Call) -> None:
        if self._waiting.pop(call.name, None) is None:
            return
        page = self._dialog_of(Side.PAGE, call.page.session)
        text = snapshot.to_text(call, page, self._dialog_of(Side.TRUNK, call.trunk.session))
        if text == self._written.get(call.name, ""):
            return
        self._written[call.name] = text
        self._tasks.start(self._send(call.name, text), f"snapshot {call.name}")

    async def _send(self, call: str, text: str) -> None:
        try:
            await self._engine.snapshot(call, text)
        except MediaError as error:
            self._occasionally.warning("snapshot", "snapshot of a call not kept", call=call, why=str(error))
