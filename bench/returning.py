"""A server is killed and started again, and all agents come back at once."""

from __future__ import annotations

import asyncio
import functools
import os
import time
from dataclasses import dataclass

from bench.crowd import Crowd
from bench.processes import cpu_seconds
from cordboard.phone.agent import Agent, AgentEvent, AgentEventKind
from cordboard.phone.errors import PhoneError

PAUSE = 0.25  # seconds until an agent tries again
LONGEST = 60.0


@dataclass(frozen=True, slots=True)
class Return:
    """Seconds since the kill until the server had started, all agents were registered, and the far end knew it too.

    `load` are seconds of a core that the load program used meanwhile: all agents are one process.
    """

    started: float
    registered: float
    known: float
    attempts: int
    load: float


class Homecoming:
    """Every agent of a crowd whose connection breaks comes back as fast as it can, from `watch` on."""

    def __init__(self, crowd: Crowd) -> None:
        self._crowd = crowd
        self._away: set[str] = set()
        self._all_back = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()
        self._attempts = 0
        for dn, agent in crowd.agents.items():
            agent.on_event(functools.partial(self._happened, dn, agent))

    async def kill_and_return(self) -> Return:
        """As by kill -9. Raises TimeoutError if not all are back in time."""
        server, far_end = self._crowd.server, self._crowd.far_end
        self._away, self._attempts = set(self._crowd.agents), 0
        self._all_back.clear()
        far_end.forget()
        began, before = time.monotonic(), cpu_seconds(os.getpid())
        async with asyncio.timeout(LONGEST):
            server.kill()
            await server.start()
            started = time.monotonic() - began
            await self._all_back.wait()
            registered = time.monotonic() - began
            if server.gateway is None:
                await far_end.registered(*self._crowd.agents)
        load = cpu_seconds(os.getpid()) - before
        return Return(started, registered, time.monotonic() - began, self._attempts, load)

    def _happened(self, dn: str, agent: Agent, event: AgentEvent) -> None:
        if event.kind is AgentEventKind.LOST:
            task = asyncio.get_running_loop().create_task(self._come_back(dn, agent))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _come_back(self, dn: str, agent: Agent) -> None:
        while True:
            self._attempts += 1
            try:
                await agent.connect()
                await agent.register()
                break
            except PhoneError:
                await agent.drop()
                await asyncio.sleep(PAUSE)
        self._away.discard(dn)
        if not self._away:
            self._all_back.set()
