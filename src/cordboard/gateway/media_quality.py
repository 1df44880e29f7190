"""What becomes of the engine's figures: a line in the log and metrics when a call ends; a trunk that is gone; load.

None of it ends a call. No number of a person is in it.
"""

from __future__ import annotations

from collections.abc import Callable

from cordboard.media.port import CallStatistics, EngineHealth, MediaEngine, MediaError, MediaEvent, MediaEventKind
from cordboard.media.port import StreamStatistics as Stream
from cordboard.media.quality import loss
from cordboard.net.tasks import Tasks
from cordboard.observe.log import get_log
from cordboard.observe.metrics import Metrics

log = get_log("gateway")

FROM_PAGE, FROM_TRUNK = "from_page", "from_trunk"


class MediaQuality:
    """Told of every media event, of calls that are refused for load, and of the end of each call."""

    def __init__(
        self,
        engine: MediaEngine,
        tasks: Tasks,
        metrics: Metrics,
        on_figures: Callable[[str, CallStatistics | None], None] = lambda call, figures: None,
    ) -> None:
        self._on_figures = on_figures
        self._engine = engine
        self._tasks = tasks
        self._metrics = metrics
        self._gone: set[str] = set()
        self._shed: set[str] = set()

    def happened(self, event: MediaEvent) -> None:
        """Note whether the call's trunk is there. What has moved begins anew."""
        if event.kind is MediaEventKind.TRUNK_GONE:
            self._gone.add(event.call)
            self._metrics.trunk_gone_calls.set(len(self._gone))
            log.warning("trunk sends nothing any more, not even RTCP", call=event.call)
        elif event.call in self._gone and event.kind in (MediaEventKind.TRUNK_BACK, MediaEventKind.MOVED):
            self._heard_again(event.call)
            log.info("trunk is heard again", call=event.call, kind=str(event.kind))

    def shed(self, call: str) -> None:
        """The engine has no room for this call; told for each of its requests."""
        if call not in self._shed:
            self._shed.add(call)
            self._metrics.calls_shed.inc()

    def before_close(self, call: str) -> None:
        """Ask for the figures ahead of the request that closes the call, which does not wait for them."""
        self._tasks.start(self._conclude(call), f"figures of {call}")

    async def _conclude(self, call: str) -> None:
        try:
            figures = await self._engine.stats(call)
        except MediaError:
            self._on_figures(call, None)  # it never had media, or its worker died
            return
        finally:
            self._forget(call)
        self._on_figures(call, figures)
        if figures.connected or figures.page.packets_received or figures.trunk.packets_received:
            log.info("call quality", call=call, **_said(FROM_PAGE, figures.page), **_said(FROM_TRUNK, figures.trunk))
            self._observe(figures)

    def _forget(self, call: str) -> None:
        self._shed.discard(call)
        if call in self._gone:
            self._heard_again(call)

    def _heard_again(self, call: str) -> None:
        self._gone.discard(call)
        self._metrics.trunk_gone_calls.set(len(self._gone))

    def _observe(self, figures: CallStatistics) -> None:
        for direction, heard in ((FROM_PAGE, figures.page), (FROM_TRUNK, figures.trunk)):
            if heard.packets_received:
                self._metrics.call_loss.labels(direction).observe(loss(heard))
                self._metrics.call_jitter.labels(direction).observe(heard.jitter)
            if heard.mos:
                self._metrics.call_mos.labels(direction).observe(heard.mos)


def _said(direction: str, heard: Stream) -> dict[str, object]:
    said = {
        "codec": heard.codec,
        "packets": heard.packets_received,
        "loss_percent": round(100 * loss(heard), 2),
        "burst": round(heard.burst, 1),
        "jitter_ms": round(1000 * heard.jitter, 1),
        "round_trip_ms": round(1000 * heard.round_trip, 1),
        "peer_lost": heard.peer_lost,
        "mos": round(heard.mos, 2),
    }
    return {f"{direction}_{name}": value for name, value in said.items()}


def note_load(metrics: Metrics, health: EngineHealth) -> None:
    """What the engine's workers have to do, for whoever reads the metrics now."""
    metrics.media_load.clear()
    for worker, load in health.loads.items():
        metrics.media_load.labels(str(worker)).set(load)
    metrics.media_shedding.set(health.shedding)
