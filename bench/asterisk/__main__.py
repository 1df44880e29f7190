"""Cordboard and Asterisk 22 side by side: `make bench-asterisk`, or `python -m bench.asterisk [--short] [--only NAME]`.

Everything runs on this machine, in a network namespace that has nothing but 127.0.0.1. The server has one core, the
load the other. What each line means is in docs/bench.md.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import sys
import time
from collections.abc import Awaitable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))

import uvloop

from bench.asterisk.install import InstallError, install
from bench.asterisk.measuring import Bench, Plan, say
from bench.asterisk.table import ASTERISK, CORDBOARD
from bench.namespace import NoNamespace, enter
from bench.processes import cores, pin
from bench.report import machine, save
from cordboard import observe

LONGEST = 19.5 * 60
SHORT = {"answers": 3, "rounds": 1, "agents": 200, "setup_seconds": 3.0, "most_calls": 130}
VARIANTS = {
    "calls_per_core_relay": ({"loop": "python"}, 200),
    "calls_per_core_compiled": ({"loop": "compiled"}, 400),
    "calls_per_core_rtpengine": ({"engine": "rtpengine"}, 300),
}
MEASUREMENTS = ("answer_to_audio", "setup_rate", "calls_per_core", "agents")


async def measure(bench: Bench, only: str) -> None:
    """All of it, or one; what fails is told, and the rest goes on."""
    other = cores()[1]
    if only in ("", "answer_to_audio"):
        await attempt(bench, "answer_to_audio", bench.answer_to_audio())
    pin(0, other)
    if only in ("", "setup_rate"):
        await attempt(bench, "setup_rate", bench.setup_rate())
    if only in ("", "agents"):
        for side in (CORDBOARD, ASTERISK):
            await attempt(bench, f"agents, {side}", bench.agents(side))
    if only in ("", "calls_per_core"):
        await calls_per_core(bench)


async def calls_per_core(bench: Bench) -> None:
    """Asterisk once, then each of our engines; its figure stands beside all of them."""
    await attempt(bench, "calls_per_core", bench.calls_per_core("calls_per_core_relay", ASTERISK, {}, 100))
    theirs = bench.findings.values.get(("calls_per_core_relay", ASTERISK), [])
    for name, (media, first) in VARIANTS.items():
        if name != "calls_per_core_relay":
            bench.findings.note(name, ASTERISK, *theirs)
        first = min(first, bench.plan.most_calls)
        await attempt(bench, name, bench.calls_per_core(name, CORDBOARD, media, first))


async def attempt(bench: Bench, name: str, work: Awaitable[None]) -> None:
    """One measurement: its failure is a remark."""
    try:
        await work
    except Exception as failure:
        bench.findings.remarks.append(f"{name}: not measured ({type(failure).__name__}: {str(failure)[:300]})")
        say(bench.findings.remarks[-1])


def main() -> int:
    parser = argparse.ArgumentParser(description="Cordboard beside Asterisk.")
    parser.add_argument("--short", action="store_true", help="a quick try: its figures mean nothing")
    parser.add_argument("--only", choices=MEASUREMENTS, default="")
    given = parser.parse_args()
    try:
        installed = install()
        enter("bench.asterisk")
    except (InstallError, NoNamespace) as failure:
        print(f"not measured: {failure}", file=sys.stderr)
        return 2
    observe.configure("error")
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    plan = Plan(cores()[0], **(SHORT if given.short else {}))  # type: ignore[arg-type]
    bench = Bench(installed, plan)
    head, began = machine(installed.version()), time.monotonic()
    say(head)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            runner.run(asyncio.wait_for(measure(bench, given.only), LONGEST))
        except TimeoutError:
            bench.findings.remarks.append("not all was measured: the time was up")
    text = f"{head}\n\n{bench.findings.text()}\n\n{(time.monotonic() - began) / 60:.1f} minutes"
    print(f"\n{text}")
    if not given.short:
        command = " ".join(["python -m bench.asterisk", *sys.argv[1:]])
        print(f"\nkept in {save('asterisk', command + chr(10) + text)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
