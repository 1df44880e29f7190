"""A long run at 60 % of the rated load: `make bench-soak ARGUMENTS="--minutes 20"`.

`cordboard serve` with a far end in place of SIP Server. Calls come and go at a steady rate, with agents on WebRTC, and
every call must be set up, be heard both ways by its own tone and stamps, and end when its customer hangs up. Every few
seconds memory, files, sockets, dialogs and transactions are read; after a warm-up none of them may grow. Ends with 1
if anything failed or grew.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import resource
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import uvloop

from bench.churn import Churn
from bench.crowd import Crowd, load
from bench.product import ProductSettings, running_product
from bench.report import machine, save, table
from bench.watching import Verdict, Watch, bounds, judge
from cordboard import observe

HOST = "127.0.0.93"
RATED = 500  # calls a core, until something else is given
SHARE = 0.6
SPARE = 1.2  # agents for each call
STEP = 1.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how much; times in seconds. `loop` "" is the default of the settings."""

    seconds: float
    calls: int
    length: float
    warm_up: float
    every: float = 5.0
    engine: str = ""
    loop: str = ""
    quiet: bool = False

    @property
    def media(self) -> dict[str, object]:
        return {name: value for name, value in (("engine", self.engine), ("loop", self.loop)) if value}


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it."""

    text: str
    passed: bool


async def soak(plan: Plan) -> Result:
    """Run it all."""
    dns = tuple(str(20_000 + number) for number in range(max(plan.calls + 2, round(plan.calls * SPARE))))
    with tempfile.TemporaryDirectory(prefix="cordboard-soak-") as folder:
        async with load(HOST, checked=5) as (far_end, packets):
            settings = ProductSettings(dns, far_end.address, HOST, media=plan.media)
            async with running_product(Path(folder), settings) as product:
                crowd = Crowd(product, far_end, packets, dns, 5)
                try:
                    await crowd.sign_in(20)
                    churn, watch = Churn(crowd, plan.calls, plan.length), Watch(product)
                    await _run(plan, churn, watch)
                finally:
                    await crowd.close()
                printed = product.child.printed()
    verdicts = judge(watch.samples, bounds(plan.calls, churn.rate, plan.warm_up), plan.warm_up)
    return report(plan, churn, verdicts, printed)


async def _run(plan: Plan, churn: Churn, watch: Watch) -> None:
    async with asyncio.TaskGroup() as group:
        calling = group.create_task(churn.run(min(plan.warm_up / 2, plan.length)))
        watching = group.create_task(watch.run(plan.every))
        end = time.monotonic() + plan.seconds
        told = 0.0
        while (now := time.monotonic()) < end:
            if not plan.quiet and now - told >= 30:
                told = now
                tally = churn.tally
                print(f"{end - now:5.0f} s left: {churn.standing} calls, {tally.placed} placed, {tally.failed} failed")
            await asyncio.sleep(STEP)
        calling.cancel()
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(calling, watching)


def report(plan: Plan, churn: Churn, verdicts: list[Verdict], printed: str) -> Result:
    """The text, and whether all is well."""
    tally = churn.tally
    problems = [f"{tally.failed} of {tally.placed} calls failed"] if tally.failed else []
    problems += [f"{verdict.name} grew by {verdict.growth:.1f}" for verdict in verdicts if not verdict.flat]
    problems += ["it logged an error"] if "Traceback" in printed or "[error" in printed else []
    problems += ["no call has ended"] if not tally.ended else []
    rows: list[list[str | float | None]] = [["after the warm-up", "first", "last", "growth", "flat"]]
    rows += [[each.name, each.first, each.last, each.growth, "yes" if each.flat else "NO"] for each in verdicts]
    lines = [
        f"{plan.seconds / 60:.1f} minutes, {plan.calls} calls at a time, {plan.length:.0f} s each, {churn.rate:.1f}/s",
        f"{tally.placed} placed, {tally.ended} ended well, {tally.failed} failed; {tally.sent} packets sent, "
        f"{tally.lost} lost, {tally.foreign} of other calls, longest gap {tally.worst_gap * 1000:.0f} ms",
        "",
        table(rows),
        "",
        *(f"  {reason}" for reason in tally.reasons),
        "soak: " + ("; ".join(problems) if problems else "nothing failed, everything stayed flat"),
    ]
    return Result("\n".join(lines), not problems)


def main() -> int:
    parser = argparse.ArgumentParser(description="Calls that come and go for a long time.")
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--rated", type=int, default=RATED, help=f"rated calls; {SHARE:.0%} of them are made")
    parser.add_argument("--calls", type=int, default=0, help="calls at a time, whatever is rated")
    parser.add_argument("--length", type=float, default=60.0, help="seconds that a call lasts, about")
    parser.add_argument("--engine", default="", help="[media] engine")
    parser.add_argument("--loop", default="", help="[media] loop")
    given = parser.parse_args()
    seconds = given.minutes * 60
    plan = Plan(
        seconds,
        given.calls or round(given.rated * SHARE),
        given.length,
        min(seconds / 3, max(90.0, given.length)),
        min(5.0, seconds / 20),
        given.engine,
        given.loop,
    )
    observe.configure("error")
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    head = machine()
    print(head, flush=True)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        result = runner.run(soak(plan))
    print(f"\n{result.text}")
    if seconds >= 300:
        command = " ".join(["python -m bench.soak", *sys.argv[1:]])
        kept = save("soak", "\n".join([command, head, "", result.text]))
        print(f"kept in {kept}")
    return 0 if result.passed else 1


if __name__ == "__main__":
    sys.exit(main())
