"""Everything that the admin page shows and does, put together: gateway, media engine, traces, records and doctor."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from cordboard.cli.admin.examination import Rounds
from cordboard.cli.admin.kept_records import RecordReader
from cordboard.cli.admin.readiness import Readiness
from cordboard.cli.admin.settings_shown import shown
from cordboard.cli.admin.trace_views import bundled, drawn
from cordboard.config import Settings
from cordboard.gateway.gateway import Gateway
from cordboard.gateway.outliving.draining import Stopping
from cordboard.gateway.watching import AgentRows, LiveCalls
from cordboard.media.port import EngineHealth, MediaEngine
from cordboard.net.tasks import Tasks
from cordboard.observe import Metrics
from cordboard.observe.trace import NoTraces, Traces
from cordboard.seat.admin_port import AgentRow, CallRow, Examination, Overview, Unavailable

if TYPE_CHECKING:
    from cordboard.doctor import Finding

UNTRACED = "No call is traced: [trace] calls is 0."


@dataclass(frozen=True, slots=True)
class Parts:
    """What runs."""

    settings: Settings
    gateway: Gateway
    engine: MediaEngine
    metrics: Metrics
    readiness: Readiness
    traces: Traces
    records: RecordReader


class SiteAdministration:
    """Implements `Administration`."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._gateway = parts.gateway
        self._tasks = Tasks("admin")
        self._started = time.time()
        gateway = parts.gateway
        self._agents = AgentRows(
            gateway.seats, gateway.registrations, gateway.reachability, gateway.availability, gateway.calls
        )
        self._calls = LiveCalls(gateway.calls, gateway.history, parts.engine, self._tasks)
        self._rounds = Rounds(self._examine, self._tasks, parts.metrics)

    async def close(self) -> None:
        """End what is under way."""
        await self._tasks.close()

    async def overview(self) -> Overview:
        health = await self._parts.engine.health()
        agents = self.agents()
        return Overview(
            started=round(self._started),
            checks=tuple(await self._parts.readiness.check()),
            draining=self._gateway.draining.active,
            calls=len(self._gateway.calls),
            agents=len(agents),
            pages=sum(each.pages for each in agents),
            registered=sum(each.registered for each in agents),
            reachable=sum(each.reachable for each in agents),
            sip_server=self._gateway.trunk.current.name,
            engine=self._parts.settings.media.engine,
            ended=_ended(self._parts.metrics),
            **_busy(health),
        )

    def agents(self) -> Sequence[AgentRow]:
        return self._agents.all()

    def calls(self) -> Sequence[CallRow]:
        return self._calls.rows()

    # --- traces and records

    def traces(self) -> Sequence[Mapping[str, Any]]:
        if isinstance(self._parts.traces, NoTraces):
            raise Unavailable(UNTRACED)
        return [asdict(each) for each in self._parts.traces.calls()]

    def trace(self, call: str) -> Mapping[str, Any] | None:
        found = self._parts.traces.get(call)
        return None if found is None else drawn(found)

    def mark_bad(self, call: str, why: str) -> bool:
        return self._parts.traces.mark_bad(call, why)

    async def bundle(self, call: str) -> bytes | None:
        found = self._parts.traces.get(call)
        if found is None:
            return None
        return await asyncio.to_thread(bundled, found, self._parts.settings, list(self._rounds.last.findings))

    async def records(self, *, only_bad: bool, limit: int) -> Sequence[Mapping[str, Any]]:
        return await self._parts.records.read(only_bad=only_bad, limit=limit)

    # --- the doctor

    def examination(self) -> Examination:
        return self._rounds.last

    def examine(self) -> None:
        self._rounds.begin()

    def explain(self, finding: str) -> str:
        from cordboard.doctor.catalogue import check_of

        found = check_of(finding)
        return f"{found.title}. {found.why}\n{found.mend}".strip() if found else ""

    def _examine(self) -> AsyncIterator[Finding]:
        """Without a call: the doctor's own would take an agent's place beside those of customers.

        The doctor is loaded when it is asked for: a gateway that starts anew, for which pages wait, needs none.
        """
        from cordboard.doctor import run

        return run(self._parts.settings, call=False)

    # --- drain, settings

    async def drain(self, on: bool) -> None:
        draining = self._gateway.draining
        if on:
            draining.begin()
            return
        try:
            draining.cancel()
        except Stopping as stopping:
            raise Unavailable(f"{stopping}: its draining cannot be taken back") from None

    def settings(self) -> Sequence[Mapping[str, str]]:
        return list(shown(self._parts.settings))


def _ended(metrics: Metrics) -> dict[str, int]:
    """Calls since the start by outcome."""
    ended: Counter[str] = Counter()
    for family in metrics.calls_ended.collect():
        for sample in family.samples:
            if sample.name.endswith("_total"):
                ended[sample.labels["outcome"]] += int(sample.value)
    return dict(sorted(ended.items()))


def _busy(health: EngineHealth) -> dict[str, Any]:
    return {"workers": health.workers, "load": round(health.load, 2), "shedding": health.shedding}
