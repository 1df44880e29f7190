"""A day of the contact centre: `python -m bench.day`, or `make bench-day`. Takes about two minutes.

20 agents, each with a phone at the gateway (ICE, DTLS-SRTP, sound) and GWS through the desk (REST, CometD), and 300
customers. 5001 is a real Chromium with desktop and softphone unless `--no-chromium` says otherwise; the others have no
browser and are in one process with the lab. It ends with 1 if a customer is not accounted for, if SIP
and CometD did not agree on a step of a call, or if anything is left.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import uvloop

from bench.report import machine, table
from cordboard import observe
from cordboard.cli.running import short_collections
from cordboard.phone.load.figures import percentile
from kit.agents import agents_of
from kit.chromium import chromium
from kit.day import DNS, Day, center
from kit.lab import running_lab

LONGEST = 220.0  # seconds


async def work(customers: int, rate: float, with_chromium: bool) -> bool:
    """Whether all went well."""
    async with AsyncExitStack() as running:
        file = center(Path(running.enter_context(tempfile.TemporaryDirectory())) / "center.toml")
        lab = await running.enter_async_context(running_lab(lab__contact_center=file))
        agents = await running.enter_async_context(agents_of(lab))
        browser = await running.enter_async_context(chromium()) if with_chromium else None
        print(machine(f"Chromium {browser.version}" if browser else ""), flush=True)
        day = Day(lab, agents, customers=customers, rate=rate, talk=(1.5, 3.0), browser=browser)
        running.enter_context(short_collections())
        account = await day.run(LONGEST)
    summary = account.summary()
    names = ("customers", "answered", "abandoned", "refused", "released", "cancelled", "unaccounted", "overflowed")
    print(table([["customers", ""], *([name, str(summary[name])] for name in names)]))
    lags = [1000 * lag for lag in day.planes.lags()]
    figures = ", ".join(f"p{round(100 * share)} {percentile(lags, share):.1f}" for share in (0.5, 0.95, 0.99))
    calls = day.planes.calls.values()
    print(f"{len(calls)} calls at {len(DNS)} agents, {len(lags)} steps that both planes took, {day.planes.looks} looks")
    print(f"from a step in one plane to the same in the other: {figures}, max {lags[-1]:.1f} ms")
    if with_chromium:
        print(of_chromium(day))
    print(f"answers that crossed with the caller's hanging up: {len(day.planes.crossed())}")
    print(f"load average {os.getloadavg()[0]:.1f} at the end")
    wrong = [*day.planes.faults, *day.quarrels(account), *day.left()]
    print("\n".join(wrong or ["nothing is left, nothing disagrees"]))
    return not wrong and summary["unaccounted"] == summary["cancelled"] == 0


def of_chromium(day: Day) -> str:
    own = [call for call in day.planes.calls.values() if call.dn == DNS[0]]
    lags = sorted(1000 * abs(lag) for call in own for lag in call.lags().values())
    answered = sum(call.answered for call in own)
    figures = ", ".join(f"p{round(100 * share)} {percentile(lags, share):.1f}" for share in (0.5, 0.95)) if lags else ""
    return f"of these Chromium's: {len(own)} calls, {answered} answered; {figures} ms"


def main() -> int:
    parser = argparse.ArgumentParser(description="20 agents and their customers, both planes compared.")
    parser.add_argument("--customers", type=int, default=300, help="10 to 1000")
    parser.add_argument("--rate", type=float, default=4.0, help="customers a second, 0.5 to 20")
    parser.add_argument("--no-chromium", action="store_true", help="5001 has no browser either")
    given = parser.parse_args()
    if not (10 <= given.customers <= 1000 and 0.5 <= given.rate <= 20):
        parser.error("--customers 10 to 1000, --rate 0.5 to 20")
    observe.configure("warning")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            return 0 if runner.run(work(given.customers, given.rate, not given.no_chromium)) else 1
        except Exception as failure:
            print(f"\nit failed: {type(failure).__name__}: {failure}", file=sys.stderr)
            return 1


if __name__ == "__main__":
    sys.exit(main())
