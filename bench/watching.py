"""What a running Cordboard holds, sampled every few seconds, and whether it stayed flat."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import aiohttp

from bench.drift import Flat, Sample, growth
from bench.processes import usage
from bench.product import Product

METRIC = re.compile(r"^(cordboard_[a-z_]+)(?:\{([^}]*)\})? ([-+.0-9e]+)$", re.MULTILINE)
TRANSACTION_LIVES = 40.0  # seconds at most after its call: 64 times T1, and some


@dataclass(slots=True)
class Watch:
    """Samples by name, from `begin` on; seconds are those since then."""

    product: Product
    samples: dict[str, list[Sample]] = field(default_factory=dict)
    _began: float = field(default_factory=time.monotonic)

    async def sample(self, **more: float) -> None:
        """Take one of everything."""
        gateway, *workers = self.product.pids
        ours, theirs = usage([gateway]), usage(workers)
        metrics = await self._metrics()
        values = {
            "memory of the gateway, MB": ours.memory / 2**20,
            "memory of the workers, MB": theirs.memory / 2**20,
            "files of the gateway": ours.files,
            "sockets of the gateway": ours.sockets,
            "sockets of the workers (ports)": theirs.sockets,
            "SIP dialogs": total(metrics, "cordboard_sip_sessions"),
            "SIP transactions": total(metrics, "cordboard_sip_transactions"),
            "calls": total(metrics, "cordboard_calls"),
            **more,
        }
        now = time.monotonic() - self._began
        for name, value in values.items():
            self.samples.setdefault(name, []).append((now, value))

    async def run(self, every: float) -> None:
        """Sample until cancelled."""
        while True:
            await self.sample()
            await asyncio.sleep(every)

    async def _metrics(self) -> str:
        async with aiohttp.ClientSession() as client, client.get(self.product.settings.metrics_url) as answer:
            return await answer.text()


def total(text: str, name: str) -> float:
    """The sum of a metric over all its labels."""
    return sum(float(value) for found, _, value in METRIC.findall(text) if found == name)


def bounds(calls: int, rate: float, warm_up: float) -> Mapping[str, Flat]:
    """How much each figure may grow after the warm-up, for so many calls that come and go at that rate.

    Numbers of calls swing by chance, and with them all that each of them holds. Transactions live on after their call.
    """
    swing = 2 + 0.05 * calls
    filling = 16 * rate * max(0.0, TRANSACTION_LIVES - warm_up)
    return {
        "memory of the gateway, MB": Flat(share=0.03, absolute=2.0 + 0.01 * filling),
        "memory of the workers, MB": Flat(share=0.03, absolute=2.0),
        "files of the gateway": Flat(absolute=swing),
        "sockets of the gateway": Flat(absolute=swing),
        "sockets of the workers (ports)": Flat(absolute=4 * swing),
        "SIP dialogs": Flat(absolute=2 * swing),
        "SIP transactions": Flat(share=0.1, absolute=10 * swing + filling),
        "calls": Flat(absolute=swing),
    }


@dataclass(frozen=True, slots=True)
class Verdict:
    """One figure: at the beginning, at the end, and whether its slope is flat."""

    name: str
    first: float
    last: float
    growth: float
    flat: bool


def judge(samples: Mapping[str, Sequence[Sample]], limits: Mapping[str, Flat], warm_up: float) -> list[Verdict]:
    """Of what came after the warm-up. Raises ValueError where nothing did."""
    verdicts = []
    for name, limit in limits.items():
        late = [sample for sample in samples.get(name, ()) if sample[0] >= warm_up]
        if len(late) < 3:
            raise ValueError(f"{name}: {len(late)} samples after the warm-up are too few")
        verdicts.append(Verdict(name, late[0][1], late[-1][1], growth(late), limit.allows(late)))
    return verdicts
