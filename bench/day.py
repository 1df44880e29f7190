"""A day of the contact centre: `python -m bench.day`, or `make bench-day`. Takes about two minutes.

20 agents without browsers, each with a phone at the gateway (ICE, DTLS-SRTP, sound) and GWS through the desk (REST,
CometD), and 300 customers, all in one process with the lab. It ends with 1 if a customer is not accounted for, if SIP
and CometD did not agree on a step of a call, or if anything is left.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import uvloop

from bench.report import machine, table
from cordboard import observe
from cordboard.phone.load.figures import percentile
from kit.agents import agents_of
from kit.day import DNS, Day, center
from kit.lab import running_lab

LONGEST = 220.0  # seconds


async def work(customers: int, rate: float) -> bool:
    """Whether all went well."""
    with tempfile.TemporaryDirectory() as directory:
        file = center(Path(directory) / "center.toml")
        async with running_lab(lab__contact_center=file) as lab, agents_of(lab) as agents:
            print(machine(), flush=True)
            day = Day(lab, agents, customers=customers, rate=rate, talk=(1.5, 3.0))
            account = await day.run(LONGEST)
    summary = account.summary()
    names = ("customers", "answered", "abandoned", "refused", "released", "cancelled", "unaccounted", "overflowed")
    print(table([["customers", ""], *([name, str(summary[name])] for name in names)]))
    lags = [1000 * lag for lag in day.planes.lags()]
    figures = ", ".join(f"p{round(100 * share)} {percentile(lags, share):.1f}" for share in (0.5, 0.95, 0.99))
    calls = day.planes.calls.values()
    print(f"{len(calls)} calls at {len(DNS)} agents, {len(lags)} steps that both planes took, {day.planes.looks} looks")
    print(f"from a step in one plane to the same in the other: {figures}, max {lags[-1]:.1f} ms")
    print(f"answers that crossed with the caller's hanging up: {len(day.planes.crossed())}")
    print(f"load average {os.getloadavg()[0]:.1f} at the end")
    wrong = [*day.planes.faults, *day.quarrels(account), *day.left()]
    print("\n".join(wrong or ["nothing is left, nothing disagrees"]))
    return not wrong and summary["unaccounted"] == summary["cancelled"] == 0


def main() -> int:
    parser = argparse.ArgumentParser(description="20 agents and their customers, both planes compared.")
    parser.add_argument("--customers", type=int, default=300, help="10 to 1000")
    parser.add_argument("--rate", type=float, default=4.0, help="customers a second, 0.5 to 20")
    given = parser.parse_args()
    if not (10 <= given.customers <= 1000 and 0.5 <= given.rate <= 20):
        parser.error("--customers 10 to 1000, --rate 0.5 to 20")
    observe.configure("warning")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            return 0 if runner.run(work(given.customers, given.rate)) else 1
        except Exception as failure:
            print(f"\nit failed: {type(failure).__name__}: {failure}", file=sys.stderr)
            return 1


if __name__ == "__main__":
    sys.exit(main())
