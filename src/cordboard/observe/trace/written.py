"""Traces as JSON: what the running gateway tells `cordboard trace`, and what a bundle holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from cordboard.observe.trace.port import CallTrace, Plane, TraceEntry, TraceSummary


class NotATrace(ValueError):
    """This JSON is no trace."""


def trace_to_json(trace: CallTrace) -> dict[str, Any]:
    return asdict(trace)


def trace_from_json(content: object) -> CallTrace:
    """Raises `NotATrace`."""
    try:
        values = _mapping(content)
        entries = tuple(_entry(each) for each in values["entries"])
        return CallTrace(**{**values, "entries": entries, "bad": tuple(values["bad"])})
    except (TypeError, KeyError, ValueError) as error:
        raise NotATrace(f"not a trace: {error}") from None


def summary_to_json(summary: TraceSummary) -> dict[str, Any]:
    return asdict(summary)


def summary_from_json(content: object) -> TraceSummary:
    """Raises `NotATrace`."""
    try:
        values = _mapping(content)
        return TraceSummary(**{**values, "bad": tuple(values["bad"])})
    except (TypeError, KeyError) as error:
        raise NotATrace(f"not a trace: {error}") from None


def _entry(content: object) -> TraceEntry:
    values = _mapping(content)
    return TraceEntry(**{**values, "plane": Plane(values["plane"])})


def _mapping(content: object) -> Mapping[str, Any]:
    if not isinstance(content, dict):
        raise TypeError("not an object")
    return content
