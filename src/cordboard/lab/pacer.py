"""A beat every 20 ms for everything in the lab that sends RTP, by the real clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from cordboard.lab.mixer import FRAME_SECONDS
from cordboard.net.tasks import Tasks
from cordboard.observe import get_log

log = get_log("lab")

MOST_MISSED = 25  # beats that are made up for after the loop was busy; a longer pause is a pause

Beat = Callable[[], None]


class Pacer:
    """Calls its members once per 20 ms; beats that came late are made up for at once, so that no stream falls
    behind."""

    def __init__(self, tasks: Tasks) -> None:
        self._members: set[Beat] = set()
        self._some = asyncio.Event()
        tasks.start(self._run(), "pacer")

    def join(self, beat: Beat) -> None:
        self._members.add(beat)
        self._some.set()

    def leave(self, beat: Beat) -> None:
        self._members.discard(beat)
        if not self._members:
            self._some.clear()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._some.wait()
            due = loop.time()
            while self._members:
                missed = int((loop.time() - due) / FRAME_SECONDS)
                for _ in range(1 + min(missed, MOST_MISSED)):
                    self._beat()
                due += FRAME_SECONDS * (1 + missed)
                await asyncio.sleep(max(0.0, due - loop.time()))

    def _beat(self) -> None:
        for beat in list(self._members):
            try:
                beat()
            except Exception:
                log.exception("a stream failed and is stopped")
                self.leave(beat)
