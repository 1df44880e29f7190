"""From SIP Server's event to the callback in the page: `python -m bench.events`, or `make bench-events`.

200 agents are connected: each has a page at the desk, an agent session and one long poll through the desk's proxy. They
call each other in pairs, and data are attached to their calls, at random moments but 50 events a second on average. The
clock starts where SIP Server's look-alike tells its listeners of an event and stops where the agent's page has it:

* one agent is a real Chromium at the desktop with the softphone beside it; the clock stops in the softphone's own
  callback, when it takes the data out of CometD's message;
* the others are light clients in a process of their own; the clock stops when the JSON of their poll is read.

All clocks are this machine's; the page's is compared with ours before and after, and what they differ is printed. Every
event must arrive, once and in order. Ends with 1 if one did not.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import aiohttp
import uvloop
from playwright.async_api import Frame, Page

from bench.event_agents import Orders
from bench.report import machine, ratio, table
from cordboard import observe
from cordboard.cli.lab import start_lab
from cordboard.cli.running import short_collections
from cordboard.config.settings import Agent
from cordboard.lab.gws.events import NOTIFICATIONS
from cordboard.lab.telephony import (
    AnswerCall,
    CallEvent,
    CallEventName,
    CallState,
    CallView,
    ChangeUserData,
    TelephonyEvent,
)
from cordboard.phone.load.figures import percentile
from kit.chromium import chromium
from kit.lab import RunningLab, free_settings, until

PAGE, PARTNER = "5001", "5002"
FIRST_DN = 5001
AIM = 20.0  # milliseconds, p99
EVENTS_OF_A_CALL = 6  # Dialing or Ringing, Established, Released, at both ends
CALLS_SHARE, PAGE_SHARE = 0.4, 0.2  # of the events: those of calls that come and go, of data at the page's call
SETTLE = 1.0
LONGEST = 200.0  # seconds for everything

Seen = tuple[str, str, str, float]  # CallUUID, notification, state, when

# CometD's message is read more than once on its way; the last to take its data is the page's own callback.
STAMP = """() => {
  const parse = JSON.parse;
  globalThis.cordboardCame = [];
  JSON.parse = (...given) => {
    const found = parse(...given);
    for (const message of Array.isArray(found) ? found : []) {
      const data = message?.data;
      if (message?.channel !== "/v2/me/calls" || !data?.call) continue;
      const row = [data.call.callUuid, data.notificationType, data.call.state, 0];
      globalThis.cordboardCame.push(row);
      const get = () => { row[3] = (performance.timeOrigin + performance.now()) / 1000; return data; };
      Object.defineProperty(message, "data", { get, enumerable: true });
    }
    return found;
  };
}"""


@dataclass(slots=True)
class Told:
    """What SIP Server tells, and when, by DN; `calls` are those that data can be attached to."""

    events: dict[str, list[Seen]] = field(default_factory=lambda: defaultdict(list))
    calls: dict[str, CallView] = field(default_factory=dict)
    page_call: str = ""

    def hear(self, event: TelephonyEvent) -> None:
        now = time.time()
        if not isinstance(event, CallEvent):
            return
        call = event.call
        if call.dn == PAGE:
            self.page_call = call.call_uuid
        elif event.name is CallEventName.ESTABLISHED:
            self.calls[call.call_uuid] = call
        elif event.name is CallEventName.RELEASED:
            self.calls.pop(call.call_uuid, None)
        row = (call.call_uuid, NOTIFICATIONS[event.name].value, call.state.value, now)
        self.events[call.dn].append(row)


class Agents:
    """The process of the light clients."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def told(self) -> str:
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError("the agents' process has ended")
        return line.decode()

    def tell(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())

    async def close(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()


async def start_agents(orders: Orders) -> Agents:
    """They are registered, signed in and listening."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.event_agents"), stdin=pipe, stdout=pipe, limit=2**26
    )
    agents = Agents(process)
    try:
        agents.tell(json.dumps(asdict(orders)))
        if await agents.told() != "ready\n":
            raise RuntimeError("the agents did not get ready")
    except BaseException:
        await agents.close()
        raise
    return agents


@asynccontextmanager
async def lab_of(dns: Sequence[str]) -> AsyncIterator[RunningLab]:
    """The lab on free ports with these agents."""
    agents = tuple(Agent(dn=dn, page_password=f"GenesysAgent{dn}!") for dn in dns)
    settings = replace(free_settings(), agents=agents)
    async with AsyncExitStack() as running:
        lab = await start_lab(settings, running)
        yield RunningLab(settings, lab, await running.enter_async_context(aiohttp.ClientSession()))


async def clock_of(place: Page | Frame) -> tuple[float, float]:
    """Seconds that the page's clock is ahead of ours, and how wrong that may be."""
    found = []
    for _ in range(20):
        before = time.time()
        there = await place.evaluate("performance.timeOrigin + performance.now()") / 1000
        after = time.time()
        found.append(((after - before) / 2, there - (before + after) / 2))
    wrong, ahead = min(found)
    return ahead, wrong


async def attach(told: Told, lab: RunningLab, rate: float, seconds: float) -> None:
    """Attach data at random moments, to the page's call and to the others'."""
    chance, loop = random.Random(7), asyncio.get_running_loop()
    page = rate * PAGE_SHARE / 2  # both ends hear of it
    others = rate * (1 - CALLS_SHARE - PAGE_SHARE) / 2
    due = end = loop.time()
    end += seconds
    number = 0
    while due < end:
        await asyncio.sleep(max(0.0, due - loop.time()))
        number += 1
        pairs = {"Number": str(number), "CustomerSegment": "Gold", "Account": "0049-1234"}
        if chance.random() < page / (page + others):
            lab.cti(ChangeUserData(PAGE, told.page_call, pairs))
        elif told.calls:
            call = chance.choice(list(told.calls.values()))
            lab.cti(ChangeUserData(call.dn, call.call_uuid, pairs))
        due += chance.expovariate(page + others)


def delays(sent: Sequence[Seen], came: Sequence[Sequence[Any]], ahead: float = 0.0) -> list[float]:
    """Milliseconds of each event of one agent. Raises ValueError where something is missing, doubled or disordered."""
    if [each[:3] for each in sent] != [tuple(each[:3]) for each in came[: len(sent)]]:
        raise ValueError(f"of {len(sent)} events {len(came)} came, or not in their order")
    return [(there[3] - ahead - here[3]) * 1000 for here, there in zip(sent, came, strict=False)]


def line(name: str, values: Sequence[float]) -> list[str | float | None]:
    row = sorted(values)
    return [name, str(len(row)), *(percentile(row, each) for each in (0.5, 0.95, 0.99)), row[-1]]


@dataclass(frozen=True, slots=True)
class Found:
    """Milliseconds by kind of page, and what is said beside them."""

    chromium: list[float]
    light: list[float]
    notes: tuple[str, ...]

    def report(self) -> str:
        head: list[str | float | None] = ["ms from event to callback", "events", "p50", "p95", "p99", "max"]
        every = [*self.chromium, *self.light]
        rows = [head, line("Chromium", self.chromium), line("light clients", self.light), line("all", every)]
        p99 = percentile(sorted(every), 0.99)
        aim = ratio("event_to_callback_p99_ms", p99, f"<= {AIM:g}")
        return "\n".join([table(rows), *self.notes, aim])


async def measure(agents: int, rate: float, seconds: float) -> Found:
    dns = tuple(str(FIRST_DN + number) for number in range(agents))
    async with asyncio.timeout(LONGEST), lab_of(dns) as lab, chromium() as browser:
        print(machine(f"Chromium {browser.version}"), flush=True)
        told = Told()
        lab.lab.telephone.telephony._listeners.insert(0, told.hear)  # before GWS
        server = lab.settings.lab.sip_server
        orders = Orders(
            lab.settings.desk.url,
            (server.host, server.port),
            tuple(dn for dn in dns if dn != PAGE),
            PAGE,
            PARTNER,
            rate * CALLS_SHARE / EVENTS_OF_A_CALL,
        )
        process = await start_agents(orders)
        try:
            return await _measured(lab, browser, process, told, rate, seconds)
        finally:
            await process.close()


async def _measured(lab: RunningLab, browser: Any, process: Agents, told: Told, rate: float, seconds: float) -> Found:
    agent = await lab.agent(browser, PAGE, microphone=None)
    await agent.phone.evaluate(STAMP)
    ahead, wrong = await clock_of(agent.phone)
    process.tell("work")
    await until(lambda: told.page_call != "", "the page's call", 5.0)
    lab.cti(AnswerCall(PAGE, told.page_call))
    await until(lambda: lab.lab.telephone.telephony.calls(PAGE)[0].state is CallState.ESTABLISHED, "its answer", 5.0)
    began, cpu = time.time(), time.process_time()
    with short_collections():
        await attach(told, lab, rate, seconds)
    took, cpu = time.time() - began, time.process_time() - cpu
    sent = {dn: list(events) for dn, events in told.events.items()}  # calls go on a little longer
    await asyncio.sleep(SETTLE)
    process.tell("end")
    light = json.loads(await process.told())
    came = await agent.phone.evaluate("cordboardCame")
    after, wrong_after = await clock_of(agent.phone)
    if light["wrong"]:
        raise ValueError(f"calls failed: {light['wrong'][:3]}")
    late = sorted(light["late"])
    notes = (
        f"{sum(map(len, sent.values())) / took:.0f} events a second;"
        f" {len(light['came']) + 1} agents connected, {light['polls']} polls",
        f"processor time of the lab, which is GWS, SIP Server, gateway and desk: {100 * cpu / took:.0f} % of a core",
        f"the light clients' own loop was late: p99 {1000 * percentile(late, 0.99):.1f} ms",
        f"Chromium's clock is ahead by {1000 * ahead:.2f} ms, at the end {1000 * after:.2f},"
        f" each to {1000 * max(wrong, wrong_after):.2f} ms",
        f"load average {os.getloadavg()[0]:.1f} at the end",
    )
    of_light = [delays(sent.get(dn, []), rows) for dn, rows in light["came"].items()]
    of_page = delays(sent[PAGE], came, (ahead + after) / 2)
    return Found(of_page, [each for some in of_light for each in some], notes)


def main() -> int:
    parser = argparse.ArgumentParser(description="From SIP Server's event to the callback in the page.")
    parser.add_argument("--agents", type=int, default=200, help="4 to 1000")
    parser.add_argument("--rate", type=float, default=50.0, help="events a second, 1 to 500")
    parser.add_argument("--seconds", type=float, default=66.0, help="1 to 120")
    given = parser.parse_args()
    if not (4 <= given.agents <= 1000 and 1 <= given.rate <= 500 and 1 <= given.seconds <= 120):
        parser.error("--agents 4 to 1000, --rate 1 to 500, --seconds 1 to 120")
    observe.configure("warning")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            print(runner.run(measure(given.agents, given.rate, given.seconds)).report())
        except Exception as failure:
            print(f"\nit failed: {type(failure).__name__}: {failure}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
