"""What relaying costs: CPU per packet and calls per core of the relay's two loops and of rtpengine in userspace.

    make bench-relay                                                   about 7 minutes
    .venv/bin/python -m bench.relay --calls 100,300 --repeats 1 --no-search       shorter

The engine runs on the first core, the generator and this program on the second. Every call is a real one (SDP, ICE,
DTLS-SRTP), PCMU, 50 packets a second each way. docs/bench.md says what is measured and how.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections import defaultdict
from contextlib import AsyncExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.processes import cores, pin
from bench.relaying.engines import (
    COMPILED,
    PYTHON,
    RTPENGINE,
    TITLES,
    Missing,
    Running,
    raise_limit_of_files,
    rtpengine_version,
    running,
)
from bench.relaying.load import Load, SetUpFailed
from bench.relaying.measuring import Sample, measure
from bench.report import machine, median, ratio, save, table
from bench.search import Search
from cordboard import observe
from cordboard.media.compiled.library import NotCompiled
from cordboard.media.port import MediaError
from cordboard.phone.packets import PacketLoop, make

NETWORKS = {COMPILED: 71, RTPENGINE: 72, PYTHON: 73}
AGAIN = 2  # tries of a level that was not good: it may have been somebody else's moment
AIMS = {COMPILED: "<= 0.6", PYTHON: "<= 1.3"}
P99_AIM = 5.0  # milliseconds
P99_CALLS = 500
PROFILES = "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80"  # what browsers offer and the relay knows
CLOSE = 0.08  # how close to the border the search comes, as a share


class Bench:
    """All engines at once, measured by turns, so that a noisy neighbour disturbs all of them alike."""

    def __init__(self, arguments: argparse.Namespace, packets: PacketLoop, core: int | None) -> None:
        self._arguments = arguments
        self._packets = packets
        self._core = core
        self._end = time.monotonic() + 60.0 * arguments.minutes
        self.lines: list[str] = []
        self.samples: dict[tuple[str, int], list[Sample]] = defaultdict(list)
        self.most: dict[str, tuple[Search, bool]] = {}
        self.engines: dict[str, tuple[Running, Load, AsyncExitStack]] = {}
        self._profiles: dict[str, str] = {}

    def say(self, line: str = "") -> None:
        """To the screen, and into the file."""
        print(line, flush=True)
        self.lines.append(line)

    async def start(self) -> None:
        for name in self._arguments.engines:
            stack = AsyncExitStack()
            try:
                found = await stack.enter_async_context(running(name))
            except Missing as why:
                self.say(f"{TITLES[name]}: not measured: {why}")
                continue
            pin(found.pid, self._core)
            load = Load(found.engine, self._packets, NETWORKS[name], self._arguments.profile.encode())
            stack.push_async_callback(load.close)
            self.engines[name] = (found, load, stack)

    async def end(self, name: str) -> None:
        _, _, stack = self.engines.pop(name)
        await stack.aclose()

    async def sample(self, name: str, calls: int) -> Sample:
        found, load, _ = self.engines[name]
        await self._grow(name, calls)
        sample = await measure(found, load, self._packets, calls, self._arguments.seconds)
        self.say(sample.line())
        self.samples[name, calls].append(sample)
        return sample

    async def _grow(self, name: str, calls: int) -> None:
        found, load, _ = self.engines[name]
        missing = calls - len(load.calls)
        if missing > 0:
            began = time.monotonic()
            await load.grow(calls)
            self._profiles[name] = load.profile
            pin(found.pid, self._core)  # threads that came later
            took = time.monotonic() - began
            print(
                f"{name:<10}{missing:>6} calls set up in {took:.1f} s ({took / missing * 1e3:.1f} ms each)", flush=True
            )

    async def levels(self) -> None:
        """The same numbers of calls for all engines, by turns."""
        for calls in self._arguments.calls:
            for _ in range(self._arguments.repeats):
                for name in list(self.engines):
                    await self.sample(name, calls)

    async def search(self) -> None:
        """Calls per core of each engine. What has been measured leaves, so that it takes no time on the core."""
        for name in [each for each in (PYTHON, RTPENGINE, COMPILED) if each in self.engines]:
            self.say(f"\n{TITLES[name]}: the most calls with loss under 0.1 % and p99 under 30 ms")
            self.most[name] = await self._border(name)
            await self.end(name)

    async def _border(self, name: str) -> tuple[Search, bool]:
        known = [calls for (each, calls), found in self.samples.items() if each == name and all(s.good for s in found)]
        search = Search(max(known, default=100), 1.25, self._arguments.most, CLOSE, best=max(known, default=0))
        bound = False
        while (level := search.next) is not None and time.monotonic() < self._end:
            sample = await self.sample(name, level)
            for _ in range(AGAIN):
                if sample.good or time.monotonic() > self._end:
                    break
                sample = await self.sample(name, level)
            search.tell(level, good=sample.good)
            bound = bound if sample.good else sample.generator_bound
        return search, bound

    # --- what came out

    def report(self) -> None:
        """Tables and ratios."""
        self.say("\nmedians; latency of the worse direction, worst loss\n")
        self.say(table([HEAD, *(self._row(name, calls) for name, calls in self._measured())]))
        self.say(LEGEND)
        self.say(f"SRTP: {', '.join(f'{name} {profile}' for name, profile in self._profiles.items())}.\n")
        for name, (search, bound) in self.most.items():
            self.say(f"calls_per_core {name} {search.best}{_remark(search, bound)}")
        for name, aim in AIMS.items():
            self.say(ratio(f"{name}_per_packet", self._against_rtpengine(name), aim))
        for name in TITLES:
            self._say_p99(name)
        if RTPENGINE in self.most and self.most[RTPENGINE][0].best:
            for name in (each for each in self.most if each != RTPENGINE):
                self.say(ratio(f"{name}_calls_per_core", self.most[name][0].best / self.most[RTPENGINE][0].best, ""))

    def _measured(self) -> list[tuple[str, int]]:
        order = list(TITLES)
        return sorted(self.samples, key=lambda each: (each[1], order.index(each[0])))

    def _row(self, name: str, calls: int) -> list[str | float | None]:
        found = self.samples[name, calls]
        return [
            TITLES[name],
            f"{calls}",
            f"{len(found)}",
            median([sample.per_packet * 1e6 for sample in found]),
            median([sample.core * 100 for sample in found]),
            median([sample.core * 100 / calls for sample in found]),
            median([sample.p50 * 1e3 for sample in found]),
            median([sample.p99 * 1e3 for sample in found]),
            max(sample.loss * 100 for sample in found),
            f"{max(sample.waited * 100 for sample in found):.1f}",
            f"{median([sample.generator_busy * 100 for sample in found]):.0f}",
        ]

    def _against_rtpengine(self, name: str) -> float | None:
        """The median of the ratios, each of two neighbours in the run."""
        pairs = []
        for calls in self._arguments.calls:
            ours, theirs = self.samples[name, calls], self.samples[RTPENGINE, calls]
            repeats = self._arguments.repeats
            pairs += [
                one.per_packet / other.per_packet for one, other in zip(ours[:repeats], theirs[:repeats], strict=False)
            ]
        return median(pairs)

    def _say_p99(self, name: str) -> None:
        p99 = median([sample.p99 * 1e3 for sample in self.samples.get((name, P99_CALLS), [])])
        if p99 is not None:
            verdict = "reached" if p99 < P99_AIM else "missed"
            aim = "" if name == RTPENGINE else f"  (aim < {P99_AIM:g} ms, {verdict})"
            self.say(f"p99_at_{P99_CALLS} {name} {p99:.2f} ms{aim}")


LEGEND = """
us/packet: run time of the engine's process for each packet that it received, system calls included. Latency: from the
stamp that the sender puts into the packet to the kernel's stamp at its receiver. Waited: the engine could have run and
others had its core. The generator decrypts every eighth packet of a page and counts the others by their header."""
HEAD = (
    "engine",
    "calls",
    "runs",
    "us/packet",
    "% of core",
    "% per call",
    "p50 ms",
    "p99 ms",
    "loss %",
    "waited %",
    "generator %",
)


def _remark(search: Search, bound: bool) -> str:
    if bound:
        return "  (generator-bound: the engine may carry more)"
    if search.open_ended:
        return "  (all that were tried; the engine may carry more)"
    return "" if search.next is None else "  (the time was up: it may be more)"


async def run(arguments: argparse.Namespace) -> int:
    observe.configure("warning")
    raise_limit_of_files()
    core, own = cores()
    pin(0, own)
    try:
        packets = make("compiled")
    except NotCompiled as why:
        print(f"the generator needs a C compiler: {why}", file=sys.stderr)
        return 1
    bench = Bench(arguments, packets, core)
    try:
        bench.say(f"python -m bench.relay\n{machine(*filter(None, [rtpengine_version()]))}")
        if own is None:
            bench.say("there is one core only: engine and generator are in each other's way")
        bench.say()
        await bench.start()
        await bench.levels()
        if arguments.search:
            await bench.search()
        bench.report()
    except (SetUpFailed, MediaError) as why:
        print(f"a call could not be set up: {why}", file=sys.stderr)
        return 1
    finally:
        for name in list(bench.engines):
            await bench.end(name)
        packets.close()
    if arguments.save:
        print(f"\nkept in bench/results/{save('relay', chr(10).join(bench.lines)).name}")
    return 0


def _list(text: str) -> list[int]:
    return [int(each) for each in text.split(",")]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.relay", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--calls", type=_list, default=[100, 300, 500], help="levels that all engines are measured at")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each measurement")
    parser.add_argument("--engines", type=lambda text: text.split(","), default=[RTPENGINE, COMPILED, PYTHON])
    parser.add_argument("--profile", default=PROFILES, help="SRTP, as OpenSSL writes it")
    parser.add_argument("--most", type=int, default=2400, help="calls that the search goes up to")
    parser.add_argument("--minutes", type=float, default=7.0, help="after which the search stops where it is")
    parser.add_argument("--no-search", dest="search", action="store_false", help="no calls per core")
    parser.add_argument("--no-save", dest="save", action="store_false", help="keep nothing in bench/results")
    return asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
