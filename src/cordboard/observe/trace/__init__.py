"""The trace of each call: every SIP message of both legs, media, CometD and REST, on one clock, kept in a ring."""

from cordboard.observe.trace.port import (
    GATEWAY,
    GWS,
    MEDIA,
    PAGE,
    SIP_SERVER,
    WORKSPACE,
    CallTrace,
    NoTraces,
    Plane,
    TraceEntry,
    Traces,
    TraceSummary,
    Way,
)
from cordboard.observe.trace.ring import Bounds, TraceRing

__all__ = [
    "GATEWAY",
    "GWS",
    "MEDIA",
    "PAGE",
    "SIP_SERVER",
    "WORKSPACE",
    "Bounds",
    "CallTrace",
    "NoTraces",
    "Plane",
    "TraceEntry",
    "TraceRing",
    "TraceSummary",
    "Traces",
    "Way",
]
