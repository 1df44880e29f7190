"""From the agent's click on Answer to sound both ways: `python -m bench.answer [--calls 30]`, or `make bench`.

The whole lab and a headless Chromium run on this machine; one agent sits at the desktop with the softphone beside it.
Customers call one after the other, each in a fresh call, and the agent answers them in turn in the desktop and in the
softphone, by a mouse click, half a second after it rings. The microphone is Chromium's own fake device.

The click is stamped in the page, by a capturing listener, everything else on this machine's same clock: packets in the
media worker, which is where they come and go, the 200 when SIP Server's look-alike reports the call as established.
Sound goes both ways when the customer's first packet has left for the page and the agent's first for SIP Server's
side. A way that was open before the click (early media) has no first packet after it: such a call is told and left
out of the figures. None is expected, because the way to the page opens with the DTLS handshake of its answer.

The first call after sign-in has a line of its own: the browser starts its audio with it. Ends with 1 if a call failed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import uvloop
from playwright.async_api import Frame, Page

from bench.report import machine
from cordboard import observe
from cordboard.lab.telephony import CallEvent, CallEventName, TelephonyEvent
from cordboard.media.port import CallStatistics
from cordboard.phone.load.figures import percentile
from kit.chromium import chromium
from kit.lab import RunningLab, running_lab
from kit.lab_agent import AgentPage
from kit.lab_customer import Customer

DN = "5001"
WEB = Path(__file__).resolve().parents[1] / "web" / "package.json"
MOST_CALLS = 60
LONGEST = 225.0  # seconds for everything
RINGS_FOR = 0.5  # seconds until the agent clicks
SOUND_WITHIN = 3.0
LOOK_EVERY = 0.1
BUTTONS = {"desktop": "desk-op-Answer", "softphone": "call-answer"}

STAMP_CLICKS = """() => addEventListener("click", () => {
  globalThis.clickedAt = performance.timeOrigin + performance.now();
}, true)"""


@dataclass(frozen=True, slots=True)
class Answered:
    """Milliseconds from the click to each step of one call."""

    established: float
    dtls_connected: float
    page_heard: float
    agent_sent: float
    customer_sent: float

    @property
    def both_ways(self) -> float:
        return max(self.agent_sent, self.customer_sent)


LINES = {
    "200 is at SIP Server": "established",
    "DTLS is done": "dtls_connected",
    "first packet from the page": "page_heard",
    "first packet to SIP Server": "agent_sent",
    "first packet to the page": "customer_sent",
    "sound both ways": "both_ways",
}


class Agent:
    """The agent at the desktop, and when SIP Server last saw the DN's phone answer."""

    def __init__(self, lab: RunningLab, desk: AgentPage) -> None:
        self.lab = lab
        self.desk = desk
        self.established_at = 0.0
        lab.lab.telephone.telephony.subscribe(self._happened)

    def _happened(self, event: TelephonyEvent) -> None:
        if isinstance(event, CallEvent) and event.name is CallEventName.ESTABLISHED and event.call.dn == DN:
            self.established_at = time.time()

    async def begin(self) -> None:
        """Stamp clicks from now on, and be ready."""
        for place in (self.desk.page, self.desk.phone):
            await place.evaluate(STAMP_CLICKS)
        await self.desk.ready()

    async def take_call(self, row: str) -> Answered | None:
        """One call from ringing to idle; None if a way was open before the click."""
        customer = await self.lab.customer("8000")
        try:
            return await self._answer(row)
        finally:
            await self._end(customer)

    async def _answer(self, row: str) -> Answered | None:
        place = self.desk.page if row == "desktop" else self.desk.phone
        await self.desk.shows("desk-call-state", "Ringing")
        await self.desk.shows("call-state", "Incoming call")
        ahead = await clock_ahead(place)
        await asyncio.sleep(RINGS_FOR)
        await self.desk.press(BUTTONS[row])
        found = await self._sound()
        click = await place.evaluate("globalThis.clickedAt") / 1000 - ahead
        await self.desk.shows("desk-call-state", "Connected")
        return since(click, self.established_at, found)

    async def _sound(self) -> CallStatistics:
        """The statistics when sound has gone both ways; they end with the call."""
        engine = self.lab.lab.product.engine
        [call] = await engine.list()
        found = await engine.stats(call.call)
        async with asyncio.timeout(SOUND_WITHIN):
            while not (found.page.first_sent and found.trunk.first_sent):
                await asyncio.sleep(LOOK_EVERY)
                found = await engine.stats(call.call)
        return found

    async def _end(self, customer: Customer) -> None:
        await customer.hang_up()
        await self.desk.idle()
        await self.desk.shows_no("desk-call")
        await self.lab.is_idle()


