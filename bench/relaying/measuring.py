"""One measurement: so many calls speak for some seconds through an engine."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from bench.relaying.engines import Running, run_time
from bench.relaying.load import Load
from cordboard.phone.packets import PacketLoop, StreamFigures
from cordboard.phone.packets.latency import Latency, upper_end

SETTLE = 1.0  # seconds of speech before the measurement
DRAIN = 0.5  # seconds in which the last packets arrive
SLOWEST_DRAIN = 3.0

LOSS_LIMIT = 0.001  # a share
P99_LIMIT = 0.030  # seconds
LATE_GENERATOR = 0.005  # seconds by which one in a hundred of its ticks comes too late
BUSY_GENERATOR = 0.95  # of its core
DISTURBED = 0.02  # of the time the engine waited for its core


@dataclass(frozen=True, slots=True)
class Sample:
    """Times in seconds; `core` is the share of a core that the engine used; `loss` a share."""

    engine: str
    calls: int
    per_packet: float  # of the engine's run time, for each packet that it received
    core: float
    p50: float  # from the sender's stamp to the receiver's network stack, the worse of the two directions
    p99: float
    longest: float
    loss: float
    heard: bool  # both tones, at all ends
    waited: float  # share of the time that the engine could have run and did not: others had its core
    generator_busy: float
    generator_late: float

    @property
    def good(self) -> bool:
        return self.loss < LOSS_LIMIT and self.p99 < P99_LIMIT and self.heard

    @property
    def generator_bound(self) -> bool:
        """The generator was too slow itself: what it says of the engine is a lower bound."""
        return self.generator_late > LATE_GENERATOR or self.generator_busy > BUSY_GENERATOR

    def line(self) -> str:
        """For the screen while it runs."""
        flag = f"  others had {self.waited * 100:.0f} % of the core" if self.waited > DISTURBED else ""
        flag += "  the generator was late" if self.generator_bound else ""
        silent = "" if self.heard else "  NOT HEARD everywhere"
        return (
            f"{self.engine:<10}{self.calls:>6} calls {self.per_packet * 1e6:6.2f} us/packet {self.core * 100:5.1f} % "
            f"of the core  p50 {self.p50 * 1e3:6.2f}  p99 {self.p99 * 1e3:7.2f} ms  loss {self.loss * 100:.3f} %  "
            f"generator {self.generator_busy * 100:3.0f} %{flag}{silent}"
        )


@dataclass(frozen=True, slots=True)
class _Moment:
    at: float
    engine: tuple[float, float]
    generator: float
    lateness: Latency
    pages: StreamFigures
    trunks: StreamFigures


async def measure(running: Running, load: Load, packets: PacketLoop, calls: int, seconds: float) -> Sample:
    """Let the first `calls` of the load speak. They have to be set up."""
    pages, trunks = load.streams(calls)
    packets.reset([*pages, *trunks])
    load.talk(calls, True)
    await asyncio.sleep(SETTLE)
    before = _moment(running, packets, pages, trunks)
    await asyncio.sleep(seconds)
    after = _moment(running, packets, pages, trunks)
    load.talk(calls, False)
    everything = await _drained(packets, [*pages, *trunks])
    return _sample(running, calls, before, after, everything)


def _moment(running: Running, packets: PacketLoop, pages: list[int], trunks: list[int]) -> _Moment:
    own = packets.loop_figures()
    return _Moment(
        time.monotonic(), run_time(running.pid), own.busy, own.lateness, packets.total(pages), packets.total(trunks)
    )


async def _drained(packets: PacketLoop, numbers: list[int]) -> StreamFigures:
    """When nothing more comes."""
    end = time.monotonic() + SLOWEST_DRAIN
    found = packets.total(numbers)
    while time.monotonic() < end:
        await asyncio.sleep(DRAIN)
        before, found = found, packets.total(numbers)
        if found.received == before.received:
            break
    return found


def _sample(running: Running, calls: int, before: _Moment, after: _Moment, everything: StreamFigures) -> Sample:
    window = after.at - before.at
    packets = after.pages.sent + after.trunks.sent - before.pages.sent - before.trunks.sent
    used, waited = (late - early for early, late in zip(before.engine, after.engine, strict=True))
    ways = [
        difference(before.pages.latency, after.pages.latency),
        difference(before.trunks.latency, after.trunks.latency),
    ]
    return Sample(
        running.name,
        calls,
        used / packets if packets else 0.0,
        used / window,
        max(way.p50 for way in ways),
        max(way.p99 for way in ways),
        max(way.max for way in ways),
        1.0 - min(everything.received / everything.sent, 1.0) if everything.sent else 1.0,
        everything.heard,
        waited / window,
        (after.generator - before.generator) / window,
        difference(before.lateness, after.lateness).p99,
    )


def difference(before: Latency, after: Latency) -> Latency:
    """What was counted in between."""
    counts = tuple(late - early for early, late in zip(before.counts, after.counts, strict=True))
    last = max((index for index, count in enumerate(counts) if count), default=-1)
    return Latency(counts, min(upper_end(last), after.max) if last >= 0 else 0.0)
