"""The lag between the planes of each call, in the metrics, a moment after the call has ended."""

from __future__ import annotations

import asyncio

from cordboard.observe import Metrics
from cordboard.observe.trace import Plane, Traces
from cordboard.observe.trace.lag import lags

AFTER = 2.0  # seconds in which GWS may tell of the end


class LagMeter:
    """Told of calls that have ended; reads their traces."""

    def __init__(self, traces: Traces, metrics: Metrics) -> None:
        self._traces = traces
        self._metrics = metrics
        self._loop = asyncio.get_running_loop()

    def ended(self, call: str) -> None:
        self._loop.call_later(AFTER, self._measure, call)

    def _measure(self, call: str) -> None:
        trace = self._traces.get(call) if self._traces.tells_of(call, Plane.COMETD) else None
        for lag in lags(trace) if trace is not None else ():
            later = "gws" if lag.seconds >= 0 else "sip"
            self._metrics.cti_lag.labels(lag.change, later).observe(abs(lag.seconds))
