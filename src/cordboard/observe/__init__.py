"""Logging with private values masked, metrics, the trace of a call."""

from typing import TYPE_CHECKING, Any

from cordboard.observe.log import Log, Occasionally, configure, get_log
from cordboard.observe.private import Private

if TYPE_CHECKING:
    from cordboard.observe.metrics import Metrics

__all__ = ["Log", "Metrics", "Occasionally", "Private", "configure", "get_log"]


def __getattr__(name: str) -> Any:
    """A media worker, for which calls may be waiting, loads no metrics."""
    if name != "Metrics":
        raise AttributeError(name)
    from cordboard.observe.metrics import Metrics

    return Metrics
