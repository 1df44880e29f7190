"""Records on their way to the database: counted in the metrics, and the latest kept in memory for the admin page."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from cordboard.cli.admin.lag_meter import LagMeter
from cordboard.config import Settings
from cordboard.observe import Metrics
from cordboard.observe.trace import Traces
from cordboard.records import CallRecord, NoRecords, Records
from cordboard.records.opening import database_of, store_at
from cordboard.records.stores.store import Query, StoreUnusable
from cordboard.seat.admin_port import Unavailable

KEPT = 500
REFUSALS = {
    "404": "unknown",
    "408": "no answer",
    "480": "no answer",
    "486": "busy",
    "487": "given up",
    "488": "no common codec",
    "503": "overload",
    "600": "busy",
    "603": "rejected",
}
CAUSES = {  # word -> what a cause says that is counted under it
    "gateway stops": ("gateway stops",),
    "page": ("page is gone",),
    "session": ("refresh", "acknowledged", "does not know"),
    "media": ("media", "consent", "fingerprint", "dtls", "worker", "lost"),
}


class CountedRecords:
    """Implements `Records`: counts each record and passes it on."""

    def __init__(self, metrics: Metrics, traces: Traces, further: Records | None = None) -> None:
        self._metrics = metrics
        self._lag = LagMeter(traces, metrics)
        self._further = further or NoRecords()
        self.latest: deque[CallRecord] = deque(maxlen=KEPT)

    def put(self, record: CallRecord) -> None:
        self.latest.appendleft(record)
        count(self._metrics, record)
        self._lag.ended(record.call)
        self._further.put(record)

    def amend(self, record: CallRecord) -> None:
        for index, each in enumerate(self.latest):
            if (each.call, each.begun) == (record.call, record.begun):
                self.latest[index] = record
        self._further.amend(record)


def count(metrics: Metrics, record: CallRecord) -> None:
    """One call in the metrics of how calls came about."""
    if record.setup_seconds is not None:
        metrics.call_setup.labels(record.made_by, "ringing").observe(record.setup_seconds)
    if record.answered is not None:
        metrics.call_setup.labels(record.made_by, "answered").observe(record.answered - record.begun)
    if record.answer_to_audio_seconds is not None:
        metrics.answer_to_audio.observe(record.answer_to_audio_seconds)
    if cause := failure_of(record):
        metrics.calls_failed.labels(record.made_by, cause).inc()


def failure_of(record: CallRecord) -> str:
    """Why the call failed, as one of a few words; empty where it did not. A cause's own text could be anything."""
    if record.outcome == "broken":
        return "broken"
    if refused := re.fullmatch(r"refused with (\d)(\d\d)", record.cause):
        status = refused[1] + refused[2]
        return REFUSALS.get(status, f"refused {refused[1]}xx")
    said = record.cause.lower()
    found = next((word for word, told in CAUSES.items() if any(each in said for each in told)), "")
    return found or ("given up" if record.outcome == "not answered" else "")


class RecordReader:
    """Reads from the database in a thread; without one, what is in memory."""

    def __init__(self, settings: Settings, latest: Sequence[CallRecord]) -> None:
        self._url = database_of(settings)
        self._latest = latest

    async def read(self, *, only_bad: bool, limit: int) -> list[Mapping[str, Any]]:
        """The latest first. Raises `Unavailable`."""
        try:
            found = await asyncio.to_thread(self._stored, only_bad, limit)
        except StoreUnusable as error:
            raise Unavailable(f"The database of records does not answer: {error}. Calls go on, records wait.") from None
        if found is None:
            found = [each for each in self._latest if each.bad or not only_bad][:limit]
        return [asdict(each) for each in found]

    def _stored(self, only_bad: bool, limit: int) -> list[CallRecord] | None:
        store = store_at(self._url, writes=False)
        if store is None:
            return None
        try:
            return store.read(Query(bad=only_bad, most=limit))
        finally:
            store.close()
