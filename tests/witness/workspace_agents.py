"""Runs agents who work with Genesys' own client library (`workspace/agents.mjs`), and keeps a ladder of what they do.

async with workspace_agents(lab.gws) as agents:
    agent = agents.agent("5001")
    await agent.do("initialize", "agent5001")
    call = await agent.call("Ringing")
    await agent.do("answerCall", call["id"])
    await agent.call("Established")
    print(agents.ladder)
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cordboard.net.tasks import Tasks

DIRECTORY = Path(__file__).parent / "workspace"
PATIENCE = 10.0  # seconds

Event = dict[str, Any]


class Refused(Exception):
    """The library's promise was rejected."""


@dataclass
class LibraryAgents:
    process: asyncio.subprocess.Process
    lines: list[str] = field(default_factory=list)
    agents: dict[str, LibraryAgent] = field(default_factory=dict)
    asked: dict[int, asyncio.Future[Any]] = field(default_factory=dict)
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def agent(self, dn: str) -> LibraryAgent:
        return self.agents.setdefault(dn, LibraryAgent(self, dn))

    @property
    def ladder(self) -> str:
        return "\n".join(self.lines)

    async def read(self) -> None:
        """Take what the process says until it ends."""
        assert self.process.stdout is not None
        while line := await self.process.stdout.readline():
            self._take(json.loads(line))

    def _take(self, said: dict[str, Any]) -> None:
        if "event" in said:
            agent = self.agent(said["agent"])
            self.lines.append(f"{agent.dn}  <-- {in_words(said)}")
            agent.events.append(said)
            agent.came.set()
            return
        future = self.asked.pop(said["id"])
        if "error" in said:
            self.lines.append(f"{said['agent']}  <-- refused: {said['error']}")
            future.set_exception(Refused(said["error"]))
        else:
            future.set_result(said["result"])


@dataclass
class LibraryAgent:
    """`events` are those that came, `seen` of them have been looked at."""

    all: LibraryAgents
    dn: str
    events: list[Event] = field(default_factory=list)
    seen: int = 0
    came: asyncio.Event = field(default_factory=asyncio.Event)

    async def do(self, what: str, *given: Any) -> Any:
        """Call a method of the library and wait for its promise. Raises `Refused`."""
        number = next(self.all.numbers)
        future = self.all.asked[number] = asyncio.get_running_loop().create_future()
        said = {"id": number, "agent": self.dn, "do": what, "with": given}
        self.all.lines.append(f"{self.dn}  --> {what} {', '.join(json.dumps(one) for one in given)}".rstrip())
        assert self.all.process.stdin is not None
        self.all.process.stdin.write(json.dumps(said).encode() + b"\n")
        async with asyncio.timeout(PATIENCE):
            return await future

    async def call(self, state: str, notification: str = "StateChange", **fields: Any) -> dict[str, Any]:
        """The next CallStateChanged like this; the call in it."""

        def fits(event: Event) -> bool:
            data = event["data"]
            call = data.get("call", {})
            like = call.get("state") == state and data.get("notificationType") == notification
            return like and all(call.get(name) == value for name, value in fields.items())

        found = await self.event("CallStateChanged", fits, f"{notification} {state} {fields or ''}")
        call: dict[str, Any] = found["data"]["call"]
        return call

    async def dn_is(self, state: str) -> dict[str, Any]:
        """The next DnStateChanged with this state."""
        found = await self.event("DnStateChanged", lambda event: event["data"]["dn"]["agentState"] == state, state)
        dn: dict[str, Any] = found["data"]["dn"]
        return dn

    async def event(self, name: str, fits: Callable[[Event], bool], what: str) -> Event:
        """The next event like this; those before it are passed over."""
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    self.came.clear()
                    while self.seen < len(self.events):
                        event = self.events[self.seen]
                        self.seen += 1
                        if event["event"] == name and fits(event):
                            return event
                    await self.came.wait()
        except TimeoutError:
            raise AssertionError(f"{self.dn} is not told {name} {what}:\n{self.all.ladder}") from None


def in_words(event: Event) -> str:
    data = event["data"]
    if event["event"] == "DnStateChanged":
        dn = data["dn"]
        reasons = ", ".join(pair["value"] for pair in dn["reasons"])
        return f"DnStateChanged {dn['agentState']} {dn['agentWorkMode']} {reasons}".rstrip()
    if event["event"] == "CallStateChanged":
        call = data["call"]
        others = ", ".join(f"{one['number']} {one['role'].removeprefix('Role')}" for one in call["participants"])
        before = f", before {data['previousConnId'][-4:]}" if data.get("previousConnId") else ""
        return f"{data['notificationType']} {call['state']} {call['callType']} {call['id'][-4:]}{before} ({others})"
    return str(event["event"])


@contextlib.asynccontextmanager
async def workspace_agents(url: str) -> AsyncIterator[LibraryAgents]:
    """The process that has the agents; it ends with the block."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec("node", "agents.mjs", url, cwd=DIRECTORY, stdin=pipe, stdout=pipe)
    agents = LibraryAgents(process)
    tasks = Tasks("witness")
    tasks.start(agents.read(), "library")
    try:
        yield agents
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await tasks.close()
