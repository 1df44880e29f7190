"""Logging with private values masked, metrics, the trace of a call."""

from cordboard.observe.log import Log, Occasionally, configure, get_log
from cordboard.observe.metrics import Metrics
from cordboard.observe.private import Private

__all__ = ["Log", "Metrics", "Occasionally", "Private", "configure", "get_log"]