async def clock_ahead(place: Page | Frame) -> float:
    """Seconds that the page's clock is surely ahead of ours: 0 unless the system's was set since the page came."""
    before = time.time()
    there = await place.evaluate("performance.timeOrigin + performance.now()") / 1000
    return min(0.0, there - before) or max(0.0, there - time.time())


def since(click: float, established: float, found: CallStatistics) -> Answered | None:
    page, trunk = found.page, found.trunk
    if min(page.first_sent, trunk.first_sent) < click:
        return None
    steps = (established, found.connected, page.first_received, trunk.first_sent, page.first_sent)
    return Answered(*((step - click) * 1000 for step in steps))


def report(taken: dict[str, list[Answered]]) -> None:
    print(f"\n{'ms after the click':<30}{'n':>4}{'median':>9}{'p95':>9}{'min':>9}{'max':>9}")
    for row, calls in taken.items():
        print(f"clicked in the {row}")
        for label, name in LINES.items():
            values = sorted(getattr(call, name) for call in calls)
            figures = (statistics.median(values), percentile(values, 0.95), min(values), max(values))
            print(f"  {label:<28}{len(values):>4}" + "".join(f"{figure:>9.1f}" for figure in figures))
    print()
    for row, calls in taken.items():
        values = sorted(call.both_ways for call in calls)
        print(f"answer_to_audio {row} median {statistics.median(values):.1f} ms p95 {percentile(values, 0.95):.1f} ms")


async def measure(calls: int) -> bool:
    """Place the calls and print what they came to; whether there is anything to print."""
    taken: dict[str, list[Answered]] = {row: [] for row in BUTTONS}
    early = dict.fromkeys(BUTTONS, 0)
    async with asyncio.timeout(LONGEST), running_lab() as lab, chromium() as browser:
        jssip = json.loads(WEB.read_text())["dependencies"]["jssip"]
        print(machine(f"Chromium {browser.version}", f"JsSIP {jssip}"), flush=True)
        agent = Agent(lab, await lab.agent(browser, DN, microphone=None))
        await agent.begin()
        first = await agent.take_call("softphone")
        for _ in range(calls):
            for row in BUTTONS:
                if answered := await agent.take_call(row):
                    taken[row].append(answered)
                else:
                    early[row] += 1
        print(f"load average {os.getloadavg()[0]:.1f} at the end")
    for row in BUTTONS:
        print(f"clicked in the {row}: {early[row]} of {calls} calls had sound before the click")
    if first is not None:
        print(f"first call after sign-in, clicked in the softphone: sound both ways after {first.both_ways:.1f} ms")
    if not all(taken.values()):
        return False
    report(taken)
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description="From the click on Answer to sound both ways.")
    parser.add_argument("--calls", type=int, default=30, help=f"calls of each row, 1 to {MOST_CALLS}")
    calls = parser.parse_args().calls
    if not 1 <= calls <= MOST_CALLS:
        parser.error(f"--calls is a number from 1 to {MOST_CALLS}")
    observe.configure("warning")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            return 0 if runner.run(measure(calls)) else 1
        except Exception as failure:
            print(f"\na call failed: {type(failure).__name__}: {failure}", file=sys.stderr)
            return 1


if __name__ == "__main__":
    sys.exit(main())
